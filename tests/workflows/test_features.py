"""features: the same table whoever does the work, however often it is stopped."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from menura import audio
from menura.audio import Clip
from menura.evaluation.descriptors import describe, describing
from menura.evaluation.descriptors import kept as keeping
from menura.evaluation.descriptors.describing import describe_track
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared.crew import Crew, Payload
from menura.workflows import features as workflow
from menura.workflows.features import features
from menura.workflows.prepare import prepare
from tunes import folder_of_tunes

RATE = 22050
RUN = """
import sys
from menura.workflows import features as workflow
workflow.WORK = "quick_describer:slow_row"
workflow.features(sys.argv[1], sys.argv[2], workers=1)
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return folder_of_tunes(tmp_path / "tunes", 3, 1.0, RATE)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes make rows up."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    monkeypatch.setattr(workflow, "WORK", "quick_describer:row")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real work, in this process, which has librosa already."""

    class Here(Crew):
        def results(self, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
            for index, payload in enumerate(payloads):
                yield index, describe_track(payload | {"deadly": {}}, lambda _: None)

    monkeypatch.setattr(workflow, "Crew", Here)


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, index_col=0, header=[0, 1, 2])


def test_workers_describe_as_one_would_by_hand(corpus: Path, tmp_path: Path) -> None:
    report = features(corpus, str(tmp_path / "t.csv"), workers=2)
    assert (report.tracks, report.seconds, report.dropped) == (3, 3.0, ())
    found = table(tmp_path / "t.csv")
    assert found.index.tolist() == [f"tune {number}.wav" for number in range(3)]
    for name, row in found.iterrows():
        by_hand = describe(audio.read(corpus / str(name))).values
        np.testing.assert_allclose(row, by_hand, rtol=1e-4, atol=1e-5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "tunes"]


@pytest.mark.usefixtures("quick")
def test_one_worker_or_many_one_table(tmp_path: Path) -> None:
    corpus = folder_of_tunes(tmp_path / "tunes", 12, 0.1, RATE)
    for workers in (1, 2, 4):
        features(corpus, tmp_path / f"{workers}.csv", workers=workers)
    first, *others = ((tmp_path / f"{workers}.csv").read_bytes() for workers in (1, 2, 4))
    assert others == [first, first]


@pytest.mark.usefixtures("here")
def test_a_prepared_corpus_has_the_table_of_its_folder(corpus: Path, tmp_path: Path) -> None:
    features(corpus, tmp_path / "raw.csv")
    prepare(corpus, tmp_path / "prepared")
    features(tmp_path / "prepared", tmp_path / "prepared.csv")
    raw, prepared = table(tmp_path / "raw.csv"), table(tmp_path / "prepared.csv")
    assert raw.index.tolist() == prepared.index.tolist()
    np.testing.assert_allclose(prepared, raw, rtol=1e-3, atol=1e-4)


@pytest.mark.usefixtures("here")
def test_parquet_has_the_numbers_of_csv(corpus: Path, tmp_path: Path) -> None:
    features(corpus, tmp_path / "t.csv")
    features(corpus, tmp_path / "t.parquet")
    parquet = pd.read_parquet(tmp_path / "t.parquet").set_index("track_id")
    np.testing.assert_array_equal(parquet.to_numpy(), table(tmp_path / "t.csv").to_numpy("f4"))


@pytest.mark.usefixtures("quick")
def test_a_killed_run_repeats_only_what_it_was_at(tmp_path: Path) -> None:
    corpus, out = folder_of_tunes(tmp_path / "tunes", 12, 0.1, RATE), tmp_path / "t.csv"
    features(corpus, tmp_path / "whole.csv")
    kept = tmp_path / "t.csv.unfinished"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    child = subprocess.Popen([sys.executable, "-c", RUN, corpus, out], env=environment)
    limit = time.monotonic() + 60
    while not kept.exists() or kept.read_bytes().count(b"\n") < 3:  # a head and two rows
        assert child.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.01)
    child.kill()
    child.wait()
    assert not out.exists()
    n_kept = kept.read_bytes().count(b"\n") - 1
    told = Collected()
    features(corpus, out, reporter=told)
    assert told.lines[0] == f"{n_kept} of 12 tracks were described before"
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not kept.exists()


