"""What a flow is told of a piece in training: nothing, a beginning, or all but a gap."""

import torch
from jaxtyping import Bool
from torch import Tensor

Known = Bool[Tensor, "batch frames"]


def draw_known(n: int, n_frames: int, unknown: float, prefix: float, rng: torch.Generator) -> Known:
    """Which frames of n rows are known. Beginnings are of any length, equally often; gaps lie
    between any two places.

    unknown, prefix: shares of rows with nothing and with a beginning; the others have a gap.
    """
    draw = torch.rand(n, 3, generator=rng, device=rng.device)
    at = torch.arange(n_frames, device=rng.device)[None]
    kind, low, high = draw[:, :1], draw[:, 1:].amin(1, True), draw[:, 1:].amax(1, True)
    beginning = at < (draw[:, 1:2] * n_frames)
    around_gap = (at < low * n_frames) | (at >= high * n_frames)
    known = torch.where(kind < unknown + prefix, beginning, around_gap)
    return torch.where(kind < unknown, torch.zeros_like(known), known)
