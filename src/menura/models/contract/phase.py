"""How a group of parameters is trained: optimiser, schedule, and when its turn comes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from torch import nn

OF_RUN = {"of_run": True}
"""Metadata of a field of a Config that says nothing of what the weights are, but how a run plays:
one that starts from another system has its own, as it has its own optimisers and schedules."""


@dataclass(frozen=True)
class Optimizer:
    """An optimiser by name with the settings reports state. Unused ones are ignored by the others.

    momentum: of sgd and rmsprop. betas: of adam and adamw. rho: of adadelta. alpha: of rmsprop.
    """

    name: Literal["sgd", "rmsprop", "adam", "adamw", "adadelta", "adagrad"] = "adam"
    learning_rate: float = 1e-3
    momentum: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    rho: float = 0.95
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate <= 1e6:
            raise ValueError(f"learning_rate must be above 0, not {self.learning_rate:g}")
        for name, value in (
            ("momentum", self.momentum),
            ("betas", max(self.betas)),
            ("betas", min(self.betas)),
            ("rho", self.rho),
            ("alpha", self.alpha),
        ):
            if not 0 <= value < 1:
                raise ValueError(f"{name} must be from 0 to below 1, not {value:g}")
        if not 0 < self.eps < 1 or not 0 <= self.weight_decay < 1:
            raise ValueError("eps must be between 0 and 1, weight_decay from 0 to below 1")


@dataclass(frozen=True)
class Schedule:
    """Learning-rate factor as a function of the step alone, so that a resumed run is the same.

    Rises linearly for warmup_steps, then: constant; cosine to final_factor at total_steps;
    trapezoid: constant, and in the last decay_steps before total_steps linearly to final_factor
    (Zhai et al. 2022, section 3.5); exponential: × decay_factor every decay_steps.
    """

    kind: Literal["constant", "cosine", "trapezoid", "exponential"] = "constant"
    warmup_steps: int = 0
    total_steps: int = 10_000
    final_factor: float = 0.0
    decay_steps: int = 10_000
    decay_factor: float = 0.9

    def __post_init__(self) -> None:
        if self.warmup_steps < 0 or self.total_steps < 1 or self.decay_steps < 1:
            raise ValueError("warmup_steps must not be negative; other steps must be at least 1")
        if not 0 <= self.final_factor <= 1 or not 0 < self.decay_factor <= 1:
            raise ValueError("final_factor and decay_factor must be between 0 and 1")


@dataclass(frozen=True)
class Phase:
    """One player. It moves only `parameters`, from `start_step` on, every `every` steps."""

    parameters: Iterable[nn.Parameter]
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)
    start_step: int = 0
    every: int = 1

    def has_turn(self, step: int) -> bool:
        return step >= self.start_step and (step - self.start_step) % self.every == 0
