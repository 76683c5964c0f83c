"""Phase-gradient heap integration: phase from the slopes of the log-magnitude, without rounds."""

import math

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from menura.representations._phase.plain import noise_frames

Magnitude = Float32[Tensor, "rows bins frames"]
Angles = Float32[Tensor, "rows bins frames"]

HANN = 0.25645
"""γ / n_fft² of the Gaussian next to a Hann window (Průša, Balazs & Søndergaard 2017, table 1)."""
TOLERANCE = 1e-6
"""Bins softer than this part of the loudest get pseudo-random phase: nobody hears it."""


def pghi(magnitude: Magnitude, n_fft: int, hop_length: int) -> Angles:
    """Radians for `stft`'s frames, by the magnitudes of the whole.

    Průša, Balazs & Søndergaard, "A Noniterative Method for Reconstruction of Phase From STFT
    Magnitude", IEEE/ACM TASLP 25(5), 2017, algorithm 1, for a Hann window. Compiled loops on the
    CPU, one row after the other. Best where hop_length is n_fft / 4 or less.
    """
    from menura.representations._phase.integration import integrate

    angles = np.empty((magnitude.shape[0], magnitude.shape[2], magnitude.shape[1]), np.float32)
    by_frames = logs(magnitude.detach().transpose(1, 2).contiguous()).cpu().numpy()
    for row, sizes in enumerate(by_frames):
        floor = tolerated(sizes)
        phase = noise_frames(*sizes.shape).astype(np.float64)
        integrate(sizes, phase, floor, hop_length, n_fft, HANN * n_fft**2)
        angles[row] = from_window_start(phase)
    return torch.from_numpy(angles).transpose(1, 2).to(magnitude.device)


def logs(magnitude: Float32[Tensor, "*shape"]) -> Float32[Tensor, "*shape"]:
    """ln, finite for silence too."""
    return magnitude.clamp_min(torch.finfo(torch.float32).tiny).log()


def tolerated(sizes: Float32[np.ndarray, "_ bins"]) -> float:
    """The log-magnitude below which phase does not matter."""
    return float(sizes.max()) + math.log(TOLERANCE)


def from_window_start(
    phase: Float64[np.ndarray, "*frames bins"],
) -> Float64[np.ndarray, "*frames bins"]:
    """From phase about the middle of each window to `stft`'s, about its first sample; 0…2π."""
    turned: Float64[np.ndarray, "*frames bins"] = phase + np.pi * np.arange(phase.shape[-1])
    turned -= 2 * np.pi * np.floor(turned / (2 * np.pi))  # several times faster than np.mod
    return turned