@pytest.mark.usefixtures("quick")
def test_kept_rows_are_used_and_an_edited_file_is_done_anew(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "t.csv"
    with monkeypatch.context() as patch:
        patch.setattr(workflow, "write_csv", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            features(corpus, out)
    assert (tmp_path / "t.csv.unfinished").exists()
    audio.write(Clip(np.full((1, RATE), 0.1, np.float32), RATE), corpus / "tune 2.wav")
    wanted = []

    class Seen(Crew):
        def results(self, payloads):  # type: ignore[no-untyped-def]
            wanted.extend(payload["id"] for payload in payloads)
            return super().results(payloads)

    monkeypatch.setattr(workflow, "Crew", Seen)
    features(corpus, out)
    assert wanted == ["tune 2.wav"]
    left_over = out.read_bytes()
    features(corpus, out)
    assert out.read_bytes() == left_over


@pytest.mark.usefixtures("here")
def test_what_has_no_row_is_named_with_its_reason(corpus: Path, tmp_path: Path) -> None:
    audio.write(Clip(np.full((2, 100), 0.1, np.float32), RATE), corpus / "short.wav")
    audio.write(Clip(np.zeros((1, 30000), np.float32), 44100), corpus / "silent.flac")
    (corpus / "text.mp3").write_text("no music")
    (corpus / "half.wav.part").write_text("x")
    told = Collected()
    report = features(corpus, tmp_path / "t.csv", reporter=told)
    dropped = {item.file: item.reason for item in report.dropped}
    assert dropped.keys() == {"short.wav", "text.mp3", "half.wav.part"}
    assert dropped["short.wav"].startswith("too short: 100 samples")
    assert [line.split(":")[0] for line in told.warnings] == [
        "left out half.wav.part",
        "left out short.wav",
        "left out text.mp3",
    ]
    assert report.tracks == 4
    assert report.notes[0].startswith("silent.flac: silent; ")
    assert report.notes[0] in told.lines
    assert any(line.startswith("1 of 4 tracks are not at 22050 Hz") for line in told.lines)
    assert np.isfinite(table(tmp_path / "t.csv")).all(axis=None)


@pytest.mark.usefixtures("here")
def test_another_rate_may_be_asked_for(tmp_path: Path) -> None:
    corpus, told = folder_of_tunes(tmp_path / "low", 1, 1.0, 8000), Collected()
    with pytest.raises(MenuraError, match=r"no track of .*tune 0.wav: its rate of 8000 Hz"):
        features(corpus, tmp_path / "t.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["low"]
    assert features(corpus, tmp_path / "t.csv", sample_rate=RATE, reporter=told).tracks == 1
    assert not any("not at 22050 Hz" in line for line in told.lines)


@pytest.mark.usefixtures("quick")
def test_a_crash_costs_the_track_that_it_came_at(corpus: Path, tmp_path: Path) -> None:
    (corpus / "tune 1.wav").rename(corpus / "deadly.wav")
    report = features(corpus, tmp_path / "t.csv", workers=1)
    assert [(item.file, item.reason) for item in report.dropped] == [
        ("deadly.wav", "crashed (signal 9)")
    ]
    assert report.tracks == 2


@pytest.mark.usefixtures("quick")
def test_a_full_disk_is_said_and_leaves_no_half_table(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping.KeptRows, "add", no_room)
    with pytest.raises(MenuraError, match="make room there and start it again"):
        features(corpus, tmp_path / "t.csv")
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"out": "t.txt"}, r"must end in .csv or .parquet"),
        ({"workers": 0}, r"--workers must be at least 1, not 0"),
        ({"sample_rate": 10}, r"--sample-rate 10 is outside 1000…384000 Hz"),
    ],
)
def test_wrong_words_are_refused_before_the_work(
    corpus: Path, tmp_path: Path, words: dict[str, object], line: str
) -> None:
    out = tmp_path / str(words.pop("out", "t.csv"))
    with pytest.raises(UsageError, match=line):
        features(corpus, out, **words)  # type: ignore[arg-type]


def test_no_corpus_no_table(tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="there is no folder"):
        features(tmp_path / "none", tmp_path / "t.csv")
    folder_of_tunes(tmp_path / "c", 1, 1.0, RATE)
    prepare(tmp_path / "c", tmp_path / "p")
    shutil.rmtree(tmp_path / "p" / "shards")
    with pytest.raises(MenuraError, match="damaged"):
        features(tmp_path / "p", tmp_path / "t.csv")


def test_the_real_work_leaves_out_what_is_deadly() -> None:
    payload = {"id": "a", "file": "a", "sample_rate": None, "deadly": {"a": "signal 9"}}
    answer = describe_track(payload, lambda _: None)
    assert answer == {"dropped": "what reads or describes it crashed (signal 9)"}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "too long: there is not enough memory for it"),
        (ValueError("odd\nindeed"), "cannot be described (ValueError: odd)"),
    ],
)
def test_an_error_costs_one_track(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(describing, "describe", fails)
    payload = {"id": "a", "file": str(corpus / "tune 1.wav"), "sample_rate": None, "deadly": {}}
    assert describe_track(payload, lambda _: None) == {"dropped": reason}
