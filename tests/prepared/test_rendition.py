"""A rendition is what the audio room makes of each track as a whole, but in bounded memory."""

import errno
import json
import os
import pickle
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from menura.audio import Clip, conform, write
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import NotWritableError, PreparedCorpus, planning, rendering, rendition
from menura.workflows.prepare import prepare

Content = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PreparedCorpus:
    """Mono and stereo tracks at three rates, one antiphase, in several shards."""
    monkeypatch.setattr(planning, "SHARD_BYTES", (100_000, 100_000))
    rng = np.random.default_rng(0)
    for number, (rate, n_channels) in enumerate([(8000, 1), (16000, 2), (11025, 2), (16000, 1)]):
        noise = rng.uniform(-0.8, 0.8, (n_channels, round(rate * 1.3))).astype(np.float32)
        write(Clip(noise, rate), tmp_path / f"source/{number}.wav")
    wave = np.sin(np.arange(20_000) / 10).astype(np.float32) * 0.5
    write(Clip(np.stack([wave, -wave]), 16000), tmp_path / "source/antiphase.wav")
    prepare(tmp_path / "source", tmp_path / "out")
    return PreparedCorpus.open(tmp_path / "out")


@pytest.mark.parametrize("form", [(16000, 1), (8000, 2), (22050, 1)])
def test_equals_conforming_the_whole_track(corpus: PreparedCorpus, form: tuple[int, int]) -> None:
    made = corpus.rendition(*form)
    assert (made.sample_rate, made.n_channels) == form
    for index, track in enumerate(corpus.tracks):
        whole = Clip(corpus.read(track, 0, track.n_samples), track.sample_rate)
        wanted = conform(whole, *form).samples
        n_samples = made.tracks[index].n_samples
        assert n_samples == wanted.shape[1]
        assert np.allclose(made.read(index, 0, n_samples), wanted, atol=1e-4)


def test_blocks_leave_no_trace(corpus: PreparedCorpus, tmp_path: Path) -> None:
    """Long tracks are resampled in blocks; the joins must not be heard."""
    assert rendering.BLOCK_S > 1.3
    track = corpus.tracks[1]
    long = np.tile(corpus.read(track, 0, track.n_samples), 20)
    write(Clip(long, track.sample_rate), tmp_path / "long/a.wav")
    prepare(tmp_path / "long", tmp_path / "long_out")
    other = PreparedCorpus.open(tmp_path / "long_out")
    assert other.duration_s() > 2 * rendering.BLOCK_S
    made = other.rendition(22050, 1)
    stored = other.read(other.tracks[0], 0, other.tracks[0].n_samples)
    wanted = conform(Clip(stored, other.tracks[0].sample_rate), 22050, 1).samples
    assert np.allclose(made.read(0, 0, wanted.shape[1]), wanted, atol=1e-4)


def test_antiphase_survives_in_mono(corpus: PreparedCorpus) -> None:
    made = corpus.rendition(16000, 1)
    index = [track.id for track in made.tracks].index("antiphase.wav")
    assert np.abs(made.read(index, 0, 20_000)).max() == pytest.approx(0.5, abs=1e-3)


def test_what_training_asks(corpus: PreparedCorpus) -> None:
    made = corpus.rendition(8000, 1)
    sides = [made.of_split(split) for split in ("train", "valid", "test")]
    assert sorted(index for side in sides for index in side) == list(range(5))
    assert [t.id for t in made.tracks] == [t.id for t in corpus.tracks]
    assert [t.split for t in made.tracks] == [t.split for t in corpus.tracks]
    end = made.tracks[0].n_samples
    edge = made.read(0, end - 10, end + 10)
    assert edge.shape == (1, 20)
    assert not edge[:, 10:].any()
    assert edge[:, :10].any()
    sent = pickle.loads(pickle.dumps(made))
    assert np.array_equal(sent.read(1, 5, 500), made.read(1, 5, 500))


def test_the_loss_is_said_once(corpus: PreparedCorpus) -> None:
    first, second = Collected(), Collected()
    corpus.rendition(11025, 1, first)
    corpus.rendition(11025, 1, second)
    assert (
        "16000 Hz stereo → 11025 Hz mono (2 of 5 tracks): content above 5.5125 kHz and the stereo "
        "image are lost" in first.lines
    )
    assert any("there is nothing above 4 kHz in them" in line for line in first.lines)
    assert second.lines == []


def test_it_is_made_once_and_again_when_damaged(corpus: PreparedCorpus, content: Content) -> None:
    folder = corpus.rendition(8000, 1).folder
    assert folder == corpus.folder / "renditions" / "8000x1"
    before = content(folder)
    stamps = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    corpus.rendition(8000, 1)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == stamps
    (folder / "00000.pcm").write_bytes(b"short")
    corpus.rendition(8000, 1)
    assert content(folder) == before


