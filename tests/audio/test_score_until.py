"""Cutting a score short."""

from menura.audio import Note, Score, TempoChange


def test_what_is_heard_before() -> None:
    changes = (TempoChange(0.5, 100), TempoChange(2.5, 90))
    score = Score((Note(0, 3, 60), Note(1, 2, 64), Note(2, 4, 67)), 80.0, "G", changes)
    cut = score.until(2.0)
    assert cut.notes == (Note(0, 2.0, 60), Note(1, 2, 64))
    assert (cut.tempo_bpm, cut.key, cut.tempo_changes) == (80.0, "G", changes[:1])
    assert score.until(9.0) == score
    assert score.until(0.0).notes == ()
