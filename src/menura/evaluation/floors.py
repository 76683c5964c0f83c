"""What real music scores when it is measured as if it had been made, as it is or sent through a
codec."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from menura.audio import Clip, Tape, conform
from menura.evaluation.fewness import FEWEST_CLIPS
from menura.evaluation.metrics import Measurement, Metric
from menura.evaluation.pieces import halves, halves_by_label, pieces_like
from menura.evaluation.taped import TapedClip, on_tape
from menura.foundation import seeds
from menura.systems import System

DRAWS, TRIED = 5, 15


@dataclass(frozen=True)
class Floor:
    """Pieces of real music, measured against other real music as if they had been made."""

    measured: Measurement
    real: Mapping[str, Clip]
    pieces: Mapping[str, Clip]


class Coder:
    """Sends real music through a system's representation and back; each piece once.

    tape: holds what came back, so that memory does not; pieces have its rate and channels. What
    was sent serves as long as it is open.
    """

    def __init__(self, system: System, tape: Tape):
        self._system, self._tape = system, tape
        self._known: dict[tuple[str, int, int], TapedClip] = {}

    def sent(self, pieces: Mapping[str, Clip]) -> dict[str, Clip]:
        """The pieces, named alike, at their own rate and channels."""
        return {name: self._sent(name, clip) for name, clip in pieces.items()}

    def _sent(self, name: str, clip: Clip) -> Clip:
        key = (name, clip.sample_rate, clip.n_samples)
        if key not in self._known:
            form = self._system.sample_rate, self._system.n_audio_channels
            back = self._system.round_trip(conform(clip, *form))
            own = conform(back, clip.sample_rate, clip.n_channels)
            self._known[key] = on_tape(self._tape, own)
        return self._known[key]


def round_trip(metric: Metric, floor: Floor, coder: Coder) -> Measurement | None:
    """None where nothing is left of the music that could be measured."""
    sent = coder.sent(floor.pieces)
    return metric.score(floor.real, sent) if metric.unsuited(floor.real, sent) is None else None


Division = tuple[Mapping[str, Clip], Mapping[str, Clip]]
"""Half of the real music, and pieces of the other half like the candidates."""


def divisions(
    reference: Mapping[str, Clip],
    candidate: Mapping[str, Clip],
    seed: int,
    *,
    labelled: bool = False,
) -> list[Division]:
    """Some, for all metrics alike: what one embeds of the pieces, the next need not. None where
    there is too little real music.

    Of more that are tried those are taken that give most: where recordings are few and unlike in
    length, half of them may be too short for as many pieces as there are candidates.

    labelled: for metrics whose reference is (see `Metric.against`). Each label is then divided by
    itself: it can be told by other clips that have it, and by nothing else.
    """
    divide = halves_by_label if labelled else halves
    found: list[Division] = []
    for draw in range(TRIED):
        first, second = divide(reference, seeds.derive(seed, "floor", draw))
        if second:
            pieces = pieces_like(second, candidate, seeds.derive(seed, "floor", draw))
            found.append((first, pieces))
    wanted_s = _seconds(candidate)
    # To a hundredth: the samples that rounding leaves do not count.
    found.sort(key=lambda division: -round(_seconds(division[1]) / wanted_s, 2))
    return found[:DRAWS]


def _seconds(clips: Mapping[str, Clip]) -> float:
    return sum(clip.duration_s for clip in clips.values())


def is_chance(n: int) -> bool:
    """Whether halves of n recordings are so few that other halves would say another thing: of
    however many pieces, those of one recording are alike."""
    return n // 2 < FEWEST_CLIPS


def is_labelled(metric: Metric) -> bool:
    """Whether it takes divisions of each label by itself."""
    return metric.against == "labelled"


def floor_of(
    metric: Metric, reference: Mapping[str, Clip], candidate: Mapping[str, Clip], seed: int
) -> Floor | None:
    """The median of several divisions; None when there is too little real music."""
    return floor_over(metric, divisions(reference, candidate, seed, labelled=is_labelled(metric)))


def floor_over(metric: Metric, divided: Sequence[Division]) -> Floor | None:
    """As `floor_of`, over divisions that are there."""
    found = floors_over(metric, divided)
    if not found:
        return None
    first, pieces = found[len(found) // 2][1]
    return Floor(metric.score(first, pieces), first, pieces)


def floors_over(metric: Metric, divided: Sequence[Division]) -> list[tuple[float, Division]]:
    """The figures of all divisions that can be measured, from the lowest to the highest, each with
    its division."""
    found = [
        (metric.value(first, pieces), (first, pieces))
        for first, pieces in divided
        if metric.unsuited(first, pieces) is None
    ]
    found.sort(key=lambda one: one[0])
    return found
