"""A piece as windows that overlap, and as what windows say, faded into each other."""

from math import ceil

import torch
from jaxtyping import Float32
from torch import Tensor

Weights = Float32[Tensor, "windows window"]
Hats = Float32[Tensor, "knots frames"]


def window_starts(n_frames: int, n_window: int, n_overlap: int) -> list[int]:
    """First frames of windows that cover a piece from its first frame to its last, evenly.

    Neighbours share n_overlap frames at least. A piece shorter than a window has one.
    """
    n_beyond = max(0, n_frames - n_window)
    n_windows = 1 + ceil(n_beyond / (n_window - n_overlap))
    return [round(n_beyond * i / max(1, n_windows - 1)) for i in range(n_windows)]


def fades(starts: list[int], n_window: int) -> Weights:
    """The share of each window in each of its frames: rises while the one before falls.

    The shares of all windows in a frame add up to 1.
    """
    weights = torch.ones(len(starts), n_window)
    for i in range(1, len(starts)):
        n_shared = starts[i - 1] + n_window - starts[i]
        rise = (torch.arange(n_shared) + 1) / (n_shared + 1)
        weights[i, :n_shared] *= rise
        weights[i - 1, n_window - n_shared :] *= 1 - rise
    # More than two windows meet where more than half of each is shared.
    total = torch.zeros(starts[-1] + n_window)
    for start, weight in zip(starts, weights, strict=True):
        total[start : start + n_window] += weight
    return torch.stack([w / total[s : s + n_window] for s, w in zip(starts, weights, strict=True)])


def hats(n_knots: int, n_frames: int) -> Hats:
    """The share of each of evenly laid knots in each frame: of the two around it, the nearer has
    more. At every frame they add up to 1."""
    if n_knots == 1:
        return torch.ones(1, n_frames)
    at = torch.arange(n_frames) * ((n_knots - 1) / max(1, n_frames - 1))
    return (1 - (at - torch.arange(n_knots)[:, None]).abs()).clamp_min(0)
