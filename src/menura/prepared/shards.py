"""Shards: sound as raw 16-bit values, so that any second of any track is one small read."""

import os
import sys
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from jaxtyping import Float32, Float64
from xxhash import xxh3_128

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

BYTES = 2  # of one stored value
FULL_SCALE = 32768.0
_MOST_OPEN = 64  # shards kept open: far below the number of files a process may have
_HASHED_AT_ONCE = 1 << 20
_ZEROS = bytes(1 << 16)
_WRITTEN_OUT_AT_ONCE = 1 << 23


def shard_name(number: int) -> str:
    """File name of a shard."""
    return f"{number:05d}.pcm"


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / shard_name(number)


class ShardFile:
    """A shard being written: it knows its size and checksum at any time, without being read."""

    def __init__(self, file: BinaryIO):
        """file: open for writing, empty."""
        self._file = file
        self._digest = xxh3_128()
        self._size = self._written_out = 0

    def tell(self) -> int:
        """How many bytes it has."""
        return self._size

    def write(self, data: bytes | memoryview) -> int:
        """Append; how many bytes."""
        self._file.write(data)
        self._digest.update(data)
        n = data.nbytes if isinstance(data, memoryview) else len(data)
        self._size += n
        if self._size - self._written_out >= _WRITTEN_OUT_AT_ONCE:
            self._write_out()
        return n

    def _write_out(self) -> None:
        """Let the disk begin with what is there. A shard has to be on it before it counts, and who
        waits for all of it in the end computes nothing meanwhile.

        Linux alone: that pages are not wanted sends those off that are not on the disk yet.
        """
        if sys.platform == "linux":
            self._file.flush()
            length = self._size - self._written_out
            start, self._written_out = self._written_out, self._size
            os.posix_fadvise(self._file.fileno(), start, length, os.POSIX_FADV_DONTNEED)

    def skip(self, n: int) -> None:
        """Append n zeros, as a hole where the file system can: they take no room."""
        self._size += n
        self._file.seek(self._size)
        self._file.truncate()
        while n:
            zeros = _ZEROS[:n]
            self._digest.update(zeros)
            n -= len(zeros)

    def checksum(self) -> str:
        """The `checksum` of what was written."""
        return str(self._digest.hexdigest())


def store(
    samples: Float32[np.ndarray, "time channels"] | Float64[np.ndarray, "time channels"],
    scale: float,
    out: ShardFile,
    *,
    within: bool = False,
) -> int:
    """Append `samples` as little-endian 16-bit values in units of scale / 32768, rounded to the
    nearest (no dither: the error is at least 90 dB below `scale`). Returns the bytes written.

    within: none is known to be beyond the largest value; else those that are, are cut off."""
    if not samples.size:  # as a resampler's end may be; memory of no bytes cannot be cast
        return 0
    values = samples * samples.dtype.type(FULL_SCALE / scale)
    if not within:
        np.clip(values, -FULL_SCALE, FULL_SCALE - 1, out=values)
    stored = np.rint(values, out=values).astype("<i2", order="C")
    return out.write(stored.data.cast("B"))


def checksum(blocks: Iterable[bytes]) -> str:
    """Checksum of a shard that is read in `blocks`: XXH3 of 128 bits, in hexadecimal."""
    digest = xxh3_128()
    for block in blocks:
        digest.update(block)
    return str(digest.hexdigest())


def checksum_of(path: Path) -> str:
    """Checksum of the shard in the file `path`, read in bounded memory."""
    return checksum(file_blocks(path))


def file_blocks(path: Path) -> Iterator[bytes]:
    """A file, a piece at a time."""
    with path.open("rb") as file:
        while block := file.read(_HASHED_AT_ONCE):
            yield block


class StoredSound(ABC):
    """Shards, wherever they lie, read a range at a time. Safe to use from several threads."""

    @abstractmethod
    def read_bytes(self, number: int, offset: int, count: int) -> bytes:
        """`count` bytes of shard `number` from `offset` on. Raises MenuraError when it has
        fewer."""

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
        data = self.read_bytes(number, offset + first * frame, (last - first) * frame)
        stored = np.frombuffer(data, dtype="<i2").reshape(last - first, n_channels).T
        new = np.empty if (first, last) == (start, stop) else np.zeros
        whole = new((n_channels, stop - start), dtype=np.float32)
        # Converted, scaled, and brought into the order of channels in one pass.
        np.multiply(
            stored, np.float32(scale / FULL_SCALE), out=whole[:, first - start : last - start]
        )
        return whole


class _OpenShard:
    """An open file; closed when the last one who reads from it is done."""

    def __init__(self, descriptor: int):
        self.descriptor = descriptor
        self.lock = threading.Lock()

    def read_at(self, offset: int, count: int) -> bytes:
        if sys.platform == "win32":
            with self.lock:
                os.lseek(self.descriptor, offset, os.SEEK_SET)
                return os.read(self.descriptor, count)
        return os.pread(self.descriptor, count, offset)

    def __del__(self) -> None:
        os.close(self.descriptor)


class Shards(StoredSound):
    """The shard files of a folder on this machine.

    Only the range asked for is read, from the system's own cache where it is there: memory in use
    does not grow with what was read. May be sent to other processes.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._open: OrderedDict[int, _OpenShard] = OrderedDict()
        self._lock = threading.Lock()

    def read_bytes(self, number: int, offset: int, count: int) -> bytes:
        with self._lock:
            shard = self._opened(number)
        data = shard.read_at(offset, count)
        while len(data) < count:  # the system gives at most 2 GiB at a time
            more = shard.read_at(offset + len(data), count - len(data))
            if not more:
                raise MenuraError(
                    f"{printable(str(shard_path(self.folder, number)))} ends too early; "
                    "`menura verify` says what is damaged"
                )
            data += more
        return data

    def _opened(self, number: int) -> _OpenShard:
        if number in self._open:
            self._open.move_to_end(number)
            return self._open[number]
        if len(self._open) >= _MOST_OPEN:
            self._open.popitem(last=False)
        path = shard_path(self.folder, number)
        shard = _OpenShard(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)))
        self._open[number] = shard
        return shard

    def close(self) -> None:
        """Close the files; the next read opens them again."""
        with self._lock:
            self._open.clear()

    def __getstate__(self) -> dict[str, Path]:
        return {"folder": self.folder}

    def __setstate__(self, state: dict[str, Path]) -> None:
        self.__init__(state["folder"])  # type: ignore[misc]
