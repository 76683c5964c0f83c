"""menura classify where names are no text, sounds are copies, memory was short, folders are closed,
labels many."""

import json
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import quick_rows
from menura.evaluation.confusion_picture import MOST_LABELS
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.prepared.crew import Crew, Payload
from menura.workflows import features as features_file
from menura.workflows import outputs
from menura.workflows.classify import table as table_file
from menura.workflows.classify import train as train_file
from menura.workflows.classify.table import classify_table
from menura.workflows.classify.train import classify_train
from menura.workflows.prepare import prepare
from toy_labels import RATE, folder_of_toys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of_toys(tmp_path / "toys", 3)


@pytest.fixture(autouse=True)
def lacking(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tracks for which there is no memory. Work is done in this process, without the library."""
    without: list[str] = []

    class Here(Crew):
        def results(self, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
            for index, payload in enumerate(payloads):
                if payload["id"] in without:
                    yield index, {"dropped": "too long: there is not enough memory for it"}
                else:
                    yield index, quick_rows.row(payload | {"deadly": {}}, lambda _: None)

    monkeypatch.setattr(features_file, "Crew", Here)
    return without


def test_names_that_are_no_text_are_judged_and_left_out(folder: Path, tmp_path: Path) -> None:
    """As Python spells the file name b"caf\\xe9.wav"."""
    source = tmp_path / "named"
    shutil.copytree(folder, source)
    rng = np.random.default_rng(0)
    lines = (source / "labels.csv").read_text(encoding="utf-8")
    for name, label, n in (("caf\udce9", "noisy", RATE), ("th\udce9", "", RATE)):
        soundfile.write(tmp_path / "new.wav", rng.normal(0, 0.1, n), RATE)
        (tmp_path / "new.wav").rename(source / f"{name}.wav")
        lines += f"{name}.wav,{label},{name} 1\n"
    (source / "labels.csv").write_text(lines, encoding="utf-8", errors="surrogateescape")
    prepare(source, tmp_path / "p")
    assert "caf\udce9.wav" in {track.id for track in PreparedCorpus.open(tmp_path / "p").tracks}
    report = classify_table(tmp_path / "p", tmp_path / "t", classifiers=["svm"], folds=3)
    assert [item.file for item in report.table.left_out] == ["th\\xe9.wav"]
    assert report.table.rows[0].failed == ""
    written = json.loads((tmp_path / "t" / "table.json").read_text("utf-8"))
    assert written["left_out"][0]["file"] == "th\\xe9.wav"
    assert "xe9.wav: has no genre" in (tmp_path / "t" / "table.md").read_text("utf-8")


def test_copies_of_what_is_judged_are_not_learnt_from(folder: Path, tmp_path: Path) -> None:
    """That a corpus has one sound in two of its splits is said, and is in the table."""
    shutil.copy(folder / "high-0-0.wav", folder / "copy.wav")
    _, *lines = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{line},{'test' if '-0-' in line else 'train'}" for line in lines]
    rows.append("copy.wav,high,copy,train")
    (folder / "labels.csv").write_text(
        "file,genre,recording,split\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    prepare(folder, tmp_path / "p")
    told = Collected()
    reason = "its recording is in the split test as well, so it is not learnt from"
    report = classify_table(tmp_path / "p", tmp_path / "t", classifiers=["k-nn"], reporter=told)
    assert [(item.file, item.reason) for item in report.table.left_out] == [("copy.wav", reason)]
    assert report.table.division.endswith("; not learnt from: 1 whose recording is in it too")
    assert told.warnings == [
        f"left out copy.wav: {reason}",
        "1 track is of a recording that the corpus has in the split that is judged by too: left "
        "out, not learnt from",
    ]
    [row] = report.table.rows
    assert row.words == ("on the descriptors of 12 tracks of 6 recordings",)
    trained = classify_train(tmp_path / "p", tmp_path / "c", classifier="k-nn", reporter=told)
    assert [item.reason for item in trained.left_out] == [reason]
    assert told.warnings[2:] == told.warnings[:2]


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ({"classifiers": ["cnn-1", "rnn"], "grid": True}, "--grid: there is none of cnn-1 and rnn"),
        ({"classifiers": ["svm"], "minutes": 5.0}, "--minutes: of svm none learns step by step"),
        ({"minutes": 0.0}, "--minutes must be above 0"),
    ],
)
def test_options_that_none_can_use_are_refused(
    folder: Path, tmp_path: Path, named: dict[str, Any], line: str
) -> None:
    with pytest.raises(UsageError, match=line):
        classify_table(folder, tmp_path / "t", **named)
    assert not (tmp_path / "t").exists()


def test_what_lacked_memory_once_is_tried_again(
    folder: Path, tmp_path: Path, lacking: list[str]
) -> None:
    prepare(folder, tmp_path / "p")
    lacking.append("low-1-0.wav")
    words: dict[str, Any] = {"classifiers": ["k-nn"], "folds": 2}
    before = classify_table(tmp_path / "p", tmp_path / "t", **words)
    assert [item.file for item in before.table.left_out] == lacking
    lacking.clear()
    told = Collected()
    after = classify_table(tmp_path / "p", tmp_path / "t", **words, reporter=told)
    assert after.table.left_out == ()
    n = after.table.n_tracks
    assert f"{n - 1} of {n} tracks were described before" in told.lines


def test_pictures_of_an_earlier_table_are_gone(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "p")
    out = tmp_path / "t"
    classify_table(tmp_path / "p", out, classifiers=["k-nn", "naive-bayes"], folds=2)
    (out / "confusion-mine.png").write_bytes(b"a person's own")
    classify_table(tmp_path / "p", out, classifiers=["k-nn"], folds=2)
    pictures = {path.name for path in out.glob("*.png")}
    assert pictures == {"confusion-k-nn.png", "confusion-mine.png"}


def test_too_many_labels_have_no_picture(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_LABELS == 100
    monkeypatch.setattr(table_file, "MOST_LABELS", 2)
    prepare(folder, tmp_path / "p")
    told = Collected()
    report = classify_table(
        tmp_path / "p", tmp_path / "t", classifiers=["k-nn"], folds=2, reporter=told
    )
    assert report.files == ("table.md", "table.csv", "table.json")
    assert "no confusion plots: 3 labels, and 2 fit" in told.lines
    assert "![" not in (tmp_path / "t" / "table.md").read_text("utf-8")


def test_a_closed_folder_is_found_before_the_work(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs.os, "access", lambda *_: False)
    for verb in (classify_train, classify_table):
        with pytest.raises(MenuraError, match=r"--out .*cannot be written in; change its perm"):
            verb(folder, tmp_path / "closed" / "c")
    assert not (tmp_path / "closed").exists()


def test_a_full_disk_at_the_end_is_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    prepare(folder, tmp_path / "p", held_out=0.4)
    monkeypatch.setattr(train_file.classifiers, "save", no_room)
    with pytest.raises(MenuraError, match=r"--out .*no space left.*make room there"):
        classify_train(tmp_path / "p", tmp_path / "c", classifier="k-nn")
    monkeypatch.setattr(table_file, "write_text", no_room)
    with pytest.raises(MenuraError, match=r"--out .*no space left.*make room there"):
        classify_table(tmp_path / "p", tmp_path / "t", classifiers=["k-nn"], folds=2)
