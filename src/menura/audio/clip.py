"""Audio that carries its own sample rate."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from menura.audio.signal import Signal


@dataclass(frozen=True, eq=False)
class Clip(Signal):
    """A piece of sound in memory: the form in which audio passes between rooms.

    samples: float32, shape (channels, time), nominally in −1…1 (not enforced: a model may
        overshoot, and writing protects the peak).
    sample_rate: in Hz.
    """

    samples: Float32[np.ndarray, "channels time"]
    sample_rate: int

    @property
    def n_channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def n_samples(self) -> int:
        return int(self.samples.shape[1])

    def read(self, start: int, stop: int) -> Float32[np.ndarray, "channels part"]:
        return self.samples[:, start:stop]

    def between(self, start_s: float, stop_s: float) -> "Clip":
        """The part from `start_s` to `stop_s` (seconds), cut at the ends of the clip."""
        start, stop = round(start_s * self.sample_rate), round(stop_s * self.sample_rate)
        return Clip(self.samples[:, max(0, start) : max(0, stop)], self.sample_rate)

    def mono(self) -> "Clip":
        """The mean of the channels. A clip whose channels cancel keeps its first channel."""
        if self.n_channels == 1:
            return self
        mixed = self.samples.mean(axis=0, keepdims=True)
        if cancels(self.samples, mixed):
            mixed = self.samples[:1]
        return Clip(np.ascontiguousarray(mixed), self.sample_rate)


def whole(signal: Signal) -> Clip:
    """All of it in memory; a clip is returned as it is."""
    if isinstance(signal, Clip):
        return signal
    return Clip(signal.read(0, signal.n_samples), signal.sample_rate)


def cancels(
    samples: Float32[np.ndarray, "channels time"], mixed: Float32[np.ndarray, "1 time"]
) -> bool:
    """Whether mixing to mono lost the sound (antiphase channels): 60 dB below the channels."""
    loudest = float(np.square(samples).mean(axis=1).max(initial=0.0)) if samples.size else 0.0
    return loudest > 0 and float(np.square(mixed).mean()) < 1e-6 * loudest
