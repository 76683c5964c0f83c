"""The temperature at which a model that hears itself neither dies away nor swells.

Fed back, a draw that is a little too cautious is heard as softer music, after which softer music
still is the likeliest; one too bold makes it louder and louder. Where the balance lies differs
from training to training, so it is looked for in what the trained model makes (docs/log.md).
"""

from collections.abc import Callable

import torch
from jaxtyping import Float64
from torch import Tensor

from menura.representations import Frames

TEMPERATURES = tuple(step / 20 for step in range(14, 29))  # 0.7, 0.75 … 1.4
N_FRAMES = 640  # that a piece goes on for: errors need time to pile up
N_AXES = 16  # along which music varies most: how loud, how bright; noise of one feature is not

Points = Float64[Tensor, "_ axes"]
Gaussian = tuple[Float64[Tensor, " axes"], Float64[Tensor, "rows axes"]]
"""Mean, and F of the covariance FᵀF."""


def steadiest(make: Callable[[float], Frames], music: Frames) -> float:
    """The one of TEMPERATURES at which what is made is distributed the most like music; 1 where
    none gives numbers.

    make: temperature → frames made at it, from the same random numbers each time.
    """
    points = _points(music)
    axes = torch.linalg.eigh(points.T.cov())[1][:, -N_AXES:]
    wanted = _gaussian(points @ axes)
    apart = {
        temperature: _apart(_points(make(temperature)) @ axes, wanted)
        for temperature in TEMPERATURES
    }
    best = min(apart, key=apart.__getitem__)
    return best if apart[best] < float("inf") else 1.0


def _points(frames: Frames) -> Points:
    """One for each frame of each row. On the CPU: not every device has float64."""
    return frames.transpose(1, 2).flatten(0, 1).cpu().double()


def _apart(ours: Points, music: Gaussian) -> float:
    """The Fréchet distance of the points' Gaussian to that of music; endless where a point is.

    As in `menura.evaluation`, which models do not know of: the trace of the root of a product of
    covariances is the sum of the singular values of their factors' product.
    """
    if not ours.isfinite().all():
        return float("inf")
    (mean, factor), (other_mean, other_factor) = _gaussian(ours), music
    shared = torch.linalg.svdvals(factor @ other_factor.T).sum()
    variance = factor.square().sum() + other_factor.square().sum()
    return float((mean - other_mean).square().sum() + variance - 2 * shared)


def _gaussian(points: Points) -> Gaussian:
    mean = points.mean(dim=0)
    return mean, torch.linalg.qr((points - mean) / max(1, len(points) - 1) ** 0.5, mode="r")[1]
