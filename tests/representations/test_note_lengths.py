"""The alphabet of notes that say how long they last."""

from collections.abc import Iterable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Note, Score
from menura.foundation.errors import UsageError
from menura.representations._key import scale_of
from menura.representations.note_lengths import NoteLengths
from random_scores import Parts, parts_of_scores

PART = NoteLengths(NoteLengths.Config(), 22_050)
# 128 pitches, 100 shifts from 128 on, 32 velocities from 228 on, 32 lengths from 260 on.
RATIO = (8.0 * 100) ** (1 / 31)


def numbers(*notes: Note) -> list[int]:
    return PART.encode(Score(notes))[0, 0].int().tolist()


def test_a_tune_in_numbers() -> None:
    assert PART.spec.n_classes == 292
    # Velocity 64 is class 16; a step is length 0 and eight seconds are length 31.
    assert numbers(Note(0, 8.0, 60, 64)) == [244, 291, 60, *[227] * 8]
    assert numbers(Note(0.03, 0.04, 60, 127), Note(0.03, 0.04, 64, 127)) == [
        *(130, 259, 260, 60),
        *(64, 128),  # nothing but the pitch is new, then a step to the end
    ]


def placed(notes: Iterable[Note]) -> dict[tuple[int, int], list[Note]]:
    """Notes by the step they begin at and their pitch."""
    found: dict[tuple[int, int], list[Note]] = {}
    for note in notes:
        found.setdefault((round(note.start_s * 100), note.pitch), []).append(note)
    return found


@given(parts_of_scores())
def test_what_comes_back(parts: Parts) -> None:
    """Onsets to half a step, lengths and velocities to half a class, all of program 0."""
    score = Score(*parts)
    wanted = placed(note for note in score.notes if not note.is_drum)
    back = placed(PART.decode(PART.encode(score)).notes)
    assert {place: len(notes) for place, notes in back.items()} == {
        place: len(notes) for place, notes in wanted.items()
    }
    for place, [old, *others] in wanted.items():
        if others:
            continue
        [new] = back[place]
        assert new.program == 0
        length_s = max(0.01, old.end_s - old.start_s)
        assert (new.end_s - new.start_s) / length_s == pytest.approx(1, rel=RATIO**0.5 - 1 + 1e-6)
        assert abs(new.velocity - max(1, old.velocity)) <= 2


@given(st.lists(st.integers(0, 291), max_size=60))
def test_any_numbers_are_a_score(events: list[int]) -> None:
    score = PART.decode(torch.tensor(events, dtype=torch.float32)[None, None])
    assert len(score.notes) == sum(event < 128 for event in events)
    assert all(note.end_s > note.start_s for note in score.notes)


def test_drums_are_left_out() -> None:
    assert numbers(Note(0, 1, 38, is_drum=True)) == []


@pytest.mark.parametrize(
    "wrong", [{"n_lengths": 1}, {"longest_s": 0.01}, {"n_shifts": 0}, {"steps_per_second": 10}]
)
def test_wrong_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        NoteLengths.Config(**wrong)  # type: ignore[arg-type]


def test_a_score_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="at most 24"):
        PART.encode(Score((Note(0, 90_000, 60),)))


IN_C = NoteLengths(NoteLengths.Config(in_c=True), 22_050)
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def scale(tonic: int) -> Score:
    """Up a major scale, its tonic and fifth held longer."""
    return Score(
        tuple(
            Note(beat, beat + (2.0 if step in (0, 7) else 0.5), 60 + tonic + step)
            for beat, step in enumerate(SCALE)
        )
    )


@pytest.mark.parametrize("tonic", range(-6, 6))
def test_a_scale_in_any_key_is_said_in_c_and_returns_in_its_own(tonic: int) -> None:
    events, in_c = IN_C.encode(scale(tonic)), IN_C.encode(scale(0))
    assert int(events[0, 0, 0]) == 292 + tonic + 6
    assert torch.equal(events[:, :, 1:], in_c[:, :, 1:])
    assert [n.pitch for n in IN_C.decode(events).notes] == [n.pitch for n in scale(tonic).notes]


@given(parts_of_scores())
def test_every_pitch_returns_from_c(parts: Parts) -> None:
    score = Score(*parts)
    wanted = sorted(note.pitch for note in score.notes if not note.is_drum)
    assert sorted(note.pitch for note in IN_C.decode(IN_C.encode(score)).notes) == wanted


@pytest.mark.parametrize("semitones", [-12, -7, 1, 11])
def test_transposing_what_says_its_key_changes_the_key(semitones: int) -> None:
    moved = IN_C.decode(IN_C.transposed(IN_C.encode(scale(2)), semitones))
    assert [n.pitch for n in moved.notes] == [n.pitch + semitones for n in scale(2).notes]


def test_a_minor_scale_is_that_of_its_relative_major() -> None:
    degrees = (0, 2, 3, 5, 7, 8, 10, 12)
    long = (0, 3, 7)  # the tonic chord
    notes = [
        Note(beat, beat + (2.0 if step in long else 0.5), 57 + step)
        for beat, step in enumerate(degrees)
    ]
    assert scale_of(Score(tuple(notes))) == 0
    assert scale_of(Score(tuple(Note(n.start_s, n.end_s, n.pitch + 5) for n in notes))) == 5
