"""Scores as piano rolls and back, by hand and at random."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.audio import Note, Score, read_score
from menura.foundation.errors import UsageError
from menura.representations import from_piano_roll, note_f1, piano_roll
from random_scores import Parts, parts_of_scores


def test_a_roll_by_hand() -> None:
    score = Score((Note(0.1, 0.3, 60, 127), Note(0.2, 0.2, 64, 64), Note(0, 1, 36, is_drum=True)))
    roll = piano_roll(score, 10.0)
    assert roll.shape == (128, 3)
    np.testing.assert_allclose(roll[60], [0, 1, 1])
    np.testing.assert_allclose(roll[64], [0, 0, 64 / 127], rtol=1e-6)
    assert np.count_nonzero(roll) == 3


def test_a_key_struck_again_at_once_stays_two_notes() -> None:
    score = Score((Note(0.0, 0.5, 60), Note(0.5, 1.0, 60)))
    again = from_piano_roll(piano_roll(score, 10.0), 10.0)
    assert [(n.start_s, n.end_s) for n in again.notes] == [(0.0, 0.4), (0.5, 1.0)]


def test_notes_of_one_frame_are_not_taken_away() -> None:
    roll = piano_roll(Score((Note(0.0, 0.1, 60), Note(0.1, 0.2, 60), Note(0.2, 0.3, 60))), 10.0)
    np.testing.assert_array_equal(roll[60] > 0, [True, True, True])


def test_an_empty_roll() -> None:
    assert piano_roll(Score(()), 100.0).shape == (128, 0)
    assert from_piano_roll(np.zeros((128, 0), np.float32), 100.0) == Score(())
    assert from_piano_roll(np.zeros((128, 50), np.float32), 100.0) == Score(())


@settings(max_examples=150)
@given(parts=parts_of_scores(instruments=False), rate=st.floats(21, 200))
def test_notes_apart_return_with_their_velocity(parts: Parts, rate: float) -> None:
    apart: list[Note] = []
    for note in sorted(parts[0]):
        if all(n.pitch != note.pitch or n.end_s + 3 / rate < note.start_s for n in apart):
            apart.append(note)
    score = Score(tuple(apart))
    again = from_piano_roll(piano_roll(score, rate), rate)
    assert note_f1(score, again) == 1.0
    loud = sorted((n.pitch, max(1, n.velocity)) for n in score.notes)
    assert sorted((n.pitch, n.velocity) for n in again.notes) == loud
    ends = sorted(n.end_s for n in score.notes)
    np.testing.assert_allclose(ends, sorted(n.end_s for n in again.notes), atol=1.6 / rate)


@given(parts=parts_of_scores(), rate=st.floats(1, 100))
def test_any_score_has_a_roll_that_returns_itself(parts: Parts, rate: float) -> None:
    roll = piano_roll(Score(*parts), rate)
    assert np.isfinite(roll).all()
    assert ((roll >= 0) & (roll <= 1)).all()
    again = piano_roll(from_piano_roll(roll, rate), rate)
    np.testing.assert_array_equal(again > 0, roll[:, : again.shape[1]] > 0)


def test_a_threshold_passes_over_the_faint() -> None:
    roll = np.zeros((128, 4), np.float32)
    roll[60], roll[61], roll[62] = 0.2, 0.9, 5.0
    notes = from_piano_roll(roll, 4.0, threshold=0.5).notes
    assert [(n.pitch, n.velocity, n.end_s) for n in notes] == [(61, 114, 1.0), (62, 127, 1.0)]


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_rates_are_refused(rate: float) -> None:
    with pytest.raises(UsageError, match="frame rate"):
        piano_roll(Score(()), rate)
    with pytest.raises(UsageError, match="frame rate"):
        from_piano_roll(np.zeros((128, 1), np.float32), rate)


def test_what_cannot_be_a_roll_is_refused() -> None:
    with pytest.raises(UsageError, match="4194304 frames"):
        piano_roll(Score((Note(1e308, 1e308, 60),)), 100.0)
    with pytest.raises(UsageError, match="finite"):
        from_piano_roll(np.full((128, 1), np.nan, np.float32), 10.0)


def test_real_piano_keeps_its_notes(recordings: Path) -> None:
    """At 100 frames a second; notes are lost only where a key is struck within two frames."""
    file = sorted((recordings / "piano").rglob("*.midi"))[0]
    score = read_score(file)
    assert note_f1(score, from_piano_roll(piano_roll(score, 100.0), 100.0)) > 0.99
