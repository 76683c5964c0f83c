"""Drums of a section: a groove, its fills, and a crash where it begins."""

from random import Random

from composing.grooves import (
    CLAP,
    CRASH,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    MID_TOM,
    OPEN_HAT,
    SNARE,
    Groove,
)
from composing.metres import Metre
from composing.tones import Tone

STRENGTH = {"X": 12.0, "x": 0.0, "o": -28.0}


def drums(groove: Groove, metre: Metre, n_bars: int, rng: Random, intensity: float) -> list[Tone]:
    """n_bars of a groove, from beat 0; the last bar goes into the next section by a fill.

    intensity: 0…1. Below a third the loudest lines are left out.
    """
    step = 0.5 if metre.compound else 0.25
    chosen = {drum: rng.choice(bars) for drum, bars in groove.lines.items()}
    other = {drum: rng.choice(bars) for drum, bars in groove.lines.items()}
    tones = []
    for bar in range(n_bars):
        pattern = other if bar % 4 == 3 else chosen
        for drum, line in pattern.items():
            if intensity < 0.33 and drum in (SNARE, CLAP, OPEN_HAT) and len(pattern) > 2:
                continue
            for place, mark in enumerate(line):
                if mark in STRENGTH:
                    start = bar * metre.length + place * step
                    accent = STRENGTH[mark] + 4.0 * metre.weight(start)
                    tones.append(Tone(start, step, drum, accent))
    if intensity > 0.5:
        tones.append(Tone(0.0, 1.0, CRASH, -4.0))
    return tones if intensity < 0.3 else _with_fill(tones, metre, n_bars, step, rng)


def _with_fill(
    tones: list[Tone], metre: Metre, n_bars: int, step: float, rng: Random
) -> list[Tone]:
    """The last beats of the last bar on snare and toms."""
    length = rng.choice((0.0, 1.0, 1.0, 2.0)) if not metre.compound else 1.5
    length = min(length, metre.length)
    start = n_bars * metre.length - length
    kept = [tone for tone in tones if tone.start < start - 1e-6 or tone.pitch == KICK]
    places = round(length / step)
    toms = (SNARE, SNARE, HIGH_TOM, HIGH_TOM, MID_TOM, MID_TOM, LOW_TOM, LOW_TOM)
    for place in range(places):
        if rng.random() < 0.85:
            drum = toms[min(len(toms) - 1, place * len(toms) // max(1, places))]
            kept.append(Tone(start + place * step, step, drum, -6.0 + 14.0 * place / places))
    return kept
