"""Real-time phase-gradient heap integration: each frame's phase as soon as it is there."""

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from menura.representations._phase.pghi import HANN, from_window_start, logs, tolerated

Magnitude = Float32[Tensor, "rows bins frames"]
Angles = Float32[Tensor, "rows bins frames"]
Column = Float32[np.ndarray, "bins"]
Phase = Float64[np.ndarray, "bins"]


def rtpghi(magnitude: Magnitude, n_fft: int, hop_length: int) -> Angles:
    """Radians for `stft`'s frames, each from the frames up to the next one: see `PhaseStream`."""
    frames = magnitude.detach().transpose(1, 2).contiguous().cpu().numpy()
    angles = np.empty(frames.shape, np.float32)
    for row, columns in enumerate(frames):
        stream = PhaseStream(n_fft, hop_length)
        late = [*(stream.push(column) for column in columns), stream.finish()][1:]
        for n, phase in enumerate(late):
            angles[row, n] = phase
    return torch.from_numpy(angles).transpose(1, 2).to(magnitude.device)


class PhaseStream:
    """Phases of one channel's frames while they come.

    Průša & Søndergaard, "Real-Time Spectrogram Inversion Using Phase Gradient Heap Integration",
    DAFx-16, 2016, for a Hann window. Phases are radians (0…2π) for `stft`'s frames.

    look_ahead: 1 answers one frame late, with slopes over time taken from both sides; 0 answers
    at once, with slopes from the two frames before.
    Raises ValueError for any other look_ahead.
    """

    def __init__(self, n_fft: int, hop_length: int, look_ahead: int = 1):
        if look_ahead not in (0, 1):
            raise ValueError(f"look_ahead must be 0 or 1, not {look_ahead}")
        self.n_fft, self.hop_length, self.look_ahead = n_fft, hop_length, look_ahead
        self._rng = np.random.default_rng(0)
        self._sizes: list[Column] = []  # log-magnitudes of the last three frames at most
        self._phase: Phase | None = None  # of the last frame answered for

    def push(self, magnitude: Column) -> Column | None:
        """Take a frame; the phase of it, or of the one before it when looking ahead (if any)."""
        self._sizes = [*self._sizes[-2:], logs(torch.from_numpy(magnitude)).numpy()]
        if self.look_ahead == 0:
            return self._answer(self._sizes, _slope_behind(self._sizes))
        if len(self._sizes) == 1:
            return None
        return self._answer(self._sizes[:-1], _slope_between(self._sizes))

    def finish(self) -> Column | None:
        """The phase that is still owed: of the last frame, when looking ahead."""
        if self.look_ahead == 0 or not self._sizes:
            return None
        return self._answer(self._sizes, _slope_behind(self._sizes[-2:]))

    def _answer(self, sizes: list[Column], slope: Column) -> Column:
        """The phase of the last of `sizes`, going on from the phase of the one before it."""
        from menura.representations._phase.integration import integrate_frame

        now = sizes[-1]
        # Before the first frame there was silence, and its phase does not matter.
        old = np.zeros(now.shape) if self._phase is None else self._phase
        before = np.full_like(now, -np.inf) if self._phase is None else sizes[-2]
        floor = tolerated(np.stack([before, now]))
        new = 2 * np.pi * self._rng.random(now.shape, dtype=np.float32).astype(np.float64)
        gamma = HANN * self.n_fft**2
        integrate_frame(before, now, slope, old, new, floor, self.hop_length, self.n_fft, gamma)
        self._phase = new
        return from_window_start(new).astype(np.float32)


def _slope_behind(sizes: list[Column]) -> Column:
    """∂s/∂n at the last frame, from frames up to it: of second order where there are three."""
    weights = {1: (0.0,), 2: (-1.0, 1.0), 3: (0.5, -2.0, 1.5)}[len(sizes)]
    return _weighted(weights, sizes)


def _slope_between(sizes: list[Column]) -> Column:
    """∂s/∂n at the last frame but one: from both sides where there are three."""
    weights = {2: (-1.0, 1.0), 3: (-0.5, 0.0, 0.5)}[len(sizes)]
    return _weighted(weights, sizes)


def _weighted(weights: tuple[float, ...], sizes: list[Column]) -> Column:
    slope: Column = np.array(weights, np.float32) @ np.stack(sizes)
    return slope
