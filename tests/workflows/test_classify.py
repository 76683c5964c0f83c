"""menura classify from end to end on small folders: train, predict, table; stopped, gone on with;
what is left out and what is refused."""

import csv
import json
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import quick_rows
from menura.audio import read
from menura.cli import run
from menura.evaluation import classifiers
from menura.evaluation.classifiers import Classifier
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.prepared.crew import Crew, Payload
from menura.workflows import features as features_file
from menura.workflows.classify import material
from menura.workflows.classify import predict as predict_file
from menura.workflows.classify import table as table_file
from menura.workflows.classify.predict import classify_predict
from menura.workflows.classify.table import classify_table
from menura.workflows.classify.train import classify_train
from menura.workflows.prepare import prepare
from toy_labels import LABELS, RATE, folder_of_toys


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of_toys(tmp_path_factory.mktemp("toys") / "toys", 5)


@pytest.fixture(scope="module")
def prepared(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("prepared") / "prepared"
    prepare(folder, out, held_out=0.4)
    return out


@pytest.fixture
def real() -> None:
    """For tests that have tracks described as people have them."""


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others describe in this process, without the library that it takes."""
    if "real" in request.fixturenames:
        return

    class Here(Crew):
        def results(self, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
            for index, payload in enumerate(payloads):
                yield index, quick_rows.row(payload | {"deadly": {}}, lambda _: None)

    for file in (features_file, predict_file):
        monkeypatch.setattr(file, "Crew", Here)


def words(*parts: object) -> list[str]:
    return [str(part) for part in parts]


@pytest.mark.usefixtures("real")
def test_from_a_raw_folder_to_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, run_folder = folder_of_toys(tmp_path / "toys", 4, n_pieces=1), tmp_path / "k"
    train = words("classify", "train", folder, "--out", run_folder, "--label", "genre")
    assert run([*train, "--classifier", "k-nn", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["labels"] == list(LABELS)
    assert report["held_out"]["accuracy"] == 1.0
    assert report["held_out"]["n_recordings"] >= 2
    about = json.loads((run_folder / "classifier.json").read_text(encoding="utf-8"))
    assert about["kind"] == "genre"
    assert sum(about["tracks"].values()) + about["judged"] == 12
    assert {path.name for path in run_folder.iterdir()} == {
        "classifier.json",
        "weights.safetensors",
        "README.md",
        "corpus",
    }
    (tmp_path / "sounds").mkdir()
    for number, label in enumerate(LABELS):
        shutil.copy(folder / f"{label}-0-0.wav", tmp_path / "sounds" / f"{number}.wav")
    (tmp_path / "sounds" / "text.wav").write_text("no sound", encoding="utf-8")
    assert run(words("classify", "predict", run_folder, tmp_path / "sounds")) == 0
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == list(LABELS)
    assert "left out text.wav: " in err
    assert run(words("classify", "predict", run_folder, tmp_path / "sounds" / "1.wav")) == 0
    label, likely, file = capsys.readouterr().out.split()
    assert (label, file.endswith("1.wav")) == ("low", True)
    assert float(likely) > 0.5
    told = classifiers.load(run_folder).predict(read(tmp_path / "sounds" / "1.wav"))
    assert capsys.readouterr().out == ""
    assert told.argmax() == 1


@pytest.mark.parametrize("name", ["log-mel-cnn", "svm"])
def test_a_prepared_corpus_and_a_saved_classifier(
    name: str, prepared: Path, folder: Path, tmp_path: Path
) -> None:
    told = Collected()
    report = classify_train(
        prepared, tmp_path / "c", classifier=name, preset="tiny", seed=1, reporter=told
    )
    assert report.kind == "genre"
    assert report.held_out is not None
    assert report.held_out.accuracy > 0.6
    known = {
        track.group for track in PreparedCorpus.open(prepared).tracks if track.split != "valid"
    }
    assert report.held_out.n_recordings == 15 - len(known)
    loaded, about = classifiers.open_saved(tmp_path / "c")
    n_known = sum(track.split != "valid" for track in PreparedCorpus.open(prepared).tracks)
    assert (sum(about.tracks.values()) == n_known) is (name == "svm"), "a part chose when to stop"
    assert about.data_fingerprint == PreparedCorpus.open(prepared).fingerprint
    assert about.training == report.training
    answers = classify_predict(tmp_path / "c", folder, workers=1)
    assert len(answers.files) == 30
    right = [one.label == one.file.split("-")[0] for one in answers.files]
    assert np.mean(right) > 0.8
    if name == "svm":  # kept beside the corpus, for the next
        assert (prepared / "descriptors.jsonl").exists()
        return
    one = answers.files[7]
    by_hand = loaded.predict(read(folder / one.file))
    np.testing.assert_allclose(list(one.probabilities.values()), by_hand, atol=1e-5)


def test_the_grid_of_the_report_is_tried(prepared: Path, tmp_path: Path) -> None:
    report = classify_train(prepared, tmp_path / "c", classifier="k-nn", grid=True)
    assert list(report.tried) == [f"n_neighbours={n}" for n in (5, 10, 20, 40)]
    assert "n_neighbours=5 is the best of 4 settings" in report.training
    about = json.loads((tmp_path / "c" / "classifier.json").read_text(encoding="utf-8"))
    assert about["config"] == {"n_neighbours": 5}


def test_a_table_of_several(
    prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "t"
    chosen = "naive-bayes,decision-tree,cnn-2"
    options = f"--folds 3 --preset tiny --epochs 2 --grid --label genre --classifiers {chosen}"
    assert run([*words("classify", "table", prepared, "--out", out), *options.split()]) == 0
    assert capsys.readouterr().out == f"{out}/table.md\n"
    assert {path.name for path in out.iterdir()} == {
        "table.md",
        "table.csv",
        "table.json",
        *(f"confusion-{name}.png" for name in chosen.split(",")),
    }
    said = json.loads((out / "table.json").read_text(encoding="utf-8"))
    assert said["division"] == "3 folds by recording"
    assert (said["n_tracks"], said["n_recordings"]) == (30, 15)
    for row in said["rows"]:
        assert sum(map(sum, row["verdicts"]["confusion"])) == 30
        assert row["fit_s"] > 0
    with (out / "table.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 3 * 6
    text = (out / "table.md").read_text(encoding="utf-8")
    assert "min_leaf=1 is the best of 6 settings" in text
    [tree] = [row for row in said["rows"] if row["classifier"] == "decision-tree"]
    assert "min_leaf" not in tree["settings"], "each fold chose its own"


def test_a_stopped_table_goes_on(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[tuple[str, int]] = []
    original: Any = table_file.fit

    def counting(name: str, *given: Any, **named: Any) -> Any:
        fitted.append((name, len(given[2].known)))
        if len(fitted) == 4:
            raise KeyboardInterrupt
        return original(name, *given, **named)

    monkeypatch.setattr(table_file, "fit", counting)
    asked: dict[str, Any] = {"classifiers": ["k-nn", "naive-bayes"], "folds": 3, "preset": "tiny"}
    with pytest.raises(KeyboardInterrupt):
        classify_table(prepared, tmp_path / "t", **asked)
    kept = tmp_path / "t" / "unfinished.jsonl"
    kept.write_text(kept.read_text("ascii") + '\n{"key": "cut', "ascii")
    report = classify_table(prepared, tmp_path / "t", **asked)
    assert len(fitted) == 4 + 3  # the stopped one again, and two more
    assert not kept.exists()
    monkeypatch.undo()
    whole = classify_table(prepared, tmp_path / "other", **asked)

    def verdicts(table: Any) -> list[Any]:
        return [row.verdicts for row in table.rows]

    assert verdicts(report.table) == verdicts(whole.table)
    monkeypatch.setattr(table_file, "fit", lambda *_, **__: 1 / 0)
    anew = classify_table(prepared, tmp_path / "t", seed=1, **asked)  # rests on nothing kept
    assert [row.failed[:17] for row in anew.table.rows] == ["ZeroDivisionError"] * 2


@pytest.mark.parametrize(
    ("error", "words"),
    [(MenuraError("it cannot"), "it cannot"), (RuntimeError("full"), "RuntimeError: full")],
)
def test_a_failure_is_a_row(
    prepared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    words: str,
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(classifiers.kind("naive-bayes"), "learn", fails)
    told = Collected()
    report = classify_table(
        prepared, tmp_path / "t", classifiers=["naive-bayes", "k-nn"], folds=2, reporter=told
    )
    failed, done = report.table.rows
    assert (failed.verdicts, failed.failed) == (None, words)
    assert done.verdicts is not None
    assert told.warnings == [f"naive-bayes failed: {words}"]
    assert f"naive-bayes failed: {words}" in (tmp_path / "t" / "table.md").read_text("utf-8")


def test_what_is_left_out_is_named(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "mixed"
    shutil.copytree(folder, source)
    lines = (source / "labels.csv").read_text(encoding="utf-8")
    lines += "rare.wav,rare,rare 1\nbare.wav,,bare 1\nshort.wav,low,short 1\n"
    (source / "labels.csv").write_text(lines, encoding="utf-8")
    rng = np.random.default_rng(0)
    for name, n in (("rare", RATE), ("bare", RATE), ("short", 1500)):
        soundfile.write(source / f"{name}.wav", rng.normal(0, 0.1, n), RATE)
    prepare(source, tmp_path / "p", min_seconds=0.01)
    told = Collected()
    report = classify_table(
        tmp_path / "p", tmp_path / "t", classifiers=["k-nn"], folds=3, reporter=told
    )
    reasons = {item.file: item.reason for item in report.table.left_out}
    assert reasons["bare.wav"] == "has no genre"
    assert reasons["genre rare"].startswith("1 recording (1 tracks); at least 3 needed for 3 folds")
    assert reasons["short.wav"].startswith("too short")
    assert len(told.warnings) == 3
    assert report.table.labels == LABELS


def test_the_splits_of_the_corpus_are_used(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "split"
    shutil.copytree(folder, source)
    _, *lines = (source / "labels.csv").read_text(encoding="utf-8").splitlines()
    splits = {"0": "test", "1": "valid"}
    rows = [f"{line},{splits.get(line.split('-')[1], 'train')}" for line in lines]
    (source / "labels.csv").write_text(
        "file,genre,recording,split\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    prepare(source, tmp_path / "p")
    report = classify_table(tmp_path / "p", tmp_path / "t", classifiers=["k-nn"])
    assert report.table.division == "the corpus's own splits, judged by the test split"
    [row] = report.table.rows
    assert row.verdicts is not None
    assert row.verdicts.weighted.support == 6
    assert row.words == ("on the descriptors of 24 tracks of 12 recordings",)


def test_a_corpus_that_cannot_be_written_is_read(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is described, and brought to a rate, is then kept in the new folder."""
    from menura.prepared import NotWritableError

    original: Any = material.KeptRows.begin

    def refuses(self: Any, *given: Any) -> None:
        if prepared in self.path.parents:
            raise PermissionError(13, "Permission denied")
        original(self, *given)

    def no_rendition(self: Any, rate: int, channels: int, reporter: Any, place: Any = None) -> Any:
        if place is None:
            raise NotWritableError("read-only")
        return rendition(self, rate, channels, reporter, place)

    rendition: Any = PreparedCorpus.rendition
    monkeypatch.setattr(material.KeptRows, "begin", refuses)
    monkeypatch.setattr(PreparedCorpus, "rendition", no_rendition)
    report = classify_table(
        prepared, tmp_path / "t", classifiers=["k-nn", "cnn-1"], folds=2, preset="tiny", epochs=1
    )
    assert all(row.verdicts for row in report.table.rows)
    assert {path.name for path in (tmp_path / "t").iterdir()} >= {
        "descriptors.jsonl",
        "rendition-8000",
    }


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ({"label": "mood"}, "there is no kind of label 'mood'.*there is: genre"),
        ({"classifier": "svn"}, "did you mean 'svm'"),
        ({"preset": "huge"}, "there is no preset of svm 'huge'"),
        ({"settings": {"d": "1"}}, "'d' is not a setting"),
        (
            {"classifier": "cnn-1", "grid": True},
            "--grid: there is none of cnn-1.*decision-tree, k-nn",
        ),
        ({"epochs": 2}, "--epochs: of svm none learns step by step.*cnn-1, cnn-2, log-mel-cnn"),
        ({"minutes": 1.0}, "--minutes: of svm none learns"),
        ({"classifier": "rnn", "epochs": 0}, "--epochs must be at least 1"),
        ({"classifier": "rnn", "minutes": 0.0}, "--minutes must be above 0"),
        ({"workers": 0}, "--workers must be at least 1"),
        ({"device": "tpu"}, "--device must be one of"),
    ],
)
def test_wrong_words_are_refused(
    prepared: Path, tmp_path: Path, named: dict[str, Any], line: str
) -> None:
    with pytest.raises(UsageError, match=line):
        classify_train(prepared, tmp_path / "c", **named)
    assert not (tmp_path / "c").exists()


