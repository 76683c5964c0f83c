"""Keys and chords: from numerals such as "bVI" or "V7/ii" to pitch classes."""

import re
from dataclasses import dataclass

MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}
QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "o": (0, 3, 6),
    "+": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "ø7": (0, 3, 6, 10),
    "o7": (0, 3, 6, 9),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10, 2),
    "maj9": (0, 4, 7, 11, 2),
    "m9": (0, 3, 7, 10, 2),
    "add9": (0, 4, 7, 2),
    "madd9": (0, 3, 7, 2),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "7sus4": (0, 5, 7, 10),
    "5": (0, 7),
}
_DEGREES = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_NUMERAL = re.compile(r"(b|#)?(VII|III|IV|VI|II|V|I)(.*)", re.IGNORECASE)
_MAJOR_KEYS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_KEYS = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")


@dataclass(frozen=True)
class Key:
    """tonic: pitch class, 0 for C; mode: one of MODES."""

    tonic: int
    mode: str

    @property
    def scale(self) -> tuple[int, ...]:
        return tuple(sorted((self.tonic + step) % 12 for step in MODES[self.mode]))

    @property
    def signature(self) -> str | None:
        """As a Score names it; None where it is neither major nor minor."""
        names = {"major": _MAJOR_KEYS, "minor": _MINOR_KEYS}.get(self.mode)
        return names[self.tonic] if names else None

    @property
    def is_minor(self) -> bool:
        return MODES[self.mode][2] == 3


@dataclass(frozen=True)
class Chord:
    """tones: pitch classes, the root first; scale: those a melody uses while it sounds; bass: the
    lowest."""

    tones: tuple[int, ...]
    scale: tuple[int, ...]
    bass: int

    @property
    def root(self) -> int:
        return self.tones[0]


@dataclass(frozen=True)
class Span:
    """A chord for some time, in quarter notes from the start of its section (or of the piece)."""

    start: float
    length: float
    chord: Chord

    @property
    def end(self) -> float:
        return self.start + self.length


def chord_of(numeral: str, key: Key) -> Chord:
    """The chord a numeral stands for: capitals are major triads, others minor; "V7/ii" is the
    dominant of ii; "I^3" and "I^5" have their third and fifth in the bass."""
    numeral, _, inversion = numeral.partition("^")
    numeral, _, of = numeral.partition("/")
    offset, quality = _parsed(numeral)
    if of:
        offset += _parsed(of)[0]
    tones = tuple((key.tonic + offset + step) % 12 for step in QUALITIES[quality])
    bass = tones[{"": 0, "3": 1, "5": 2}[inversion]]
    return Chord(tones, _scale_with(key.scale, tones), bass)


def at(spans: tuple[Span, ...], beat: float) -> Span:
    """The span that sounds at a beat; the last one after the end."""
    return next((span for span in spans if beat < span.end - 1e-6), spans[-1])


def _parsed(numeral: str) -> tuple[int, str]:
    match = _NUMERAL.fullmatch(numeral)
    if match is None:
        raise ValueError(f"{numeral!r} is no numeral")
    shift, roman, quality = match.groups()
    offset = _DEGREES[roman.upper()] + {None: 0, "b": -1, "#": 1}[shift]
    if roman.islower() and quality in ("", "7", "6", "9", "add9"):
        quality = f"m{quality}"
    if quality not in QUALITIES:
        raise ValueError(f"{numeral!r}: there is no quality {quality!r}")
    return offset, quality


def _scale_with(scale: tuple[int, ...], tones: tuple[int, ...]) -> tuple[int, ...]:
    """The scale with each foreign chord tone in place of the neighbour that it alters."""
    for tone in tones:
        if tone in scale:
            continue
        sides = [one for one in ((tone - 1) % 12, (tone + 1) % 12) if one in scale]
        free = [side for side in sides if side not in tones]
        # Of both, the one without which no three tones crowd; then a raised third ousts the lower.
        raised = tone == (tones[0] + 4) % 12
        order = free if raised else free[::-1]
        choices = [tuple(sorted({*scale, tone} - {side})) for side in order] or [
            tuple(sorted({*scale, tone}))
        ]
        scale = min(choices, key=_crowded)
    return scale


def _crowded(scale: tuple[int, ...]) -> int:
    """How many tones have both neighbours a semitone away."""
    return sum((tone - 1) % 12 in scale and (tone + 1) % 12 in scale for tone in scale)
