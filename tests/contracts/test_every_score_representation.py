"""What every representation of notes owes, asked of all that are found in the room."""

import json
from dataclasses import replace

import pytest
import torch

from menura import representations
from menura.audio import Note, Score
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import UsageError
from menura.representations import ScoreRepresentation, note_f1, round_trip_score
from random_scores import tune_of_notes


@pytest.fixture(params=representations.score_names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fitted(name: str) -> ScoreRepresentation:
    part = build(name)
    part.fit(tune_of_notes(seed=seed) for seed in (1, 2, 3))
    return part


def build(name: str) -> ScoreRepresentation:
    kind = representations.load_score(name)
    return kind(kind.Config(), 22_050)


def test_it_keeps_its_promise(fitted: ScoreRepresentation) -> None:
    assert fitted.promise.measure == "note-f1"
    assert round_trip_score(fitted, tune_of_notes(seed=9)) >= fitted.promise.bound


def test_its_promise_is_worth_something(fitted: ScoreRepresentation) -> None:
    """Other notes in place of these must break the promise, or it promises nothing."""
    score = tune_of_notes(seed=9)
    wrong = Score(tuple(replace(note, pitch=note.pitch - 1) for note in score.notes))
    assert note_f1(score, wrong) < fitted.promise.bound


def test_the_spec_tells_the_truth(fitted: ScoreRepresentation) -> None:
    spec, events = fitted.spec, fitted.encode(tune_of_notes())
    assert spec.hop_length is None
    assert (spec.sample_rate, spec.n_audio_channels) == (22_050, 1)
    assert events.shape[:2] == (1, spec.n_channels)
    assert events.dtype == torch.float32
    if spec.n_classes is not None:
        assert ((events >= 0) & (events < spec.n_classes) & (events == events.round())).all()


def test_nothing_and_one_note(fitted: ScoreRepresentation) -> None:
    assert fitted.decode(fitted.encode(Score(()))).notes == ()
    one = tune_of_notes(1)
    assert round_trip_score(fitted, one) >= fitted.promise.bound


def test_events_know_their_times(fitted: ScoreRepresentation) -> None:
    """In order, and the last is about where the score ends."""
    score = tune_of_notes()
    events = fitted.encode(score)
    times = fitted.times_s(events)
    assert times.shape == (events.shape[2],)
    assert (times.diff() >= 0).all()
    assert float(times[-1]) == pytest.approx(score.duration_s, abs=0.1)


def test_events_cut_anywhere_are_a_score(fitted: ScoreRepresentation) -> None:
    events = fitted.encode(tune_of_notes())
    for n in range(0, events.shape[2], 7):
        score = fitted.decode(events[:, :, :n])
        assert score.duration_s <= fitted.decode(events).duration_s + 0.1


@pytest.mark.parametrize("semitones", [-7, 3])
def test_transposed_music_is_the_same_music_elsewhere(
    fitted: ScoreRepresentation, semitones: int
) -> None:
    score = tune_of_notes()  # between 36 and 95: nothing leaves MIDI's range
    events = fitted.encode(score)
    moved = fitted.transposed(events, semitones)
    assert moved.shape == events.shape
    torch.testing.assert_close(fitted.times_s(moved), fitted.times_s(events), rtol=0, atol=0)
    torch.testing.assert_close(fitted.transposed(moved, -semitones), events, rtol=0, atol=0)
    wanted = Score(tuple(replace(note, pitch=note.pitch + semitones) for note in score.notes))
    assert note_f1(wanted, fitted.decode(moved)) >= fitted.promise.bound


def test_transposing_never_leaves_the_range(fitted: ScoreRepresentation) -> None:
    score = Score((Note(0.0, 1.0, 2), Note(0.0, 1.0, 125)))
    for semitones in (-12, -5, 5, 12):
        decoded = fitted.decode(fitted.transposed(fitted.encode(score), semitones))
        classes = sorted(note.pitch % 12 for note in decoded.notes)
        assert classes == sorted((pitch + semitones) % 12 for pitch in (2, 125))


def test_what_is_no_event_is_refused(fitted: ScoreRepresentation) -> None:
    for wrong in (float("nan"), 1e9):
        with pytest.raises(UsageError, match="event"):
            fitted.decode(torch.full((1, fitted.spec.n_channels, 3), wrong))


def test_what_is_learnt_survives_saving(name: str, fitted: ScoreRepresentation) -> None:
    again = build(name)
    again.load_state_dict(fitted.state_dict())
    score = tune_of_notes()
    torch.testing.assert_close(again.encode(score), fitted.encode(score), rtol=0, atol=0)


def test_its_config_survives_json(name: str) -> None:
    config = representations.load_score(name).Config()
    assert from_dict(type(config), json.loads(json.dumps(to_dict(config)))) == config


def test_sound_and_notes_are_not_mistaken(name: str) -> None:
    with pytest.raises(UsageError, match=f"'{name}' shows notes, not sound; .*log-mel"):
        representations.load(name)
    with pytest.raises(UsageError, match=f"'waveform' shows sound, not notes; .*{name}"):
        representations.load_score("waveform")
    with pytest.raises(UsageError, match="there is no representation 'note'"):
        representations.load_score("note")


def test_impossible_sound_is_refused(name: str) -> None:
    kind = representations.load_score(name)
    with pytest.raises(UsageError, match="impossible"):
        kind(kind.Config(), 0)


def test_a_note_outside_the_training_scores_is_no_surprise(fitted: ScoreRepresentation) -> None:
    score = Score((Note(0.0, 1.0, 0, 1), Note(0.0, 1.0, 127, 127)))
    assert round_trip_score(fitted, score) >= fitted.promise.bound
