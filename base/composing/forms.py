"""The ground of a piece: its metre, its tempo, and sections of chords that come again."""

from dataclasses import dataclass
from random import Random

from composing.chance import weighted
from composing.chords import Key, Span
from composing.metres import Metre
from composing.progressions import Ending, Taste, phrase

FORMS = (
    "AABA",
    "AABB",
    "ABAB",
    "ABA",
    "AABC",
    "ABAC",
    "AABBA",
    "ABACA",
    "ABCA",
    "AA",
    "AABAB",
    "ABCB",
)


@dataclass(frozen=True)
class Section:
    """One phrase. spans: its chords, from beat 0; heard: how often its theme came before.

    level: how loud it is, −1…1.
    """

    theme: str
    start: float
    spans: tuple[Span, ...]
    heard: int
    level: float

    @property
    def length(self) -> float:
        return self.spans[-1].end

    @property
    def end(self) -> float:
        return self.start + self.length


@dataclass(frozen=True)
class Ground:
    """What all parts of a piece share. bpm: quarter notes a minute."""

    metre: Metre
    bpm: float
    key: Key
    sections: tuple[Section, ...]

    @property
    def length(self) -> float:
        return self.sections[-1].end

    def changes(self) -> tuple[float, ...]:
        """Beats at which a pedal is raised: with every chord and bar, and halves of slow bars."""
        chords = {section.start + span.start for section in self.sections for span in section.spans}
        step = self.metre.length
        if step * 60 / self.bpm > 1.7 and len(self.metre.pulses) % 2 == 0:
            step /= 2
        return tuple(sorted(chords | {n * step for n in range(round(self.length / step))}))


def ground(
    taste: Taste,
    key: Key,
    metre: Metre,
    bpm: float,
    seconds: float,
    rng: Random,
    phrase_bars: int | None = None,
) -> Ground:
    """Sections for about so many seconds; other themes may be in neighbouring keys."""
    bar_s = metre.length * 60 / bpm
    if phrase_bars is None:
        phrase_bars = 12 if taste == "blues" else _phrase_bars(bar_s, rng)
    n_phrases = max(2, round(seconds / (phrase_bars * bar_s)))
    letters = _letters(n_phrases, rng)
    often = min(0.85, max(0.05, 0.3 * (bar_s - 1.0)))  # slow bars change their chord within
    themes = {
        letter: _theme(letter, taste, key, metre, phrase_bars, often, rng)
        for letter in sorted(set(letters))
    }
    peak = 0.45 + 0.35 * rng.random()
    depth = 0.4 + 0.6 * rng.random()
    character = {letter: rng.uniform(-0.4, 0.4) for letter in themes}
    sections, start = list[Section](), 0.0
    for number, letter in enumerate(letters):
        place = (number + 0.5) / n_phrases
        level = depth * (0.6 - 2.2 * abs(place - peak)) + character[letter]
        spans = themes[letter]
        heard = letters[:number].count(letter)
        if number == n_phrases - 1 and letter != "A":  # it ends at home
            spans = _theme("A", taste, key, metre, phrase_bars, often, rng)
        sections.append(Section(letter, start, spans, heard, max(-1.0, min(1.0, level))))
        start = sections[-1].end
    return Ground(metre, bpm, key, tuple(sections))


def a_key(rng: Random, modes: dict[str, float]) -> Key:
    return Key(rng.randrange(12), weighted(rng, modes))


def _phrase_bars(bar_s: float, rng: Random) -> int:
    """Phrases last some ten to twenty seconds."""
    fitting = [n for n in (4, 8, 16) if 7 <= n * bar_s <= 24] or [4 if bar_s > 3 else 8]
    return rng.choice(fitting)


def _letters(n_phrases: int, rng: Random) -> str:
    form = rng.choice([one for one in FORMS if len(one) <= max(2, n_phrases)])
    return (form * (1 + n_phrases // len(form)))[:n_phrases]


def _theme(
    letter: str, taste: Taste, key: Key, metre: Metre, n_bars: int, often: float, rng: Random
) -> tuple[Span, ...]:
    home = letter == "A" or rng.random() < 0.5
    other = _key_of(letter, taste, key, rng)
    return phrase(taste, other, metre, n_bars, Ending(home), rng, often)


def _key_of(letter: str, taste: Taste, key: Key, rng: Random) -> Key:
    """Later themes of classical music move to the dominant, the relative or the other mode."""
    if letter == "A" or taste not in ("classical", "pop") or key.mode not in ("major", "minor"):
        return key
    if rng.random() < 0.45:
        return key
    if key.mode == "major":
        return rng.choice(
            (
                Key((key.tonic + 7) % 12, "major"),
                Key((key.tonic + 9) % 12, "minor"),
                Key((key.tonic + 5) % 12, "major"),
                Key(key.tonic, "minor"),
            )
        )
    return rng.choice(
        (
            Key((key.tonic + 3) % 12, "major"),
            Key((key.tonic + 7) % 12, "minor"),
            Key((key.tonic + 5) % 12, "minor"),
            Key(key.tonic, "major"),
        )
    )
