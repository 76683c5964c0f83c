"""Notes as events: the published vocabulary, by hand, and any score there and back."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.audio import Note, Score, read_score
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import UsageError
from menura.representations import load_score, note_f1, round_trip_score
from menura.representations.notes import Notes, NotesConfig
from random_scores import Parts, parts_of_scores, tune_of_notes

ON, OFF, SHIFT, VELOCITY, INSTRUMENT = 0, 128, 256 - 1, 356, 388


def part(config: NotesConfig | None = None) -> Notes:
    return Notes(config or NotesConfig(), 32_000)


def numbers(*events: int) -> torch.Tensor:
    return torch.tensor(events, dtype=torch.float32)[None, None]


def said(score: Score, config: NotesConfig | None = None) -> list[int]:
    return [int(number) for number in part(config).encode(score)[0, 0]]


def test_the_vocabulary_is_the_published_one() -> None:
    assert part().spec.n_classes == 128 + 128 + 100 + 32
    assert part(NotesConfig(instruments=True)).spec.n_classes == 388 + 129


def test_a_score_in_words() -> None:
    """A chord after a rest of 2.5 s, one of its keys struck again as it is let go."""
    score = Score(
        (Note(2.5, 3.0, 60, 64), Note(2.5, 3.5, 64, 67), Note(3.0, 3.5, 60, 127)),
    )
    assert said(score) == [
        *(SHIFT + 100, SHIFT + 100, SHIFT + 50),
        *(VELOCITY + 16, ON + 60, ON + 64),
        *(SHIFT + 50, OFF + 60, VELOCITY + 31, ON + 60),
        *(SHIFT + 50, OFF + 60, OFF + 64),
    ]


def test_instruments_in_words() -> None:
    config = NotesConfig(instruments=True)
    score = Score((Note(0, 1, 60), Note(0, 1, 50, program=33), Note(0, 1, 36, is_drum=True)))
    assert said(score, config) == [
        *(VELOCITY + 20, ON + 60, INSTRUMENT + 33, ON + 50, INSTRUMENT + 128, ON + 36),
        *(SHIFT + 100, INSTRUMENT, OFF + 60, INSTRUMENT + 33, OFF + 50),
        *(INSTRUMENT + 128, OFF + 36),
    ]
    again = part(config).decode(part(config).encode(score))
    assert [(n.pitch, n.program, n.is_drum) for n in again.notes] == [
        (36, 0, True),
        (50, 33, False),
        (60, 0, False),
    ]
    assert [n.pitch for n in part().decode(part().encode(score)).notes] == [50, 60]


def test_an_empty_score_has_no_events() -> None:
    assert part().encode(Score(())).shape == (1, 1, 0)
    assert part().decode(numbers()) == Score(())


def test_a_single_note() -> None:
    again = part().decode(part().encode(Score((Note(0.0, 0.0, 60, 64),))))
    assert again.notes == (Note(0.0, 0.01, 60, 66),)


@settings(max_examples=150)
@given(parts=parts_of_scores(), rate=st.integers(11, 500), n_shifts=st.integers(1, 300))
def test_any_score_returns(parts: Parts, rate: int, n_shifts: int) -> None:
    """Up to half a step, and the order of ends where notes of a pitch overlap."""
    score = Score(*parts)
    notes = part(NotesConfig(rate, n_shifts, 128, instruments=True))
    again = notes.decode(notes.encode(score))
    assert round_trip_score(notes, score) == 1.0
    assert note_f1(score, again) == 1.0

    def keys(of: Score) -> dict[tuple[int, int, bool], list[Note]]:
        found: dict[tuple[int, int, bool], list[Note]] = {}
        for n in of.notes:
            found.setdefault((n.pitch, 0 if n.is_drum else n.program, n.is_drum), []).append(n)
        return found

    mine, theirs = keys(score), keys(again)
    assert mine.keys() == theirs.keys()
    for key, expected in mine.items():
        starts = [n.start_s for n in expected]
        half = 0.5 / rate + 1e-9
        np.testing.assert_allclose(starts, [n.start_s for n in theirs[key]], rtol=0, atol=half)
        ends, returned = (sorted(n.end_s for n in x) for x in (expected, theirs[key]))
        # A note shorter than a step becomes a step long.
        np.testing.assert_allclose(ends, returned, rtol=0, atol=3 * half)
        loud = sorted(max(1, n.velocity) for n in expected)
        assert loud == sorted(n.velocity for n in theirs[key])


@given(parts=parts_of_scores(instruments=False))
def test_a_second_round_trip_changes_nothing(parts: Parts) -> None:
    once = part().decode(part().encode(Score(*parts)))
    assert part().decode(part().encode(once)) == once


@settings(max_examples=150)
@given(
    events=st.lists(st.integers(0, 387), max_size=200),
    instruments=st.booleans(),
)
def test_any_row_of_events_is_a_score(events: list[int], instruments: bool) -> None:
    """A model says what it likes: what it says last must still be music."""
    notes = part(NotesConfig(instruments=instruments))
    score = notes.decode(numbers(*events))
    assert len(score.notes) == sum(event < 128 for event in events)
    times = notes.times_s(numbers(*events))
    assert times.shape == (len(events),)
    n_steps = sum(event - SHIFT for event in events if SHIFT < event < VELOCITY)
    last_s = n_steps / 100
    assert score.duration_s <= last_s + 0.01 + 1e-9
    if events:
        assert float(times[-1]) == pytest.approx(last_s)


def test_very_long_gaps() -> None:
    late = 23 * 3600.0
    again = part().decode(part().encode(Score((Note(0, 1, 60), Note(late, late + 1, 61)))))
    assert again.notes[1].start_s == late
    with pytest.raises(UsageError, match="at most 24"):
        part().encode(Score((Note(1e300, 1e301, 60),)))


def test_notes_that_nothing_ends_sound_until_the_last_event() -> None:
    score = part().decode(numbers(ON + 60, SHIFT + 100, OFF + 61, SHIFT + 20, ON + 62))
    assert [(n.start_s, n.end_s) for n in score.notes] == [(0.0, 1.2), (1.2, 1.21)]


@pytest.mark.parametrize("velocity", range(0, 128, 7))
@pytest.mark.parametrize("n_velocities", [1, 32, 127, 128])
def test_velocity_returns_within_half_a_class(velocity: int, n_velocities: int) -> None:
    notes = part(NotesConfig(n_velocities=n_velocities))
    again = notes.decode(notes.encode(Score((Note(0, 1, 60, velocity),))))
    assert abs(again.notes[0].velocity - velocity) <= max(1, 64 / n_velocities)


@pytest.mark.parametrize("wrong", [-1.0, 388.0, 0.5, float("nan"), float("inf"), 1e30])
def test_what_is_no_event_is_refused(wrong: float) -> None:
    with pytest.raises(UsageError, match=r"no event; .*0…387"):
        part().decode(torch.tensor([[[60.0, wrong]]]))
    with pytest.raises(UsageError, match="one number an event"):
        part().decode(torch.zeros(1, 2, 3))


@pytest.mark.parametrize(
    "wrong", [{"steps_per_second": 10}, {"n_shifts": 0}, {"n_velocities": 0}, {"n_velocities": 129}]
)
def test_impossible_settings_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        from_dict(NotesConfig, {**to_dict(NotesConfig()), **wrong})


def test_real_piano_keeps_every_note(recordings: Path) -> None:
    """The promise on real playing, pedal and all: F1 of 1 at 50 ms, and ends to 10 ms."""
    files = sorted((recordings / "piano").rglob("*.midi"))
    for file in files[:: max(1, len(files) // 4)]:
        score = read_score(file)
        again = part().decode(part().encode(score))
        assert len(score.notes) > 100
        assert note_f1(score, again) == 1.0
        assert note_f1(score, again, tolerance_s=0.006) == 1.0
        ends = np.sort([n.end_s for n in score.notes])
        np.testing.assert_allclose(ends, np.sort([n.end_s for n in again.notes]), atol=0.016)


def test_a_note_an_onset_late_breaks_the_promise() -> None:
    score = tune_of_notes()
    late = Score(tuple(Note(n.start_s + 0.06, n.end_s + 0.06, n.pitch) for n in score.notes))
    assert note_f1(score, late) < 0.2
    assert load_score("notes").promise.bound == 1.0
