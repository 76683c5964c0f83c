"""Which chord follows which: walks by function, loops, blues, chains of fifths, slow drifts.

Numerals of minor keys are spelt from the major scale: the relative major of i is bIII.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from composing.chance import weighted
from composing.chords import Key, Span, chord_of
from composing.metres import Metre

Taste = Literal["classical", "pop", "jazz", "blues", "modal", "ambient"]

Walk = Mapping[str, Mapping[str, float]]

MAJOR_WALK: Walk = {
    "I": {"IV": 3, "V": 3, "vi": 3, "ii": 2, "iii": 1, "I^3": 1.5, "V^3": 1, "V7/IV": 0.5},
    "I^3": {"IV": 4, "ii": 3, "V7/V": 0.5},
    "ii": {"V": 5, "V7": 3, "viio": 1, "I^5": 1, "ii^3": 0.5},
    "ii^3": {"V": 4, "V7": 4},
    "iii": {"vi": 4, "IV": 3},
    "IV": {"V": 4, "I": 2, "ii": 2, "I^5": 1.5, "V7/V": 1, "iv": 0.3},
    "iv": {"I": 3, "V": 2},
    "V": {"I": 6, "vi": 2, "I^3": 1, "V7": 1},
    "V^3": {"I": 4, "vi": 3},
    "V7": {"I": 8, "vi": 1.5},
    "vi": {"ii": 3, "IV": 3, "V": 1, "iii": 1, "V7/ii": 0.5, "I^3": 0.5},
    "viio": {"I": 4, "I^3": 2},
    "I^5": {"V7": 5, "V": 3},
    "V7/IV": {"IV": 6, "ii": 1},
    "V7/V": {"V": 5, "V7": 3},
    "V7/ii": {"ii": 6},
}
MINOR_WALK: Walk = {
    "i": {"iv": 3, "V": 3, "bVI": 3, "iiø7": 1.5, "bIII": 1, "bVII": 1.5, "i^3": 1.5},
    "i^3": {"iv": 3, "iiø7": 3, "bVI": 1},
    "iiø7": {"V": 4, "V7": 4},
    "bII^3": {"V": 3, "V7": 3},
    "bIII": {"bVI": 3, "iv": 3, "bVII": 1.5},
    "iv": {"V": 4, "i": 2, "bVII": 2, "V7": 2, "i^5": 1},
    "V": {"i": 6, "bVI": 2, "V7": 1},
    "V7": {"i": 8, "bVI": 1.5},
    "bVI": {"iv": 3, "bIII": 2, "iiø7": 2, "V": 2, "bVII": 2, "bII^3": 0.7},
    "bVII": {"bIII": 4, "i": 2, "bVI": 2},
    "viio7": {"i": 4},
    "i^5": {"V7": 5, "V": 2},
}
CADENCES = {
    False: (("ii", "V7", "I"), ("IV", "V", "I"), ("I^5", "V7", "I"), ("IV", "V7", "I")),
    True: (("iv", "V7", "i"), ("iiø7", "V7", "i"), ("i^5", "V7", "i"), ("bVI", "V", "i")),
}
LOOPS = {
    "major": (
        "I V vi IV",
        "vi IV I V",
        "I vi IV V",
        "I IV vi V",
        "IV I V vi",
        "I iii IV V",
        "I V^3 vi IV",
        "Iadd9 IVadd9 vi7 V7sus4",
        "I I IV V",
        "IV V iii vi",
        "I ii IV V",
    ),
    "minor": (
        "i bVI bIII bVII",
        "i iv bVI V",
        "i bVII bVI V",
        "i bVII bVI bVII",
        "i v bVI iv",
        "i bIII bVII iv",
        "bVI bVII i i",
        "i iv bVII bIII",
        "i i bVI V",
    ),
    "dorian": ("i IV", "i7 IV7", "i bIII IV i", "i ii bIII IV", "im9 IV9"),
    "mixolydian": ("I bVII IV I", "I v bVII IV", "I bVII", "I IV bVII IV"),
    "lydian": ("Imaj7 II", "I II vii I", "Imaj9 II^3 iii II"),
    "phrygian": ("i bII", "i bII bIII bII", "i bvii bII i"),
}
JAZZ = {
    False: (
        "iim7 V7 Imaj7 vim7",
        "Imaj7 vim7 iim7 V9",
        "iiim7 V7/ii iim7 V7",
        "Imaj9 IVmaj7 iiim7 VI7",
        "Imaj7 #Io7 iim7 V7",
        "IVmaj7 iv6 Imaj7 VI7",
    ),
    True: ("iiø7 V7 im7 im6", "im7 bVImaj7 iiø7 V7", "im9 ivm7 bVII7 bIIImaj7", "im6 im6 iiø7 V7"),
}
BLUES = {
    False: "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
    True: "im7 ivm7 im7 im7 ivm7 ivm7 im7 im7 bVI7 V7 im7 V7",
}
CHAINS = {
    False: ("I V vi iii IV I IV V", "I IV viio iii vi ii V I"),
    True: (
        "i iv bVII bIII bVI iiø7 V i",
        "i V bVII IV bVI bIII iv V",
        "i v^3 bVI bIII iv i iiø7 V",
    ),
}
DRIFTS = {
    "major": ("Iadd9", "IVadd9", "vim9", "iiim7", "Vsus4", "Isus2", "IVmaj9", "iim9"),
    "minor": ("imadd9", "bVImaj7", "bIIIadd9", "ivm9", "bVIIsus2", "im9", "v7"),
    "dorian": ("im9", "IVadd9", "iim7", "bVIIadd9", "isus2"),
    "mixolydian": ("Iadd9", "bVIIadd9", "IVsus2", "vm7"),
    "lydian": ("Imaj9", "IIadd9", "iiim7", "viim7", "Isus2"),
    "phrygian": ("isus4", "bIImaj7", "bviim7", "bIIIadd9", "im7"),
}


@dataclass(frozen=True)
class Ending:
    """How a phrase closes: at home, or open, so that it wants to go on."""

    at_home: bool = True


def phrase(
    taste: Taste,
    key: Key,
    metre: Metre,
    n_bars: int,
    ending: Ending,
    rng: Random,
    often: float = 0.22,
) -> tuple[Span, ...]:
    """Chords for n_bars, in beats from 0. often: how likely a bar has two."""
    if taste == "classical":
        walked = _chain(key, n_bars, rng) if rng.random() < 0.15 else _walk(key, n_bars, often, rng)
        return _placed(_closed(walked, key, ending, rng), key, metre)
    if taste == "blues":
        line = BLUES[key.is_minor].split()
        return _placed([(line[bar % 12],) for bar in range(n_bars)], key, metre)
    if taste == "ambient":
        return _drift(key, metre, n_bars, rng)
    loops = JAZZ[key.is_minor] if taste == "jazz" else LOOPS[key.mode]
    names = rng.choice(loops).split()
    slow = taste != "jazz" and len(names) < 4 and rng.random() < 0.6
    bars: list[tuple[str, ...]] = [
        (names[(bar // (2 if slow else 1)) % len(names)],) for bar in range(n_bars)
    ]
    if taste == "jazz":
        bars = _closed(bars, key, ending, rng) if rng.random() < 0.3 else bars
    elif ending.at_home and rng.random() < 0.4:
        bars[-1] = ("i" if key.is_minor else "I",)
    return _placed(bars, key, metre)


def _walk(key: Key, n_bars: int, often: float, rng: Random) -> list[tuple[str, ...]]:
    """A chord a bar, at times two, each by its function after the last; the weights are ours."""
    walk = MINOR_WALK if key.is_minor else MAJOR_WALK
    name = "i" if key.is_minor else "I"
    bars: list[tuple[str, ...]] = []
    for _ in range(n_bars):
        bar = [name]
        name = weighted(rng, walk[name])
        if rng.random() < often:
            bar.append(name)
            name = weighted(rng, walk[name])
        bars.append(tuple(bar))
    return bars


def _chain(key: Key, n_bars: int, rng: Random) -> list[tuple[str, ...]]:
    names = rng.choice(CHAINS[key.is_minor]).split()
    return [(names[bar % len(names)],) for bar in range(n_bars)]


def _closed(
    bars: list[tuple[str, ...]], key: Key, ending: Ending, rng: Random
) -> list[tuple[str, ...]]:
    """The same with a cadence in the last bars: onto the tonic, or onto the dominant."""
    before, dominant, home = rng.choice(CADENCES[key.is_minor])
    if ending.at_home:
        return [*bars[:-2], (before, dominant), (home,)]
    return [*bars[:-2], (home if rng.random() < 0.5 else before,), (dominant.rstrip("7"),)]


def _drift(key: Key, metre: Metre, n_bars: int, rng: Random) -> tuple[Span, ...]:
    """Chords that last two to four bars and hang together by the tones they share."""
    names = DRIFTS[key.mode]
    spans, bar, name = list[Span](), 0, names[0]
    while bar < n_bars:
        length = min(rng.choice((2, 2, 4)), n_bars - bar)
        chord = chord_of(name, key)
        spans.append(Span(bar * metre.length, length * metre.length, chord))
        here = set(chord.tones)
        likely = {
            other: 0.3 + len(here & set(chord_of(other, key).tones))
            for other in names
            if other != name
        }
        name, bar = weighted(rng, likely), bar + length
    return tuple(spans)


def _placed(bars: list[tuple[str, ...]], key: Key, metre: Metre) -> tuple[Span, ...]:
    """Two chords of a bar share it at its middle beat."""
    spans: list[Span] = []
    for number, names in enumerate(bars):
        start = number * metre.length
        middle = metre.pulses[(len(metre.pulses) + 1) // 2] if len(metre.pulses) > 1 else 1.0
        cuts = [0.0, middle, metre.length] if len(names) > 1 else [0.0, metre.length]
        for name, begin, end in zip(names, cuts, cuts[1:], strict=False):
            chord = chord_of(name, key)
            spans.append(Span(start + begin, end - begin, chord))
    return tuple(spans)
