"""A few points that stand for many: k-means (Lloyd 1982), begun far apart (Gonzalez 1985)."""

import torch
from jaxtyping import Float32
from torch import Tensor

Points = Float32[Tensor, "points features"]


def k_means(points: Points, k: int, n_rounds: int = 10) -> Float32[Tensor, "k features"]:
    """Centres of k clusters, without any chance: equal points give equal centres.

    Of fewer than k different points some come back more than once.
    """
    centres = points[:1]
    for _ in range(k - 1):
        farthest = torch.cdist(points, centres).amin(dim=1).argmax()
        centres = torch.cat([centres, points[farthest][None]])
    for _ in range(n_rounds):
        nearest = torch.cdist(points, centres).argmin(dim=1)
        counts = torch.bincount(nearest, minlength=k)
        sums = torch.zeros_like(centres).index_add_(0, nearest, points)
        # A centre that nothing is nearest to stays where it is.
        centres = torch.where(counts[:, None] > 0, sums / counts.clamp_min(1)[:, None], centres)
    return centres
