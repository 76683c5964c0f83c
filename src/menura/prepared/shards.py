"""Shards: sound as raw 16-bit values, so that any second of any track is one small read."""

import mmap
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO

import numpy as np
from jaxtyping import Float32, Float64

BYTES = 2  # of one stored value
FULL_SCALE = 32768.0
_MOST_OPEN = 64  # shards kept open: far below the number of files a process may have


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"{number:05d}.pcm"


def store(
    samples: Float32[np.ndarray, "time channels"] | Float64[np.ndarray, "time channels"],
    scale: float,
    file: BinaryIO,
) -> int:
    """Append `samples` as little-endian 16-bit values in units of scale / 32768, rounded to the
    nearest (no dither: the error is at least 90 dB below `scale`). Returns the bytes written."""
    values = np.clip(np.rint(samples * (FULL_SCALE / scale)), -FULL_SCALE, FULL_SCALE - 1)
    return file.write(np.ascontiguousarray(values, dtype="<i2").tobytes())


class Shards:
    """The shard files of one folder, read a range at a time.

    Only the pages of the range asked for are mapped, and unmapped again when they are copied:
    memory in use does not grow with what was read. Safe to use from several threads, and to
    send to other processes.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._open: OrderedDict[int, int] = OrderedDict()
        self._lock = threading.Lock()

    def read(
        self,
        number: int,
        offset: int,
        shape: tuple[int, int],
        scale: float,
        start: int,
        stop: int,
    ) -> Float32[np.ndarray, "channels time"]:
        """Samples `start` … `stop` of the track at `offset` with `shape` (channels, samples).

        Samples outside the track are zeros.
        """
        n_channels, n_samples = shape
        if stop < start:
            raise ValueError(f"a range must not end before it starts: {start}…{stop}")
        first, last = min(max(start, 0), n_samples), max(min(stop, n_samples), 0)
        if first >= last:
            return np.zeros((n_channels, stop - start), dtype=np.float32)
        frame = n_channels * BYTES
        values = self._values(number, offset + first * frame, (last - first) * n_channels)
        samples = values.reshape(last - first, n_channels).T * np.float32(scale / FULL_SCALE)
        if (first, last) == (start, stop):
            return np.ascontiguousarray(samples)
        whole = np.zeros((n_channels, stop - start), dtype=np.float32)
        whole[:, first - start : last - start] = samples
        return whole

    def _values(self, number: int, offset: int, count: int) -> Float32[np.ndarray, " values"]:
        page = offset % mmap.ALLOCATIONGRANULARITY
        with self._lock:
            descriptor = self._descriptor(number)
            mapped = mmap.mmap(
                descriptor, page + count * BYTES, access=mmap.ACCESS_READ, offset=offset - page
            )
        with mapped:
            stored = np.frombuffer(mapped, dtype="<i2", count=count, offset=page)
            values = stored.astype(np.float32)
            del stored  # a mapping cannot be closed while an array looks into it
        return values

    def _descriptor(self, number: int) -> int:
        if number in self._open:
            self._open.move_to_end(number)
            return self._open[number]
        if len(self._open) >= _MOST_OPEN:
            os.close(self._open.popitem(last=False)[1])
        path = shard_path(self.folder, number)
        self._open[number] = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        return self._open[number]

    def close(self) -> None:
        """Close the files; the next read opens them again."""
        with self._lock:
            for descriptor in self._open.values():
                os.close(descriptor)
            self._open.clear()

    def __del__(self) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)

    def __getstate__(self) -> dict[str, Path]:
        return {"folder": self.folder}

    def __setstate__(self, state: dict[str, Path]) -> None:
        self.__init__(state["folder"])  # type: ignore[misc]
