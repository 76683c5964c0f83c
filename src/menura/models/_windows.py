"""A velocity for pieces of any length from one for windows: no frame stands at a seam.

Overlapping windows are asked together and what they say is averaged, most weight in the middle of
each (MultiDiffusion, Bar-Tal et al. 2023).
"""

import torch
from torch import Tensor

from menura.models._ode import Velocity

AT_ONCE = 32  # windows


def blended(velocity: Velocity, n_window: int) -> Velocity:
    """`velocity` of pieces of shape (batch, features, frames), from windows that half overlap."""

    def wide(x: Tensor, t: float) -> Tensor:
        n_frames = x.shape[2]
        if n_frames <= n_window:
            return velocity(x, t)
        n_pieces = 1 - (-2 * (n_frames - n_window) // n_window)
        starts = torch.linspace(0, n_frames - n_window, n_pieces).round().int().tolist()
        weight = torch.bartlett_window(n_window + 1, periodic=False, device=x.device)[:-1] + 1e-3
        total, weights = torch.zeros_like(x), x.new_zeros(n_frames)
        for first in range(0, n_pieces, AT_ONCE):
            some = starts[first : first + AT_ONCE]
            windows = torch.cat([x[:, :, s : s + n_window] for s in some])
            for s, said in zip(some, velocity(windows, t).chunk(len(some)), strict=True):
                total[:, :, s : s + n_window] += weight * said
                weights[s : s + n_window] += weight
        return total / weights

    return wide
