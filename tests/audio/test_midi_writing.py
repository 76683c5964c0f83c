"""Scores as MIDI files: what is written is read back, by us and by mido."""

from collections import Counter
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings

from menura.audio import (
    Note,
    Score,
    TempoChange,
    read_score,
    read_score_comment,
    write_score,
)
from menura.foundation.errors import MenuraError
from random_scores import Parts, parts_of_scores

HALF_A_TICK_S = 2.6e-4


def back(tmp_path: Path, score: Score) -> Score:
    write_score(tmp_path / "score.mid", score)
    return read_score(tmp_path / "score.mid")


def by_key(score: Score) -> dict[tuple[int, int, bool], list[Note]]:
    keys: dict[tuple[int, int, bool], list[Note]] = {}
    for note in score.notes:
        keys.setdefault((note.pitch, note.program, note.is_drum), []).append(note)
    return keys


@settings(max_examples=100)
@given(parts=parts_of_scores())
def test_any_score_returns(parts: Parts, tmp_path: Path) -> None:
    """Up to half a tick, and the order of ends where notes of a pitch overlap."""
    score = Score(*parts)
    again = back(tmp_path, score)
    assert again.key == score.key
    assert again.tempo_bpm == pytest.approx(score.tempo_bpm, rel=2e-5)
    mine, theirs = by_key(score), by_key(again)
    assert mine.keys() == theirs.keys()
    for key, notes in mine.items():
        starts, ends = ([getattr(n, at) for n in notes] for at in ("start_s", "end_s"))
        # A note of no length is a tick long.
        np.testing.assert_allclose(starts, [n.start_s for n in theirs[key]], atol=HALF_A_TICK_S)
        np.testing.assert_allclose(
            sorted(ends), sorted(n.end_s for n in theirs[key]), atol=4 * HALF_A_TICK_S
        )
        assert Counter(max(1, n.velocity) for n in notes) == Counter(
            n.velocity for n in theirs[key]
        )


def test_a_plain_score_returns_as_it_was(tmp_path: Path) -> None:
    score = Score(
        (
            Note(0.0, 0.5, 60, 64),
            Note(0.5, 1.0, 60, 65, program=40),
            Note(0.5, 0.75, 36, 99, 0, True),
        ),
        tempo_bpm=96.0,
        key="F#m",
        tempo_changes=(TempoChange(0.625, 48.0), TempoChange(1.25, 96.0)),
    )
    again = back(tmp_path, score)
    assert again == score
    assert back(tmp_path, again) == again


def test_more_programs_than_channels(tmp_path: Path) -> None:
    """Forty instruments strike the same pitch in turn, on fifteen channels."""
    notes = tuple(Note(i / 10, i / 10 + 1, 60, 64, program=i % 40) for i in range(80))
    again = back(tmp_path, Score(notes))
    assert [n.program for n in again.notes] == [n.program for n in notes]
    ends = {(round(n.start_s, 3), round(n.end_s, 3)) for n in again.notes}
    assert ends == {(round(n.start_s, 3), round(n.end_s, 3)) for n in notes}


def test_drums_are_on_the_tenth_channel_alone(tmp_path: Path) -> None:
    notes = [Note(i, i + 1, 40, 64, program=i, is_drum=i % 2 == 0) for i in range(20)]
    write_score(tmp_path / "score.mid", Score(tuple(notes)))
    struck = [
        m for m in mido.MidiFile(tmp_path / "score.mid") if m.type == "note_on" and m.velocity
    ]
    assert [m.channel == 9 for m in struck] == [note.is_drum for note in notes]


def test_a_slow_tempo_costs_no_precision(tmp_path: Path) -> None:
    again = back(tmp_path, Score((Note(12.3456, 20, 60),), tempo_bpm=4.0))
    assert again.notes[0].start_s == pytest.approx(12.3456, abs=HALF_A_TICK_S)


def test_the_longest_gap(tmp_path: Path) -> None:
    again = back(tmp_path, Score((Note(0, 1, 60), Note(23 * 3600, 23 * 3600 + 1, 60))))
    assert again.notes[1].start_s == pytest.approx(23 * 3600, abs=HALF_A_TICK_S)


def test_what_midi_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    late = Score((Note(1e300, 1e300, 60),))
    with pytest.raises(MenuraError, match=r"late\.mid.*at most 24"):
        write_score(tmp_path / "late.mid", late)
    fast = Score((Note(3600, 3601, 60),), tempo_bpm=1e6)
    with pytest.raises(MenuraError, match=r"fast\.mid.*slower tempo"):
        write_score(tmp_path / "fast.mid", fast)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Score((), tempo_bpm=0),
        lambda: Score((), tempo_bpm=float("nan")),
        lambda: Score((), key="H"),
        lambda: TempoChange(0.0, 60),
        lambda: TempoChange(1.0, -60),
        lambda: Note(0, 1, 128),
        lambda: Note(0, 1, 60, program=128),
        lambda: Note(2, 1, 60),
        lambda: Note(0, float("inf"), 60),
    ],
)
def test_a_score_that_makes_no_sense_cannot_be_made(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match=r"\w"):
        wrong()


@pytest.mark.parametrize("comment", ["Menura 1; generate; system 0f; seed 3", "café", ""])
def test_a_comment_is_kept_as_text(tmp_path: Path, comment: str) -> None:
    file, score = tmp_path / "score.mid", Score((Note(0, 1, 60),), key="C")
    write_score(file, score, comment=comment)
    assert read_score_comment(file) == comment
    said = [message.text for message in mido.MidiFile(file) if message.type == "text"]
    assert said == [comment] * bool(comment)
    assert read_score(file) == back(tmp_path, score)


def test_letters_that_midi_has_not_are_replaced(tmp_path: Path) -> None:
    write_score(tmp_path / "score.mid", Score(()), comment="調 1")
    assert read_score_comment(tmp_path / "score.mid") == "? 1"
