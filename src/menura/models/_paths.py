"""The way from one latent to another."""

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.models.contract import Path

Latent = Float32[Tensor, "batch *latent last"]
Shares = Float32[Tensor, " shares"]


def along(a: Latent, b: Latent, shares: Shares, path: Path) -> Float32[Tensor, "batch *latent _"]:
    """a where a share is 0, b where it is 1; shares go along the last axis, or make one of a
    single value.

    linear: the straight line. spherical: the great circle between the two as seen from 0
    (Shoemake 1985), all of a row as one vector: what lies between two draws of a standard normal
    is then as long as a draw, where the line would pass nearer to 0.
    """
    if path == "linear":
        return torch.lerp(a, b, shares)
    cosine = torch.nn.functional.cosine_similarity(a.flatten(1), b.flatten(1))
    # Not quite 0 and π, where the sine that is divided by is 0.
    angle = cosine.clamp(-1, 1).acos().clamp(1e-3, 3.14)
    angle = angle.reshape(-1, *[1] * (a.ndim - 1))
    mixed: Tensor = (((1 - shares) * angle).sin() * a + (shares * angle).sin() * b) / angle.sin()
    return mixed
