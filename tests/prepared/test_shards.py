"""Reading ranges of stored sound."""

import os
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.prepared.shards import ShardFile, Shards, checksum_of, shard_path, store

N_SAMPLES, OFFSET = 10_000, 6


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shards, np.ndarray]:
    """A stereo track that begins off any page, in shard 3."""
    folder = tmp_path_factory.mktemp("shards")
    samples = np.random.default_rng(0).uniform(-0.7, 0.7, (2, N_SAMPLES)).astype(np.float32)
    with shard_path(folder, 3).open("wb") as file:
        out = ShardFile(file)
        out.write(b"\x01" * OFFSET)
        store(samples.T, 0.7, out)
        out.write(b"\x01" * 64)
    return Shards(folder), samples


@given(start=st.integers(-20_000, 20_000), length=st.integers(0, 15_000))
def test_any_range_is_the_slice_of_the_track_in_silence(
    stored: tuple[Shards, np.ndarray], start: int, length: int
) -> None:
    shards, samples = stored
    read = shards.read(3, OFFSET, (2, N_SAMPLES), 0.7, start, start + length)
    around = np.pad(samples, ((0, 0), (40_000, 40_000)))
    wanted = around[:, 40_000 + start : 40_000 + start + length]
    assert read.shape == (2, length)
    assert np.allclose(read, wanted, atol=0.7 / 32768)


def test_values_outside_the_scale_are_clipped_not_wrapped(tmp_path: Path) -> None:
    with shard_path(tmp_path, 0).open("wb") as file:
        store(np.array([[1.5], [-1.5]], dtype=np.float32), 1.0, ShardFile(file))
    read = Shards(tmp_path).read(0, 0, (1, 2), 1.0, 0, 2)
    assert np.allclose(read, [[1.0, -1.0]], atol=1e-4)


def test_nothing_takes_no_room(tmp_path: Path) -> None:
    """The last that a resampler gives may be nothing."""
    with shard_path(tmp_path, 0).open("wb") as file:
        out = ShardFile(file)
        assert store(np.zeros((0, 2), dtype=np.float32), 1.0, out) == 0
        assert out.tell() == 0


def test_a_shard_knows_its_checksum_while_it_is_written(tmp_path: Path) -> None:
    path = shard_path(tmp_path, 0)
    with path.open("wb") as file:
        out = ShardFile(file)
        out.write(b"abc")
        out.skip(200_001)
        store(np.array([[0.5], [-0.5]], dtype=np.float32), 1.0, out)
        out.skip(7)
    assert path.stat().st_size == out.tell() == 3 + 200_001 + 4 + 7
    assert path.read_bytes()[3:200_004] == bytes(200_001)
    assert checksum_of(path) == out.checksum()


def test_memory_does_not_grow_with_what_is_read(tmp_path: Path) -> None:
    n_samples = 60_000_000
    with shard_path(tmp_path, 0).open("wb") as file:
        file.truncate(n_samples * 2)
    shards, process = Shards(tmp_path), psutil.Process()
    shards.read(0, 0, (1, n_samples), 1.0, 0, 1000)
    before = process.memory_info().rss
    for start in range(0, n_samples, 50_000):
        shards.read(0, 0, (1, n_samples), 1.0, start, start + 50_000)
    assert process.memory_info().rss - before < 20e6  # the file has 120 MB


def test_more_shards_than_may_be_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.prepared.shards._MOST_OPEN", 3)
    for number in range(10):
        with shard_path(tmp_path, number).open("wb") as file:
            store(np.full((4, 1), number / 10, dtype=np.float32), 1.0, ShardFile(file))
    shards = Shards(tmp_path)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0  # noqa: PTH208
    for number in [*range(10), *range(10)]:
        assert shards.read(number, 0, (1, 4), 1.0, 0, 1)[0, 0] == pytest.approx(
            number / 10, abs=1e-4
        )
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 3  # noqa: PTH208
    shards.close()


def test_threads_may_share_it(stored: tuple[Shards, np.ndarray]) -> None:
    shards, samples = stored
    wrong = []

    def read(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(300):
            start = int(rng.integers(0, N_SAMPLES - 100))
            got = shards.read(3, OFFSET, (2, N_SAMPLES), 0.7, start, start + 100)
            if not np.allclose(got, samples[:, start : start + 100], atol=1e-4):
                wrong.append(start)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(sys.platform != "linux", reason="the disk is told in Linux's way")
def test_the_disk_gets_a_shard_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sent = shard_path(tmp_path, 0), []

    def advise(descriptor: int, start: int, length: int, advice: int) -> None:
        assert advice == os.POSIX_FADV_DONTNEED
        assert os.fstat(descriptor).st_size >= start + length, "it is not in the file yet"
        sent.append((start, start + length))

    monkeypatch.setattr(os, "posix_fadvise", advise)
    with path.open("wb") as file:
        out = ShardFile(file)
        for _ in range(5):
            out.write(bytes(range(256)) * (3 << 12))  # 3 MiB
            out.skip(1 << 20)
    assert len(sent) == 2
    assert sent[0][0] == 0
    assert sent[1][0] == sent[0][1]  # nothing twice, nothing left between
    assert all(8 << 20 <= stop - start < 16 << 20 for start, stop in sent)
    assert checksum_of(path) == out.checksum()
