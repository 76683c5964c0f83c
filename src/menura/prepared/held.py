"""The sound of one file, kept until its peak and offset are known: in memory while it is short."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from jaxtyping import Float32, Int16

MOST_BYTES = 1 << 25  # 83 s of 48 kHz stereo; what is longer goes to a scratch file
_READ_AT_ONCE = 1 << 18

Interleaved = Float32[np.ndarray, "time channels"] | Int16[np.ndarray, "time channels"]


class Held:
    """Blocks of sound in the order they came, channels interleaved.

    Blocks are not copied: they must not be written over. A block of zeros takes no room.
    """

    def __init__(self, spill: BinaryIO, n_channels: int, kind: type[np.float32 | np.int16]):
        """spill: a scratch file; what it holds is forgotten. kind: of the values."""
        self._spill, self._kind = spill, np.dtype(kind)
        self._frame = n_channels * self._kind.itemsize
        self._blocks: list[Interleaved] = []
        self._n_bytes = self._n_spilt = 0

    def add(self, block: Interleaved, silent: bool) -> None:
        """silent: all of it is zero. Raises OSError when the scratch file cannot take it."""
        if silent:
            block = np.broadcast_to(np.zeros((1, 1), self._kind), block.shape)
        else:
            self._n_bytes += block.nbytes
        self._blocks.append(block)
        if self._n_bytes > MOST_BYTES:
            self._empty()

    def pieces(self, first: int, stop: int) -> Iterator[Interleaved]:
        """Samples first … stop, a piece at a time; silence may come as one repeated zero."""
        yield from self._from_spill(first, min(stop, self._n_spilt))
        at = self._n_spilt
        for block in self._blocks:
            piece = block[max(0, first - at) : max(0, stop - at)]
            at += len(block)
            if len(piece):
                yield piece

    def _empty(self) -> None:
        """Bring what is in memory to the scratch file."""
        self._spill.seek(self._n_spilt * self._frame)
        for block in self._blocks:
            if is_silence(block):  # a hole in the file: an hour of silence takes no room
                self._spill.seek(len(block) * self._frame, 1)
            else:
                self._spill.write(block.data)
            self._n_spilt += len(block)
        self._spill.truncate(self._n_spilt * self._frame)
        self._blocks, self._n_bytes = [], 0

    def _from_spill(self, first: int, stop: int) -> Iterator[Interleaved]:
        left = max(0, stop - first) * self._frame
        self._spill.seek(first * self._frame)
        while data := self._spill.read(min(left, _READ_AT_ONCE // self._frame * self._frame)):
            left -= len(data)
            yield np.frombuffer(data, self._kind).reshape(-1, self._frame // self._kind.itemsize)


def is_silence(piece: Interleaved) -> bool:
    """Whether it is a block of zeros as `Held` gives it."""
    return piece.strides[0] == 0
