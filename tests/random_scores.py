"""Scores for tests: any that hypothesis can think of, a plain tune, and folders of MIDI files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from menura.audio import Note, Score, TempoChange, write_score
from menura.audio.score import KEYS


@st.composite
def notes(draw: st.DrawFn, instruments: bool = True, longest_s: float = 100.0) -> Note:
    start_s = draw(st.floats(0, longest_s))
    is_drum = instruments and draw(st.booleans())
    return Note(
        start_s,
        start_s + draw(st.floats(0, 5)),
        draw(st.integers(0, 127)),
        draw(st.integers(0, 127)),
        draw(st.integers(0, 127)) if instruments else 0,
        is_drum,
    )


Parts = tuple[tuple[Note, ...], float, str | None, tuple[TempoChange, ...]]


@st.composite
def parts_of_scores(draw: st.DrawFn, instruments: bool = True) -> Parts:
    """What `Score(*parts)` takes: up to 40 notes, on one pitch in some, so that they overlap.

    The score itself is made in the test: its types are checked by samples drawn at random, which
    hypothesis does not allow in here.
    """
    found = draw(st.lists(notes(instruments), max_size=40))
    if draw(st.booleans()):
        found = [replace(note, pitch=60, program=0, is_drum=False) for note in found]
    changes = st.builds(TempoChange, st.floats(0.01, 100), st.floats(4, 500))
    return (
        tuple(found),
        draw(st.floats(4, 500)),
        draw(st.sampled_from([None, *KEYS])),
        tuple(draw(st.lists(changes, max_size=4))),
    )


def tune_of_notes(n_notes: int = 60, seed: int = 0) -> Score:
    """Chords of a piano, a new one about every half second."""
    rng = np.random.default_rng(seed)
    start_s = np.sort(rng.uniform(0, n_notes / 4, n_notes))
    found = [
        Note(start, start + length, int(pitch), int(velocity))
        for start, length, pitch, velocity in zip(
            start_s.tolist(),
            rng.uniform(0.05, 2, n_notes).tolist(),
            rng.integers(36, 96, n_notes),
            rng.integers(20, 120, n_notes),
            strict=True,
        )
    ]
    return Score(tuple(found))


def folder_of_scores(folder: Path, n_files: int = 5, n_notes: int = 60) -> Path:
    """A folder of MIDI files, as a person might have it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n_files):
        write_score(folder / f"tune {number}.mid", tune_of_notes(n_notes, seed=number))
    return folder
