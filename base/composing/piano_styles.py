"""How pianos are played: textures, tempi and touches of many kinds of piece."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from composing import accompaniments as acc
from composing.accompaniments import Hand, Texture
from composing.basses import long_roots, riff
from composing.chords import Span
from composing.figures import in_octaves
from composing.metres import COMMON, FIVE, JIG, MARCH, SLOW_JIG, WALTZ, Metre
from composing.progressions import Taste
from composing.tones import Tone, Touch

BOTH_MODES = {"major": 5.0, "minor": 5.0}
LOW, MIDDLE = Hand(36, 64), Hand(45, 67)


def roots(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """Long bass octaves."""
    return in_octaves(long_roots(spans, metre, (hand.low, hand.low + 14), rng))


def boogie(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """One riff in the bass throughout."""
    return riff(spans, metre, (hand.low, hand.low + 12), rng)


@dataclass(frozen=True)
class PianoStyle:
    """How the two hands play. Pairs are ranges to draw from; bpm counts quarter notes.

    pace: notes of the melody a second; rate: even notes a second. right: ways of the right hand, as
    likely as they say: song, thirds, octaves, chords, figures, runs, syncopated, voices (two that
    imitate each other; the left hand is then the lower one). high: semitones above where the right
    hand usually lies.
    """

    taste: Taste
    metres: tuple[Metre, ...]
    bpm: tuple[float, float]
    velocity: tuple[float, float]
    left: tuple[Texture, ...]
    right: Mapping[str, float]
    pace: tuple[float, float] = (1.6, 3.6)
    rate: tuple[float, float] = (2.5, 6.0)
    modes: Mapping[str, float] | None = None
    hand: Hand = LOW
    touch: tuple[Touch, Touch] = ("pedal", "pedal")
    rubato: float = 0.08
    range: float = 10.0
    ornaments: float = 0.1
    swing: float = 0.0
    high: int = 0


STYLES: dict[str, tuple[float, PianoStyle]] = {
    "nocturne": (
        10,
        PianoStyle(
            "classical",
            (SLOW_JIG, COMMON, JIG),
            (62, 100),
            (36, 54),
            (acc.wide, acc.wide, acc.broken),
            {"song": 5, "octaves": 1, "thirds": 1.5},
            (1.0, 2.4),
            (2.5, 5.0),
            rubato=0.16,
            ornaments=0.25,
        ),
    ),
    "prelude": (
        9,
        PianoStyle(
            "classical",
            (COMMON, COMMON, WALTZ),
            (56, 110),
            (40, 62),
            (roots, acc.broken, acc.wide),
            {"figures": 1},
            rate=(3.5, 7.5),
            rubato=0.07,
        ),
    ),
    "chorale": (
        5,
        PianoStyle(
            "classical",
            (COMMON, COMMON, WALTZ),
            (56, 96),
            (36, 64),
            (acc.held, roots),
            {"chords": 1},
            (1.0, 2.0),
            touch=("pedal", "pedal"),
            rubato=0.1,
        ),
    ),
    "waltz": (
        7,
        PianoStyle(
            "classical",
            (WALTZ,),
            (112, 200),
            (42, 66),
            (acc.oompah,),
            {"song": 4, "thirds": 2, "octaves": 1, "chords": 1},
            (1.5, 4.0),
            rubato=0.13,
            touch=("detached", "pedal"),
        ),
    ),
    "invention": (
        7,
        PianoStyle(
            "classical",
            (COMMON, WALTZ, JIG),
            (66, 126),
            (46, 66),
            (acc.held,),
            {"voices": 1},
            (3.0, 6.5),
            touch=("plain", "plain"),
            rubato=0.03,
            range=6.0,
            ornaments=0.15,
        ),
    ),
    "study": (
        8,
        PianoStyle(
            "classical",
            (COMMON, MARCH, WALTZ),
            (96, 160),
            (46, 76),
            (acc.struck, roots, acc.pulsing, acc.oompah),
            {"runs": 4, "figures": 2},
            rate=(4.5, 9.0),
            touch=("plain", "plain"),
            rubato=0.05,
            range=13.0,
        ),
    ),
    "dance": (
        7,
        PianoStyle(
            "classical",
            (MARCH, COMMON, JIG),
            (92, 170),
            (42, 72),
            (acc.oompah, acc.stride, acc.struck),
            {"chords": 3, "song": 3, "thirds": 2},
            (2.5, 6.0),
            touch=("staccato", "plain"),
            rubato=0.05,
            range=12.0,
        ),
    ),
    "sonatina": (
        10,
        PianoStyle(
            "classical",
            (COMMON, COMMON, WALTZ, MARCH),
            (96, 172),
            (38, 62),
            (acc.alberti, acc.alberti, acc.broken, acc.pulsing),
            {"song": 6, "thirds": 2, "runs": 1.5},
            (2.5, 6.5),
            (3.5, 8.0),
            hand=MIDDLE,
            touch=("plain", "plain"),
            rubato=0.04,
            ornaments=0.2,
            range=11.0,
        ),
    ),
    "romance": (
        8,
        PianoStyle(
            "classical",
            (COMMON, WALTZ, SLOW_JIG),
            (60, 104),
            (44, 70),
            (acc.wide, acc.broken, acc.wide),
            {"octaves": 4, "chords": 3, "song": 2},
            (1.2, 2.8),
            (3.0, 6.5),
            rubato=0.14,
            range=14.0,
        ),
    ),
    "storm": (
        5,
        PianoStyle(
            "classical",
            (COMMON, JIG, COMMON),
            (104, 168),
            (58, 82),
            (acc.rocking, acc.pulsing, acc.wide),
            {"octaves": 3, "chords": 3, "runs": 2},
            (2.0, 4.5),
            (5.0, 9.5),
            {"minor": 4, "major": 1},
            range=14.0,
            rubato=0.07,
        ),
    ),
    "minimal": (
        6,
        PianoStyle(
            "modal",
            (COMMON, FIVE, WALTZ),
            (92, 144),
            (38, 60),
            (acc.broken, acc.broken, roots),
            {"figures": 4, "song": 2},
            (0.8, 2.0),
            (3.5, 8.0),
            {"minor": 2, "dorian": 2, "lydian": 1, "major": 2},
            hand=MIDDLE,
            rubato=0.02,
            range=8.0,
        ),
    ),
    "ballad": (
        8,
        PianoStyle(
            "pop",
            (COMMON, COMMON, JIG),
            (62, 96),
            (40, 64),
            (acc.broken, acc.wide, acc.struck, acc.held),
            {"song": 4, "chords": 2, "octaves": 1},
            (1.3, 3.2),
            (2.5, 5.5),
            rubato=0.07,
        ),
    ),
    "rag": (
        3,
        PianoStyle(
            "classical",
            (COMMON,),
            (96, 150),
            (50, 72),
            (acc.stride,),
            {"syncopated": 1},
            (3.5, 6.0),
            (3.0, 5.0),
            {"major": 1},
            touch=("detached", "plain"),
            rubato=0.02,
        ),
    ),
    "blues": (
        3,
        PianoStyle(
            "blues",
            (COMMON,),
            (80, 150),
            (52, 78),
            (boogie, acc.struck, boogie),
            {"song": 3, "thirds": 2, "chords": 1},
            (2.0, 5.0),
            (3.0, 6.0),
            {"major": 3, "minor": 1},
            touch=("plain", "plain"),
            rubato=0.01,
            swing=0.3,
        ),
    ),
    "lullaby": (
        5,
        PianoStyle(
            "classical",
            (WALTZ, JIG, COMMON),
            (50, 84),
            (26, 42),
            (acc.broken, acc.wide, acc.held),
            {"song": 5, "thirds": 1},
            (0.8, 1.6),
            (1.5, 3.5),
            {"major": 3, "minor": 1},
            rubato=0.12,
            range=6.0,
            high=5,
        ),
    ),
    "standard": (
        4,
        PianoStyle(
            "jazz",
            (COMMON,),
            (84, 176),
            (44, 66),
            (acc.struck, acc.held),
            {"syncopated": 3, "chords": 1},
            (1.8, 4.5),
            (2.0, 5.0),
            {"major": 3, "minor": 2},
            hand=Hand(46, 66, 4),
            touch=("plain", "plain"),
            rubato=0.02,
            swing=0.28,
        ),
    ),
}
