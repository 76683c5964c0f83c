"""A piece before it is performed, and how its themes are written: alike each time they come."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from composing.chance import dice
from composing.forms import Ground, Section
from composing.performing import Manner
from composing.tones import Part, Tone, moved


@dataclass(frozen=True)
class Sketch:
    """style: in words, for people who look at what was made. genre: only where it truly is one."""

    style: str
    ground: Ground
    parts: tuple[Part, ...]
    manner: Manner
    genre: str | None = None


Write = Callable[[Section, Random], list[Tone]]


def themes(ground: Ground, rng: Random, write: Write) -> list[Tone]:
    """What `write` makes of each section, at its place. A theme that comes again is written from
    the same dice, so that it is the same theme."""
    seed = rng.getrandbits(60)
    tones: list[Tone] = []
    for section in ground.sections:
        tones += moved(write(section, dice(seed, section.theme)), section.start)
    return tones


def last_chord(ground: Ground, low: int, high: int, length: float = 4.0) -> list[Tone]:
    """The tonic, spread from low to high, after the end."""
    third = 3 if ground.key.is_minor else 4
    root = low + (ground.key.tonic - low) % 12
    pitches = [root, root + 12, root + 12 + third, root + 19, root + 24]
    return [Tone(ground.length, length, pitch, -4.0) for pitch in pitches if pitch <= high]
