"""Notes alone, one after another with silence between: what an instrument sounds like."""

from random import Random

from composing.instruments import Instrument
from menura.audio import Note, Score

EVERY_S, HELD_S = 4.0, 3.0  # as NSynth has its notes
VELOCITIES = (25, 50, 75, 100, 127)


def single_notes(seconds: float, instrument: Instrument, rng: Random) -> Score:
    """A note every four seconds, held for three, of pitches and velocities all over."""
    n = max(3, round(seconds / EVERY_S))
    pitches = list(range(instrument.low, instrument.high + 1))
    chosen = rng.sample(pitches, min(n, len(pitches)))
    notes = tuple(
        Note(
            number * EVERY_S,
            number * EVERY_S + HELD_S,
            pitch,
            rng.choice(VELOCITIES),
            instrument.program,
        )
        for number, pitch in enumerate(chosen)
    )
    return Score(notes)