def test_folders_that_hold_something_are_left_alone(prepared: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file; give a folder"):
        classify_train(prepared, tmp_path / "file")
    with pytest.raises(UsageError, match="is a file; give a folder"):
        classify_table(prepared, tmp_path / "file")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    with pytest.raises(MenuraError, match=r"is not empty \(mine.txt is in it\)"):
        classify_train(prepared, tmp_path / "full")
    classify_train(prepared, tmp_path / "c", classifier="naive-bayes")
    with pytest.raises(MenuraError, match="holds a classifier already"):
        classify_train(prepared, tmp_path / "c", classifier="naive-bayes")
    with pytest.raises(UsageError, match="--folds must be at least 2"):
        classify_table(prepared, tmp_path / "t", folds=1)
    with pytest.raises(MenuraError, match=r"high: 5 recordings \(10 tracks\); at least 6"):
        classify_table(prepared, tmp_path / "t", folds=6)


def test_predicting_says_what_is_wrong(prepared: Path, tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="not a classifier"):
        classify_predict(tmp_path, tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file; give the folder"):
        classify_predict(tmp_path / "file", tmp_path)
    classify_train(prepared, tmp_path / "c", classifier="naive-bayes")
    with pytest.raises(MenuraError, match="there is no file or folder"):
        classify_predict(tmp_path / "c", tmp_path / "nothing")
    with pytest.raises(MenuraError, match=r"can be told \(.*file: "):
        classify_predict(tmp_path / "c", tmp_path / "file")


def test_nothing_held_out_is_said(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "p", held_out=0.0)
    told = Collected()
    report = classify_train(tmp_path / "p", tmp_path / "c", classifier="k-nn", reporter=told)
    assert report.held_out is None
    assert "no recording is held out, so how well it does is not known" in told.warnings
    card = (tmp_path / "c" / "README.md").read_text(encoding="utf-8")
    assert "not known: no recording was held out" in card


def test_a_stopped_training_is_saved(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import signal

    class Stops(Collected):
        def progress(self, done: float, total: float, line: str) -> None:
            if line.startswith("epoch 2"):
                signal.raise_signal(signal.SIGINT)

    report = classify_train(
        prepared,
        tmp_path / "c",
        classifier="cnn-2",
        preset="tiny",
        settings={"learning.epochs": "100000", "learning.patience": "100000"},
        reporter=Stops(),
    )
    assert "(stopped; " in report.training
    assert isinstance(classifiers.load(tmp_path / "c"), Classifier)


def test_clips_that_are_no_numbers_are_named(prepared: Path, tmp_path: Path) -> None:
    classify_train(prepared, tmp_path / "c", classifier="cnn-1", preset="tiny", epochs=1)
    bad = np.full(RATE, np.nan, np.float32)
    soundfile.write(tmp_path / "nan.wav", bad, RATE, subtype="FLOAT")
    with pytest.raises(MenuraError, match="holds samples that are not numbers"):
        classify_predict(tmp_path / "c", tmp_path / "nan.wav")