def test_an_interrupted_one_goes_on(
    corpus: PreparedCorpus, content: Content, tmp_path: Path
) -> None:
    whole = corpus.rendition(8000, 1).folder
    marks = sorted(whole.glob("0*.json"))
    assert len(marks) > 1
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in whole.iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    done = json.loads((broken / "rendition.json").read_text())
    (broken / "rendition.json").unlink()
    (broken / "making.json").write_text(json.dumps(done))
    (broken / marks[0].name).unlink()
    (broken / ".0123456789ab.tmp.pcm").write_bytes(b"half")
    kept = broken / f"{marks[1].stem}.pcm"
    stamp = kept.stat().st_mtime_ns
    corpus.rendition(8000, 1, folder=broken)
    assert content(broken) == content(whole)
    assert kept.stat().st_mtime_ns == stamp


def test_one_of_another_corpus_is_replaced(corpus: PreparedCorpus, tmp_path: Path) -> None:
    place = tmp_path / "place"
    corpus.rendition(8000, 1, folder=place)
    (tmp_path / "source/0.wav").unlink()
    prepare(tmp_path / "source", tmp_path / "second")
    made = PreparedCorpus.open(tmp_path / "second").rendition(8000, 1, folder=place)
    assert len(made.tracks) == 4
    assert made.read(0, 0, 4000).any()


def test_bad_forms_and_places_are_refused(corpus: PreparedCorpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="outside 1000"):
        corpus.rendition(10, 1)
    with pytest.raises(UsageError, match="1 or 2"):
        corpus.rendition(8000, 3)
    (tmp_path / "source/mine.txt").touch()
    with pytest.raises(MenuraError, match="holds other files"):
        corpus.rendition(8000, 1, folder=tmp_path / "source")


@pytest.fixture
def read_only(corpus: PreparedCorpus, monkeypatch: pytest.MonkeyPatch) -> PreparedCorpus:
    """The corpus in a place that cannot be written; root would write into any other."""
    corpus.rendition(16000, 1)
    real = os.open

    def refuse(path: str | Path, flags: int, *rest: int) -> int:
        if Path(path).is_relative_to(corpus.folder) and flags & os.O_RDWR:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", refuse)
    return corpus


def test_a_read_only_corpus_names_the_mend(read_only: PreparedCorpus) -> None:
    with pytest.raises(NotWritableError, match=r"read-only file system.*or give another folder"):
        read_only.rendition(8000, 1)
    assert read_only.rendition(16000, 1).read(0, 0, 4000).any()


def test_a_read_only_corpus_can_be_rendered_elsewhere(
    read_only: PreparedCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dying_worker: str
) -> None:
    place, said = tmp_path / "run" / "rendition", Collected()
    with monkeypatch.context() as patch:
        patch.setattr(rendition, "_RENDER", f"{dying_worker}:render_on_a_full_disk")
        patch.setattr(rendition, "n_cores", lambda: 1)
        with pytest.raises(MenuraError, match="no space left") as error:
            read_only.rendition(8000, 1, folder=place)
    assert not isinstance(error.value, NotWritableError)
    assert f"{place}, where the sound at 8000 Hz mono is kept" in str(error.value)
    assert str(error.value).endswith("make room there and start it again: what is done is kept")
    assert not list(place.glob(".*"))
    stamp = (place / "00000.pcm").stat().st_mtime_ns
    made = read_only.rendition(8000, 1, said, folder=place)
    assert made.folder == place
    assert made.read(0, 0, 4000).any()
    assert (place / "00000.pcm").stat().st_mtime_ns == stamp
    assert read_only.rendition(8000, 1, folder=place).folder == place


def test_a_second_process_waits_and_finds_it_made(
    corpus: PreparedCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is a thread here; the lock does not know the difference."""
    said, real, second = Collected(), rendition._make, ThreadPoolExecutor(1)

    def make_slowly(*arguments: Any) -> None:
        waiting.append(second.submit(corpus.rendition, 8000, 1, said))
        while not said.lines:
            time.sleep(0.01)
        monkeypatch.setattr(rendition, "_make", None)  # the second must not make it again
        real(*arguments)

    waiting: list[Future[rendition.Rendition]] = []
    monkeypatch.setattr(rendition, "_make", make_slowly)
    first = corpus.rendition(8000, 1)
    made = waiting[0].result(timeout=60)
    assert np.array_equal(made.read(0, 0, 4000), first.read(0, 0, 4000))
    assert said.lines == ["another process is making the sound at 8000 Hz mono; waiting for it"]
    assert not (first.folder / "menura.lock").exists()


def test_files_of_others_in_the_folder_stay(corpus: PreparedCorpus, tmp_path: Path) -> None:
    place = tmp_path / "place"
    corpus.rendition(8000, 1, folder=place)
    (place / "mine.txt").write_text("keep me")
    assert corpus.rendition(11025, 1, folder=place).sample_rate == 11025
    assert (place / "mine.txt").read_text() == "keep me"
