"""What is written before it is performed: tones in beats, and parts that play them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Touch = Literal["staccato", "detached", "plain", "legato", "pedal", "held"]


@dataclass(frozen=True, order=True)
class Tone:
    """A note on paper. start, length: in quarter notes; force: velocity above the part's own."""

    start: float
    length: float
    pitch: int
    force: float = 0.0

    @property
    def end(self) -> float:
        return self.start + self.length


@dataclass(frozen=True)
class Part:
    """What one instrument plays.

    balance: its velocity above the piece's. touch: how long keys stay down. lead: whether it sings
    above the others, and so is shaped by its phrases.
    """

    program: int
    tones: tuple[Tone, ...]
    balance: float = 0.0
    touch: Touch = "plain"
    lead: bool = False
    is_drum: bool = False


def moved(
    tones: Iterable[Tone], beats: float = 0.0, semitones: int = 0, force: float = 0.0
) -> list[Tone]:
    """The same later, higher and louder."""
    return [
        replace(
            tone,
            start=tone.start + beats,
            pitch=tone.pitch + semitones,
            force=tone.force + force,
        )
        for tone in tones
    ]


def within(tones: Iterable[Tone], low: int, high: int) -> list[Tone]:
    """Each brought by octaves into low…high, an octave or more apart."""
    found = []
    for tone in tones:
        pitch = tone.pitch
        while pitch < low:
            pitch += 12
        while pitch > high:
            pitch -= 12
        found.append(replace(tone, pitch=pitch))
    return found
