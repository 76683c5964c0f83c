"""Instruments of General MIDI: family, range, and whether their notes last."""

from dataclasses import dataclass

HELD_OUT_PROGRAMS = frozenset((19, 35, 68, 69, 74, 75, 82, 87))
"""Those whose notes judge systems (validation and test notes played by the same soundfont)."""


@dataclass(frozen=True)
class Instrument:
    """program: 0…127. family: NSynth's, or piano; None where neither says it.

    low, high: where it sounds well. sustains: notes last as long as they are held.
    """

    program: int
    family: str | None
    low: int
    high: int
    sustains: bool = False


def _chordal(family: str | None, low: int, high: int, *programs: int) -> tuple[Instrument, ...]:
    return tuple(Instrument(program, family, low, high) for program in programs)


def _held(family: str | None, low: int, high: int, *programs: int) -> tuple[Instrument, ...]:
    return tuple(Instrument(p, family, low, high, sustains=True) for p in programs)


PIANOS = _chordal("piano", 24, 100, 0, 1, 3)
KEYBOARDS = _chordal("keyboard", 30, 96, 2, 4, 5, 6, 7)
MALLETS = (
    *_chordal("mallet", 60, 100, 8, 9, 10),
    *_chordal("mallet", 53, 89, 11, 13),
    *_chordal("mallet", 45, 91, 12),
    *_chordal("mallet", 55, 79, 14, 114),
)
ORGANS = _held("organ", 36, 88, 16, 17, 18, 20)
GUITARS = (*_chordal("guitar", 40, 83, 24, 25, 26, 27), *_chordal("guitar", 40, 76, 28))
DRIVEN = _held("guitar", 40, 79, 29, 30)
BASSES = _chordal("bass", 28, 55, 32, 33, 34, 36, 37, 38, 39)
STRINGS = (
    *_held("string", 56, 96, 40),
    *_held("string", 49, 84, 41),
    *_held("string", 37, 72, 42),
    *_held("string", 29, 55, 43),
    *_held("string", 56, 91, 110),
)
STRING_SECTIONS = (*_held("string", 36, 91, 44, 48, 49, 50, 51), *_chordal("string", 36, 88, 45))
VOICES = _held("vocal", 43, 79, 52, 53, 54)
BRASS = (
    *_held("brass", 54, 82, 56, 59),
    *_held("brass", 41, 70, 57),
    *_held("brass", 30, 58, 58),
    *_held("brass", 40, 75, 60),
)
BRASS_SECTIONS = _held("brass", 40, 82, 61, 62, 63)
REEDS = (
    *_held("reed", 56, 86, 64),
    *_held("reed", 50, 80, 65),
    *_held("reed", 45, 75, 66),
    *_held("reed", 37, 68, 67),
    *_held("reed", 35, 70, 70),
    *_held("reed", 50, 88, 71),
    *_held("reed", 60, 84, 22, 111),
)
FLUTES = (
    *_held("flute", 60, 94, 73),
    *_held("flute", 74, 104, 72),
    *_held("flute", 60, 86, 77, 79),
    *_held("flute", 60, 90, 78),
)
LEADS = _held("synth_lead", 45, 91, 80, 81, 83, 84, 85, 86)
PADS = _held(None, 36, 84, 88, 89, 90, 91, 92, 93, 94, 95)
PLUCKED = (*_chordal(None, 31, 96, 46), *_chordal(None, 45, 84, 15, 105, 107, 108))
SQUEEZED = _held(None, 48, 84, 21, 23)

ALL = (
    *PIANOS,
    *KEYBOARDS,
    *MALLETS,
    *ORGANS,
    *GUITARS,
    *DRIVEN,
    *BASSES,
    *STRINGS,
    *STRING_SECTIONS,
    *VOICES,
    *BRASS,
    *BRASS_SECTIONS,
    *REEDS,
    *FLUTES,
    *LEADS,
    *PADS,
    *PLUCKED,
    *SQUEEZED,
)
BY_PROGRAM = {instrument.program: instrument for instrument in ALL}
BY_FAMILY = {
    family: tuple(one for one in ALL if one.family == family)
    for family in sorted({one.family for one in ALL if one.family})
}
