"""What a run will cost, said before it starts: measured on real steps."""

import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
import torch

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.models import Model
from menura.recipes import Training

MOST_TURNS = 8  # steps timed in a round, where players take turns
ENOUGH_STEPS, ENOUGH_S = 5, 2.0  # of which the median is taken: a single step may be disturbed


@dataclass(frozen=True)
class Estimate:
    """paces: (first step, seconds a step from there on); players that join later change it.
    memory_gb: of this process. disk_gb: of the run."""

    paces: tuple[tuple[int, float], ...]
    memory_gb: float
    disk_gb: float

    def seconds(self, n_steps: int) -> float:
        """What so many steps take."""
        ends = [first for first, _ in self.paces[1:]] + [n_steps]
        return sum(
            max(0, min(end, n_steps) - first) * pace
            for (first, pace), end in zip(self.paces, ends, strict=True)
        )

    def steps(self, seconds: float) -> int:
        """How many steps fit into so much time."""
        for first, pace in reversed(self.paces):
            if (begun := self.seconds(first)) <= seconds:
                return first + round((seconds - begun) / pace)
        return 0

    def line(
        self,
        n_steps: int | None,
        minutes: float | None,
        steps_per_epoch: int,
        soonest: int | None = None,
    ) -> str:
        """In words, for what was asked: so many steps, or so many minutes. soonest: the step at
        which it can end by itself (see `soonest_end`)."""
        if n_steps is not None:
            length = f"{n_steps} steps in about {clock(self.seconds(n_steps))}"
        elif minutes is not None:
            n_steps = self.steps(minutes * 60)
            length = f"about {n_steps} steps in {minutes:g} min"
        else:
            length = "until it is stopped: Ctrl-C keeps what was learnt"
            if soonest is not None:
                length = (
                    "until the held-out value stops falling, at the soonest after about "
                    f"{clock(self.seconds(soonest))}"
                )
            length += " (--minutes or --steps limit it)"
        passes = f", {n_steps / steps_per_epoch:.1f} passes over the data" if n_steps else ""
        return (
            f"{self._pace(n_steps)}: {length}{passes}; "
            f"about {self.memory_gb:.1f} GB of memory and {self.disk_gb:.2f} GB of disk"
        )

    def _pace(self, n_steps: int | None) -> str:
        (_, pace), *later = self.paces
        reached = [(first, s) for first, s in later if n_steps is None or first < n_steps]
        return f"{pace:.3f} s a step" + "".join(f" ({s:.3f} s from {f})" for f, s in reached)


def soonest_end(settings: Training) -> int:
    """The step at which nothing has been gained for so long that training ends, if all that was to
    be gained was there at the first look; or the last that there is."""
    gaining = settings.evaluate_every * (1 + settings.patience * (settings.n_drops + 1))
    return min(gaining, settings.max_steps)


def measure(
    model: Model, step: Callable[[int], None], run: Path, n_steps: float = math.inf
) -> Estimate:
    """Time `step` (an optimiser step of that number, its batch included, that leaves no trace) as
    each of the model's players joins before n_steps; size up the rest.

    Raises MenuraError when the disk has no room for the run.
    """
    phases = list(model.phases().values())
    n_turns = min(math.lcm(*(phase.every for phase in phases)), MOST_TURNS)
    step(0)  # the first one also warms up
    firsts = sorted({phase.start_step for phase in phases if phase.start_step < n_steps})
    paces = tuple((first, _pace(step, first, n_turns)) for first in firsts or [0])
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    # Beside what is in use now: a copy of the weights and their two moments, kept to go back to.
    memory = in_use(next(model.parameters()).device) + 3 * weights
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
    return Estimate(paces, memory / 1e9, disk / 1e9)


def in_use(device: torch.device) -> int:
    """Bytes of this process, and on the device that it computes on; what it had on another one
    before, as a server may have, is of no concern."""
    on_device = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else 0
    return int(psutil.Process().memory_info().rss) + on_device


def _pace(step: Callable[[int], None], first: int, n_turns: int) -> float:
    """Seconds a step: the median of rounds of turns, as many as come to five steps or two
    seconds."""
    if first:
        step(first)  # who joins has warmed up
    took: list[float] = []
    while len(took) * n_turns < ENOUGH_STEPS and sum(took) < ENOUGH_S:
        start = time.perf_counter()
        for number in range(first, first + n_turns):
            step(number)
        took.append(time.perf_counter() - start)
    return median(took) / n_turns


def clock(seconds: float) -> str:
    """5400 → "1 h 30 min"; 75 → "1 min 15 s"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
