"""Starts that do not look at the magnitudes."""

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

Magnitude = Float32[Tensor, "rows bins frames"]
Angles = Float32[Tensor, "rows bins frames"]


def noise(magnitude: Magnitude, n_fft: int, hop_length: int) -> Angles:
    """Fixed pseudo-random radians, the same for every row: equal magnitudes give equal sound."""
    _, n_bins, n_frames = magnitude.shape
    angles = torch.from_numpy(noise_frames(n_frames, n_bins)).to(magnitude.device)
    return angles.T[None].expand(magnitude.shape)


def zero(magnitude: Magnitude, n_fft: int, hop_length: int) -> Angles:
    """No phase at all."""
    return torch.zeros_like(magnitude)


def noise_frames(n_frames: int, n_bins: int) -> Float32[np.ndarray, "frames bins"]:
    """Uniform in 0…2π. The first frames are the same however many are asked for."""
    angles = np.random.default_rng(0).random((n_frames, n_bins), dtype=np.float32)
    angles *= np.float32(2 * np.pi)
    return angles
