"""How far a run has come: everything that decides what happens next, as plain numbers."""

import math
from dataclasses import dataclass, field
from typing import Literal

from menura.recipes import Training


@dataclass
class Progress:
    """Saved in every checkpoint.

    step: optimiser steps done. seconds: time spent, over all resumes. best, best_step: of the
    held-out value. looks: evaluations since the best. drops: times the rate was lowered for want
    of improvement. rate: the product of all lowerings. skipped: non-finite steps in a row;
    restored: times the last good weights were put back since the best. sums, counts: of the
    losses since the last look. first: the held-out value before the first step, of a run that
    started from another system. heard_at_best, rising, warned: see `memorising`.
    """

    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    best_step: int = 0
    looks: int = 0
    drops: int = 0
    rate: float = 1.0
    skipped: int = 0
    restored: int = 0
    first: float | None = None
    heard_at_best: float | None = None
    rising: int = 0
    warned: bool = False
    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def take_in(self, losses: dict[str, float]) -> None:
        """Losses of a step, by name."""
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
            self.counts[name] = self.counts.get(name, 0) + 1

    def mean_losses(self) -> dict[str, float]:
        """Means over the steps since this was last asked."""
        means = {name: total / self.counts[name] for name, total in self.sums.items()}
        self.sums, self.counts = {}, {}
        return means

    def is_exhausted(self, settings: Training) -> bool:
        """Whether the last look ended the run."""
        return self.drops > settings.n_drops

    def look(self, value: float, settings: Training) -> Literal["best", "wait", "drop", "stop"]:
        """Take in a held-out value: what to do about it.

        best: save it. drop: the rate has been lowered. stop: nothing more is to be had.
        """
        if math.isfinite(value) and (self.best is None or value < self.best):
            self.best, self.best_step, self.looks, self.restored = value, self.step, 0, 0
            return "best"
        self.looks += 1
        if self.looks < settings.patience:
            return "wait"
        self.looks = 0
        self.drops += 1
        if self.is_exhausted(settings):
            return "stop"
        self.rate *= settings.drop_factor
        return "drop"
