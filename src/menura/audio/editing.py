"""Cutting to length, fading, making the end flow into the start, and changing the level.

Nothing is computed before it is read: the results are views of the sound they are made from.
"""

import math

import numpy as np
from jaxtyping import Float32

from menura.audio.signal import Samples, Signal


def exact_length(signal: Signal, seconds: float) -> Signal:
    """Exactly round(seconds × sample_rate) samples: cut at the end, or silence added there."""
    n_wanted = round(seconds * signal.sample_rate)
    if n_wanted < 0:
        raise ValueError(f"a clip cannot be {seconds} s long")
    return signal if n_wanted == signal.n_samples else _Exact(signal, n_wanted)


def fade(signal: Signal, in_s: float, out_s: float) -> Signal:
    """Fade in over `in_s` and out over `out_s` seconds, by a raised cosine.

    The first and last samples become exactly 0. Fades longer together than the clip are both
    shortened in proportion.
    """
    if in_s < 0 or out_s < 0:
        raise ValueError(f"fades cannot be negative: {in_s}, {out_s}")
    together = (in_s + out_s) * signal.sample_rate
    shrink = min(1.0, signal.n_samples / together) if together else 1.0
    n_in, n_out = (math.floor(s * signal.sample_rate * shrink) for s in (in_s, out_s))
    return _Faded(signal, n_in, n_out)


def loop(signal: Signal, crossfade_s: float) -> Signal:
    """A clip that can be played end to start without a click; shorter by `crossfade_s`.

    The last `crossfade_s` seconds are laid over the start and fade out there while the start
    fades in, at equal power. The new first sample thus follows the new last one as it did in
    the recording. At most half the clip is used.
    """
    if crossfade_s < 0:
        raise ValueError(f"a cross-fade cannot be negative: {crossfade_s}")
    n_fade = min(round(crossfade_s * signal.sample_rate), signal.n_samples // 2)
    return signal if n_fade == 0 else _Looped(signal, n_fade)


def amplified(signal: Signal, gain: float) -> Signal:
    """Every sample times `gain`."""
    return _Amplified(signal, gain)


class _View(Signal):
    """A sound made from another one when it is read."""

    def __init__(self, of: Signal):
        self.of, self.sample_rate = of, of.sample_rate

    @property
    def n_channels(self) -> int:
        return self.of.n_channels

    @property
    def n_samples(self) -> int:
        return self.of.n_samples


class _Exact(_View):
    def __init__(self, of: Signal, n_samples: int):
        super().__init__(of)
        self._n_samples = n_samples

    @property
    def n_samples(self) -> int:
        return self._n_samples

    def read(self, start: int, stop: int) -> Samples:
        n_made = self.of.n_samples
        made = self.of.read(min(start, n_made), min(stop, n_made))
        return np.pad(made, ((0, 0), (0, stop - start - made.shape[1])))


class _Faded(_View):
    def __init__(self, of: Signal, n_in: int, n_out: int):
        super().__init__(of)
        self.n_in, self.n_out = n_in, n_out

    def read(self, start: int, stop: int) -> Samples:
        samples = self.of.read(start, stop).copy()
        if start < self.n_in:
            rising = np.arange(start, min(stop, self.n_in))
            samples[:, : len(rising)] *= _rise(rising, self.n_in)
        first = max(start, self.n_samples - self.n_out)
        if first < stop:
            to_end = self.n_samples - 1 - np.arange(first, stop)
            samples[:, first - start :] *= _rise(to_end, self.n_out)
        return samples


class _Looped(_View):
    def __init__(self, of: Signal, n_fade: int):
        super().__init__(of)
        self.n_fade = n_fade

    @property
    def n_samples(self) -> int:
        return self.of.n_samples - self.n_fade

    def read(self, start: int, stop: int) -> Samples:
        samples = self.of.read(start, stop)
        n = min(stop, self.n_fade) - start
        if n <= 0:
            return samples
        samples = samples.copy()
        after_end = self.of.read(self.n_samples + start, self.n_samples + start + n)
        at = np.arange(start, start + n, dtype=np.float32)
        angle = at / self.n_fade * np.float32(np.pi / 2)
        samples[:, :n] = samples[:, :n] * np.sin(angle) + after_end * np.cos(angle)
        return samples


class _Amplified(_View):
    def __init__(self, of: Signal, gain: float):
        super().__init__(of)
        self.gain = np.float32(gain)

    def read(self, start: int, stop: int) -> Samples:
        return self.of.read(start, stop) * self.gain


def _rise(at: np.ndarray, n: int) -> Float32[np.ndarray, " part"]:
    """Half a cosine, from exactly 0 at 0 up towards 1 at n."""
    return ((1 - np.cos(np.pi * at / n)) / 2).astype(np.float32)
