"""The real music of a comparison: who judges, and what is refused before anything is begun."""

from pathlib import Path

import numpy as np
import pytest

import menura
from menura.audio import Clip, Note, Score, conform, write
from menura.audio.midi_writing import write_score
from menura.evaluation.compare import material as room
from menura.evaluation.compare.material import Material, material_of
from menura.evaluation.compare.stretches import length_s, read, score_of
from menura.evaluation.fewness import FEWEST_CLIPS
from menura.foundation.errors import MenuraError
from menura.prepared import PreparedCorpus
from tunes import tune

RATE = 8000
LENGTHS = {"train": [6.0, 3.0, 0.7], "validation": [4.0], "test": [5.0, 2.5, 0.6]}


def corpus(folder: Path, lengths: dict[str, list[float]]) -> PreparedCorpus:
    """A prepared folder whose splits are of these tracks (seconds)."""
    rows = ["file,split"]
    for split, seconds in lengths.items():
        for number, s in enumerate(seconds):
            name = f"{split}{number}.wav"
            write(Clip(tune(s, RATE, seed=len(rows)), RATE), folder / "raw" / name)
            rows.append(f"{name},{split}")
    (folder / "raw" / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    menura.prepare(
        folder / "raw", folder / "prepared", labels=folder / "raw" / "labels.csv", workers=1
    )
    return PreparedCorpus.open(folder / "prepared")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedCorpus:
    return corpus(tmp_path_factory.mktemp("material"), LENGTHS)


@pytest.fixture(autouse=True)
def two_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings for a test split to judge alone."""
    monkeypatch.setattr(room, "FEWEST_CLIPS", 2)


@pytest.fixture
def material(prepared: PreparedCorpus) -> Material:
    return material_of(prepared, 4, 2.0, seed=0)


def ids(material: Material, which: str) -> list[str]:
    stretches = getattr(material, which)
    return [material.prepared.tracks[part.track].id for stretch in stretches for part in stretch]


def test_the_test_split_judges_if_it_can(material: Material) -> None:
    assert material.splits == ("test",)
    assert ids(material, "held_out") == ["test0.wav", "test1.wav"], "0.6 s cannot be measured"
    assert ids(material, "training") == ["train0.wav", "train1.wav"]
    assert set(ids(material, "pieces")) == {"test0.wav", "test1.wav"}


def test_a_test_split_of_one_recording_is_helped_by_the_validation_split(tmp_path: Path) -> None:
    few = corpus(tmp_path, LENGTHS | {"test": [5.0]})
    judged_by = material_of(few, 4, 2.0, seed=0)
    assert judged_by.splits == ("valid", "test")
    assert sorted(ids(judged_by, "held_out")) == ["test0.wav", "validation0.wav"]


def test_a_test_split_of_fewer_than_eight_is_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FEWEST_CLIPS", FEWEST_CLIPS)
    for n, splits in ((7, ("valid", "test")), (8, ("test",))):
        there = corpus(tmp_path / str(n), LENGTHS | {"test": [1.5] * n})
        assert material_of(there, 4, 1.0, seed=0).splits == splits


def test_what_is_read_is_what_is_there(material: Material) -> None:
    clips = dict(material.clips(material.held_out, RATE))
    assert [clip.duration_s for clip in clips.values()] == [5.0, 2.5]
    original = tune(5.0, RATE, seed=5)  # the fifth row of the list
    assert np.abs(clips["000"].samples - original).max() < 1e-3
    seeds = [material.seed_of(stretch) for stretch in material.going_on]
    for seed, whole in zip(seeds, material.going_on, strict=True):
        assert length_s(seed) == material.seed_s == 1.0
        a, b = read(material.prepared, seed), read(material.prepared, whole)
        np.testing.assert_array_equal(a.samples, b.samples[:, : a.n_samples])


def test_it_is_the_same_again_and_another_with_another_seed(prepared: PreparedCorpus) -> None:
    assert material_of(prepared, 4, 2.0, 0) == material_of(prepared, 4, 2.0, 0)
    assert material_of(prepared, 4, 2.0, 0).pieces != material_of(prepared, 4, 2.0, 1).pieces


def test_of_very_much_an_even_part_is_heard(
    prepared: PreparedCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_HELD_OUT_S", 3.75)
    monkeypatch.setattr(room, "LEAST_OF_A_TRACK_S", 1.0)
    half = material_of(prepared, 4, 2.0, 0)
    assert [length_s(stretch) for stretch in half.held_out] == [2.5, 1.25]
    assert half.held_out[0][0].start_s == 1.25, "the middle of a track"
    extent = half.extents["held out"]
    assert (extent.n_tracks, extent.seconds, extent.heard_s) == (2, 7.5, 3.75)
    monkeypatch.setattr(room, "LEAST_OF_A_TRACK_S", 10.0)
    assert len(material_of(prepared, 4, 2.0, 0).held_out) == 1, "whole tracks, but fewer"


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ({"train": [3.0, 3.0]}, "no recording is held out"),
        ({"train": [3.0], "test": [0.7, 0.8]}, "no held-out track is 1 s long"),
        ({"test": [3.0, 3.0]}, "no track is in the training split"),
    ],
)
def test_what_nothing_can_be_measured_by_is_refused(
    tmp_path: Path, lengths: dict[str, list[float]], said: str
) -> None:
    if "test" not in lengths:  # a list without a split would be divided
        lengths = lengths | {}
        (tmp_path / "raw").mkdir()
        for number, s in enumerate(lengths["train"]):
            write(Clip(tune(s, RATE, seed=number), RATE), tmp_path / "raw" / f"{number}.wav")
        menura.prepare(tmp_path / "raw", tmp_path / "prepared", held_out=0.0, workers=1)
        there = PreparedCorpus.open(tmp_path / "prepared")
    else:
        there = corpus(tmp_path, lengths)
    with pytest.raises(MenuraError, match=said):
        material_of(there, 4, 2.0, 0)


def test_notes_are_played_and_found_again(tmp_path: Path) -> None:
    for number, split in enumerate(("train", "test", "test")):
        notes = [Note(k / 2, k / 2 + 0.4, 60 + number + k) for k in range(8)]
        write_score(tmp_path / "raw" / f"{split}{number}.mid", Score(tuple(notes)))
    (tmp_path / "raw" / "labels.csv").write_text(
        "file,split\ntrain0.mid,train\ntest1.mid,test\ntest2.mid,test\n", encoding="utf-8"
    )
    menura.prepare(
        tmp_path / "raw",
        tmp_path / "prepared",
        corpus="notes",
        labels=tmp_path / "raw" / "labels.csv",
        workers=1,
    )
    there = material_of(PreparedCorpus.open(tmp_path / "prepared"), 3, 1.5, seed=0)
    for stretch in there.going_on:
        score = score_of(there.prepared, stretch)
        assert score is not None
        assert score.notes
        assert score.duration_s <= length_s(stretch) + 1e-9
        clip = read(there.prepared, stretch)
        assert clip.duration_s == pytest.approx(length_s(stretch), abs=1e-3)
        assert np.abs(conform(clip, RATE, 1).samples).max() > 1e-3
