"""Labels of tracks: names to ask for, flags to learn from, and their way through a run."""

import csv
from pathlib import Path

import numpy as np
import pytest

from menura.foundation.errors import UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.prepared.naming import naming_kinds
from menura.recipes import load as load_recipe
from menura.training.assembly import labels_to_learn, learning_data, new_system
from menura.training.labels import label_flags, label_names
from menura.workflows.generate import generate
from menura.workflows.list_parts import list_labels
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from tunes import folder_of_tunes


def test_values_are_the_names() -> None:
    tracks = [{"genre": "jazz", "mood": "calm"}, {"genre": "rock"}, {}]
    assert label_names(tracks) == ("calm", "jazz", "rock")


def test_a_value_of_two_kinds_says_which() -> None:
    tracks = [{"genre": "blues", "mood": "blues"}, {"genre": "rock"}]
    names = label_names(tracks)
    assert names == ("genre=blues", "mood=blues", "rock")
    assert label_flags({"mood": "blues"}, names).tolist() == [False, True, False]
    assert label_flags({"genre": "rock", "mood": "new"}, names).tolist() == [False, False, True]


def test_a_kind_with_a_value_for_each_recording_names_recordings() -> None:
    tracks = [(f"r{i}", {"take": f"take {i}", "key": "CDEF"[i % 4]}) for i in range(9)]
    assert naming_kinds(tracks) == {"take"}
    assert naming_kinds(tracks[:8]) == set(), "a few may be kinds of music, one recording each"
    assert naming_kinds([*tracks, ("r9", {"take": "take 1"})]) == set(), "one value is shared"


@pytest.mark.parametrize("n_files", [9, 12])  # of nine, fewer than that are left to learn from
def test_names_of_recordings_are_not_learnt(tmp_path: Path, n_files: int) -> None:
    tunes = folder_of_tunes(tmp_path / "tunes", n_files=n_files, seconds=1.0)
    for file in sorted(tunes.iterdir()):
        (tunes / file.stem).mkdir()
        file.rename(tunes / file.stem / file.name)
    prepare(tunes, tmp_path / "prepared", workers=1)
    told = Collected()
    prepared = PreparedCorpus.open(tmp_path / "prepared")
    flow, lstm = (load_recipe(name).preset("tiny") for name in ("latent-flow", "stft-lstm"))
    assert any(track.split == "valid" for track in prepared.tracks)
    assert labels_to_learn(flow, prepared, None, told) == ()
    assert told.lines == ["labels of kind 'label' name recordings; they are not learnt"]
    assert labels_to_learn(lstm, prepared, None, told) == ()
    assert len(told.lines) == 1, "a model that follows no labels need not be told of them"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tunes, high and low in turn; the last has no label."""
    root = tmp_path_factory.mktemp("labels")
    tunes = folder_of_tunes(root / "tunes", n_files=8)
    names = sorted(path.name for path in tunes.iterdir())
    with (tunes / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "genre"])
        rows.writerows([name, ["high", "low"][i % 2]] for i, name in enumerate(names[:-1]))
        rows.writerow([names[-1], ""])
    prepare(tunes, root / "prepared", workers=1)
    return root / "prepared"


@pytest.fixture(scope="module")
def run(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    train("latent-flow", corpus, folder, preset="tiny", steps=8)
    return folder


def test_batches_carry_the_labels_of_their_tracks(corpus: Path, tmp_path: Path) -> None:
    preset = load_recipe("latent-flow").preset("tiny")
    system = new_system("latent-flow", "tiny", preset, 0, labels=("high", "low"))
    data = learning_data(system, PreparedCorpus.open(corpus), preset, 0, tmp_path, Collected())
    for batches in (data.train, data.held_out):
        assert batches is not None
        batch, rows = batches.batch(3), batches.rows(3)
        assert batch.labels is not None
        for flags, row in zip(batch.labels, rows, strict=True):
            own = batches.tracks.rendition.tracks[row.track].labels.get("genre")
            assert flags.tolist() == [own == "high", own == "low"]


def test_a_system_knows_the_labels_it_learnt(run: Path, tmp_path: Path) -> None:
    assert list_labels(run) == ["high", "low"]
    system = load(run)
    a, b, c = (
        system.generate(1, 0.5, seed=1, label=label, guidance=guidance)[0].samples
        for label, guidance in (("high", None), ("low", None), ("high", 0.0))
    )
    assert not np.array_equal(a, b)
    assert not np.array_equal(a, c)
    again = generate(run, tmp_path, label="high", guidance=1.5)
    assert again[0].is_file()


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"label": "hihg"}, "no label 'hihg'; did you mean 'high'"),
        ({"guidance": 2.0}, "give a label too"),
        ({"label": "low", "guidance": -1.0}, "guidance must be 0…100"),
    ],
)
def test_wishes_that_cannot_be_are_refused(run: Path, wish: dict[str, object], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        load(run).generate(1, 0.5, seed=1, **wish)  # type: ignore[arg-type]


def test_a_model_that_follows_none_is_told_none(corpus: Path, tmp_path: Path) -> None:
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=2)
    system = load(tmp_path)
    assert system.labels == ()
    with pytest.raises(UsageError, match="has learnt no labels to follow"):
        system.generate(1, 0.5, seed=1, label="high")


def test_a_run_that_starts_from_another_keeps_its_labels(run: Path, tmp_path: Path) -> None:
    tunes = folder_of_tunes(tmp_path / "others", n_files=4)
    prepare(tunes, tmp_path / "prepared", workers=1)
    train(
        "latent-flow",
        tmp_path / "prepared",
        tmp_path / "run",
        preset="tiny",
        steps=2,
        init=str(run),
    )
    assert load(tmp_path / "run").labels == ("high", "low")
