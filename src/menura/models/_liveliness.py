"""How much frames move, and of several ways to go on the one that moves as much as the seed.

The median step from a latent frame to the next says how many notes begin: over 60 pieces of piano
its rank correlation with their onsets was 0.94 (docs/log.md).
"""

import torch
from jaxtyping import Float32
from torch import Tensor

STILL = 1e-4  # of normalised frames: less is no movement


def movement(frames: Float32[Tensor, "batch features frames"]) -> Float32[Tensor, " batch"]:
    """The median distance from a frame to the next; 0 where there is but one."""
    if frames.shape[2] < 2:
        return frames.new_zeros(len(frames))
    middle: Tensor = frames.diff(dim=2).norm(dim=1).median(dim=1).values
    return middle


def as_lively(
    ways: Float32[Tensor, "all_ways features new"], wanted: Float32[Tensor, " batch"]
) -> Float32[Tensor, "batch features new"]:
    """Of the ways of each row, which follow each other, the one whose movement is by its ratio the
    nearest to what is wanted."""
    n = len(wanted)
    of_each = ways.reshape(n, -1, *ways.shape[1:])
    moved = movement(ways).reshape(n, -1).clamp_min(STILL).log()
    best = (moved - wanted.clamp_min(STILL).log()[:, None]).abs().argmin(dim=1)
    return of_each[torch.arange(n, device=best.device), best]
