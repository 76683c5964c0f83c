"""Integrating a velocity from noise to music. Knows nothing but (x, t) → velocity."""

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Float32
from torch import Tensor

Point = Float32[Tensor, "batch *shape"]
Velocity = Callable[[Point, float], Point]


def integrate(
    velocity: Velocity,
    x: Point,
    n_steps: int,
    *,
    start: float = 0.0,
    stop: float = 1.0,
    method: Literal["euler", "heun"] = "euler",
) -> Point:
    """x at `stop` from x at `start`, in n_steps equal steps.

    heun: two looks a step, with an error that falls with the square of the step.
    """
    times = torch.linspace(start, stop, n_steps + 1).tolist()
    for now, then in pairwise(times):
        slope = velocity(x, now)
        ahead = x + (then - now) * slope
        if method == "heun":
            ahead = x + (then - now) * (slope + velocity(ahead, then)) / 2
        x = ahead
    return x
