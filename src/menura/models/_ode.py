"""Integrating a velocity from noise to music. Knows nothing but (x, t) → velocity."""

from collections.abc import Callable
from itertools import pairwise
from math import log
from typing import Literal

import torch
from jaxtyping import Float32
from torch import Tensor

Point = Float32[Tensor, "batch *shape"]
Velocity = Callable[[Point, float], Point]
OUTSET = 0.1  # times up to which are the very noise


def integrate(
    velocity: Velocity,
    x: Point,
    n_steps: int,
    *,
    start: float = 0.0,
    stop: float = 1.0,
    method: Literal["euler", "heun"] = "euler",
    shift: float = 1.0,
) -> Point:
    """x at `stop` from x at `start`, in n_steps steps (see `times`).

    heun: two looks a step, with an error that falls with the square of the step.
    """
    for now, then in pairwise(times(n_steps, start, stop, shift)):
        slope = velocity(x, now)
        ahead = x + (then - now) * slope
        if method == "heun":
            ahead = x + (then - now) * (slope + velocity(ahead, then)) / 2
        x = ahead
    return x


def times(n_steps: int, start: float, stop: float, shift: float) -> list[float]:
    """Both ends and what lies between. Equally far apart at a shift of 1; above it closer together
    near 0, the noise, and below it near 1 (Esser et al. 2024, section 5.3.2)."""
    if shift == 1:
        even: list[float] = torch.linspace(start, stop, n_steps + 1).tolist()
        return even
    between = torch.linspace(_shifted(start, 1 / shift), _shifted(stop, 1 / shift), n_steps + 1)
    return [start, *(_shifted(t, shift) for t in between[1:-1].tolist()), stop]


def draw_times(
    n: int, noisiness: float, outset: float, rng: torch.Generator
) -> Float32[Tensor, " {n}"]:
    """Times to learn at: logit-normal, most in the middle (Esser et al. 2024, section 3.1), and
    moved by the noisiness as steps are by a shift; but for a share of `outset`, which are at the
    very noise, where that draws hardly any and all that is made sets off."""
    drawn = (torch.randn(n, generator=rng, device=rng.device) - log(noisiness)).sigmoid()
    chosen, early = torch.rand(2, n, generator=rng, device=rng.device)
    return torch.where(chosen < outset, OUTSET * early, drawn)


def _shifted(t: float, shift: float) -> float:
    return t / (t + shift * (1 - t))
