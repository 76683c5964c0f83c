"""The ways in which a track is said in latents, so that little music is heard in many: from several
starting points within a step, and some semitones higher and lower, as from a faster and a slower
tape."""

from collections.abc import Container
from dataclasses import dataclass, replace
from math import ceil

from menura.recipes import PITCHED_KINDS, Batching, RandomCrops
from menura.training.labels import Kinds

N_VARIANTS = 4  # at least
UNTRUE_KINDS = (*PITCHED_KINDS, "tempo", "bpm")  # of music that is heard higher and faster


@dataclass(frozen=True)
class Variant:
    """late: the share of a step by which the music begins late. semitones: heard so much higher."""

    late: float
    semitones: int

    @property
    def speed(self) -> float:
        return float(2 ** (self.semitones / 12))

    def n_frames(self, n_there: int) -> int:
        """How many frames it makes of a track that has so many as it was recorded."""
        return ceil(n_there / self.speed)

    def within(self, n_there: int, n_row: int) -> "Variant":
        """The same for a track of n_there frames that is heard in rows of n_row: as much lower
        where, heard higher, it would end before its row does. A track shorter than a row as it was
        recorded ends before it in any case."""
        is_over = self.n_frames(n_there) < n_row <= n_there
        return replace(self, semitones=-self.semitones) if is_over else self


def variants_of(batching: Batching) -> list[Variant]:
    """Up to so many semitones higher and lower as it says; as recorded in two or more of them, for
    N_VARIANTS in all."""
    transpose = transpose_of(batching)
    apart = [up * sign for up in range(1, transpose + 1) for sign in (1, -1)]
    still = [0] * max(2, N_VARIANTS - len(apart))
    each = (*still[::2], *apart[::2], *still[1::2], *apart[1::2])
    return [Variant(number / len(each), semitones) for number, semitones in enumerate(each)]


def transpose_of(batching: Batching) -> int:
    """Semitones up and down; notes, which are no latents, are transposed elsewhere."""
    return batching.transpose if isinstance(batching, RandomCrops) else 0


def ends_of(batching: Batching) -> bool:
    """Whether silence follows a track that is shorter than a row."""
    return isinstance(batching, RandomCrops) and batching.ends


def moved(labels: Kinds, semitones: int, pitches: Container[str]) -> Kinds:
    """Labels of music that is heard so many semitones higher: a pitch by its MIDI number is another
    one, if it is one of `pitches`; what else says a pitch, or a pace, is left out."""
    if not semitones:
        return labels
    kept = {kind: value for kind, value in labels.items() if kind.lower() not in UNTRUE_KINDS}
    if (pitch := labels.get("pitch", "")).isdecimal():
        higher = str(int(pitch) + semitones)
        kept |= {"pitch": higher} if higher in pitches else {}
    return kept
