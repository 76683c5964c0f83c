"""Batches of events: a function of the step, all of the notes, in other keys."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from menura.audio import Note, Score, write_score
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.recipes import ContiguousWindows, EventWindows, RandomCrops, load
from menura.representations.notes import Notes
from menura.training.assembly import learning_data, new_system
from menura.training.batches import batches
from menura.training.score_tracks import ScoreTracks
from menura.training.source import Row
from menura.training.statistics import check_round_trip, learn_statistics
from menura.workflows.prepare import prepare
from random_scores import folder_of_scores, tune_of_notes
from tunes import folder_of_tunes

WINDOWS = EventWindows(batch_size=3, n_frames=12, stride=5, transpose=4)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedCorpus:
    place = tmp_path_factory.mktemp("scores")
    folder_of_scores(place / "raw")
    prepare(place / "raw", place / "prepared", corpus="notes")
    return PreparedCorpus.open(place / "prepared")


@pytest.fixture
def tracks(prepared: PreparedCorpus) -> ScoreTracks:
    part = Notes(Notes.Config(), 8000)
    return ScoreTracks(prepared, part, tuple(range(len(prepared.tracks))))


def whole(tracks: ScoreTracks, track: int) -> torch.Tensor:
    return tracks.representation.encode(tracks.prepared.score(track))


def test_a_batch_is_a_function_of_its_step(tracks: ScoreTracks) -> None:
    one, other = (batches(tracks, WINDOWS, seed=1) for _ in range(2))
    for step in (0, 1, 90, 2):
        assert one.rows(step) == other.rows(step)
    assert one.rows(4) != batches(tracks, WINDOWS, seed=2).rows(4)


def test_rows_are_events_of_their_track_in_their_key(tracks: ScoreTracks) -> None:
    source = batches(tracks, WINDOWS, seed=0)
    for step in range(6):
        frames = source.batch(step).frames
        for row, place in zip(frames, source.rows(step), strict=True):
            piece = whole(tracks, place.track)[:, :, place.start : place.start + 12]
            assert torch.equal(row[None], tracks.representation.transposed(piece, place.semitones))


def test_an_epoch_sees_every_window_about_once(tracks: ScoreTracks) -> None:
    source = batches(tracks, WINDOWS, seed=0)
    n_possible = sum(1 + (tracks.n_frames(t) - 12) // 5 for t in tracks.indices)
    for epoch in (0, 1):
        steps = range(epoch * source.steps_per_epoch, (epoch + 1) * source.steps_per_epoch)
        seen = Counter((row.track, row.start) for step in steps for row in source.rows(step))
        # A track that begins later may have a window less; some are then seen twice.
        assert n_possible - 3 - len(tracks.indices) <= len(seen) <= n_possible
        assert sum(n > 1 for n in seen.values()) <= len(tracks.indices)


def test_keys_are_all_those_asked_for(tracks: ScoreTracks) -> None:
    source = batches(tracks, WINDOWS, seed=0)
    keys = {row.semitones for step in range(60) for row in source.rows(step)}
    assert keys == set(range(-4, 5))


def test_held_out_scores_are_heard_as_written(prepared: PreparedCorpus, tmp_path: Path) -> None:
    preset = load("deepjazz").preset("tiny")
    system = new_system("deepjazz", "tiny", preset, seed=0)
    data = learning_data(system, prepared, preset, 0, tmp_path, Collected())
    assert data.held_out is not None
    assert {row.semitones for step in range(9) for row in data.held_out.rows(step)} == {0}
    assert {row.semitones for step in range(9) for row in data.train.rows(step)} != {0}
    sides = [set(source.tracks.indices) for source in (data.train, data.held_out)]
    assert not sides[0] & sides[1]


def test_short_scores_are_looped(tmp_path: Path) -> None:
    for number in (1, 2):
        score = Score((Note(0, 0.5, 60 + number), Note(0.5, 1, 64)))
        write_score(tmp_path / "raw" / f"{number}.mid", score)
    prepare(tmp_path / "raw", tmp_path / "prepared", corpus="notes")
    part = Notes(Notes.Config(), 8000)
    tracks = ScoreTracks(PreparedCorpus.open(tmp_path / "prepared"), part, (0,))
    source = batches(tracks, EventWindows(batch_size=2, n_frames=40), seed=0)
    assert source.short_tracks() == 1
    frames, n = source.batch(0).frames, tracks.n_frames(0)
    assert frames.shape == (2, 1, 40)
    assert torch.equal(frames[0, 0, n : 2 * n], frames[0, 0, :n])


def test_labels_of_notes(prepared: PreparedCorpus) -> None:
    part = Notes(Notes.Config(), 8000)
    tracks = ScoreTracks(prepared, part, (0, 1), labels=("slow",))
    assert tracks.flags([Row(0, 0), Row(1, 0)]).tolist() == [[False], [False]]  # type: ignore[union-attr]


def test_statistics_and_the_round_trip_are_of_notes(tracks: ScoreTracks) -> None:
    told = Collected()
    learn_statistics(tracks)
    assert check_round_trip(tracks, told) == 1.0
    assert "1.00 of 1 (F1 of the notes)" in told.lines[0]


def test_drums_alone_cannot_be_learnt_by_pitches(tmp_path: Path) -> None:
    for number in (1, 2):
        beats = tuple(Note(beat / 2, beat / 2 + 0.1, 38, is_drum=True) for beat in range(8))
        write_score(
            tmp_path / "raw" / f"{number}.mid", Score((*beats, Note(5, 6, 40, is_drum=True)))
        )
    prepare(tmp_path / "raw", tmp_path / "prepared", corpus="notes")
    part = Notes(Notes.Config(), 8000)
    tracks = ScoreTracks(PreparedCorpus.open(tmp_path / "prepared"), part, (0, 1))
    with pytest.raises(MenuraError, match="none of the notes"):
        batches(tracks, WINDOWS, seed=0).rows(0)


def test_sound_without_notes_is_refused(tmp_path: Path) -> None:
    prepare(folder_of_tunes(tmp_path / "raw", n_files=2), tmp_path / "prepared")
    prepared = PreparedCorpus.open(tmp_path / "prepared")
    preset = load("deepjazz").preset("tiny")
    system = new_system("deepjazz", "tiny", preset, seed=0)
    with pytest.raises(MenuraError, match="holds sound and no notes, and a deepjazz system"):
        learning_data(system, prepared, preset, 0, tmp_path, Collected())


def test_contiguous_windows_want_sound(tracks: ScoreTracks) -> None:
    with pytest.raises(MenuraError, match="use event windows"):
        batches(tracks, ContiguousWindows(), seed=0)
    assert batches(tracks, RandomCrops(2, 12), seed=0).batch(0).frames.shape == (2, 1, 12)


@pytest.mark.parametrize("wrong", [{"n_frames": 1}, {"stride": 0}, {"transpose": 13}])
def test_wrong_settings_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        EventWindows(**wrong)


def test_the_tune_is_longer_than_a_window() -> None:
    assert len(tune_of_notes().notes) > 40
