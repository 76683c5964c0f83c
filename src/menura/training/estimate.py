"""What a run will cost, said before it starts: measured on one real step."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.models import Model


@dataclass(frozen=True)
class Estimate:
    """step_s: seconds an optimiser step takes. memory_gb: of this process. disk_gb: of the run."""

    step_s: float
    memory_gb: float
    disk_gb: float

    def line(self, n_steps: int | None, minutes: float | None, steps_per_epoch: int) -> str:
        """In words, for what was asked: so many steps, or so many minutes."""
        if n_steps is not None:
            length = f"{n_steps} steps in about {clock(n_steps * self.step_s)}"
        elif minutes is not None:
            n_steps = round(minutes * 60 / self.step_s)
            length = f"about {n_steps} steps in {minutes:g} min"
        else:
            length = "until the held-out value stops falling (--minutes or --steps limit it)"
        passes = f", {n_steps / steps_per_epoch:.1f} passes over the data" if n_steps else ""
        return (
            f"{self.step_s:.3f} s a step: {length}{passes}; "
            f"about {self.memory_gb:.1f} GB of memory and {self.disk_gb:.2f} GB of disk"
        )


def measure(model: Model, step: Callable[[], None], run: Path) -> Estimate:
    """Time `step` (an optimiser step, its batch included, that leaves no trace); size up the rest.

    Raises MenuraError when the disk has no room for the run.
    """
    step()  # the first one also warms up
    start = time.perf_counter()
    step()
    step_s = time.perf_counter() - start
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    # Beside what is in use now: a copy of the weights and their two moments, kept to go back to.
    memory = psutil.Process().memory_info().rss + 3 * weights
    if torch.cuda.is_available():
        memory += torch.cuda.max_memory_allocated()
    # Weights once in the system and, with two moments and an average, in the checkpoint; each is
    # written beside its predecessor before it takes its place. Previews: some tens of MB.
    disk = 2 * (1 + 4) * weights + 50e6
    run.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(run).free
    if free < disk:
        raise MenuraError(
            f"{printable(str(run))}: needs about {disk / 1e9:.2f} GB of disk, "
            f"{free / 1e9:.2f} GB is free; make room or give --out on another disk"
        )
    return Estimate(step_s, memory / 1e9, disk / 1e9)


def clock(seconds: float) -> str:
    """5400 → "1 h 30 min"; 75 → "1 min 15 s"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
