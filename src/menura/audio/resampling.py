"""Changing the sample rate."""

from collections.abc import Iterable, Iterator

import numpy as np
import soxr
from jaxtyping import Float32

from menura.audio.clip import Clip

QUALITY = "HQ"  # soxr: 20-bit precision, linear phase, pass band to 0.91 of the lower Nyquist


class StreamResampler:
    """Resample a long signal block by block: the blocks joined equal `resample` of the whole.

    Output is delayed; `finish` gives what is left. The total is n·to_rate/from_rate samples,
    rounded. A resampler serves one signal.
    """

    def __init__(self, from_rate: int, to_rate: int, n_channels: int):
        self._n_channels = n_channels
        self._stream = (
            None
            if from_rate == to_rate
            else soxr.ResampleStream(from_rate, to_rate, n_channels, "float32", QUALITY)
        )

    def push(
        self, block: Float32[np.ndarray, "channels time"]
    ) -> Float32[np.ndarray, "channels out"]:
        """The samples that are ready after `block` (any length)."""
        return self._step(block, last=False)

    def finish(self) -> Float32[np.ndarray, "channels out"]:
        """The samples still held back. Nothing may be pushed after it."""
        return self._step(np.zeros((self._n_channels, 0), np.float32), last=True)

    def _step(
        self, block: Float32[np.ndarray, "channels time"], last: bool
    ) -> Float32[np.ndarray, "channels out"]:
        if self._stream is None:
            return block
        out = self._stream.resample_chunk(np.ascontiguousarray(block.T), last=last)
        return np.ascontiguousarray(out.T)


def resampled(
    blocks: Iterable[Float32[np.ndarray, "channels _"]],
    from_rate: int,
    to_rate: int,
    n_channels: int,
) -> Iterator[Float32[np.ndarray, "channels _"]]:
    """Consecutive blocks of one sound, at another rate."""
    stream = StreamResampler(from_rate, to_rate, n_channels)
    for block in blocks:
        yield stream.push(block)
    yield stream.finish()


def resample(clip: Clip, sample_rate: int) -> Clip:
    """The clip at another rate in Hz, by soxr HQ. Over-range samples stay as they are."""
    if sample_rate == clip.sample_rate:
        return clip
    stream = StreamResampler(clip.sample_rate, sample_rate, clip.n_channels)
    parts = [stream.push(clip.samples), stream.finish()]
    return Clip(np.concatenate(parts, axis=1), sample_rate)
