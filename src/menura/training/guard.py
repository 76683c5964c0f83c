"""Keeps a run alive through losses and gradients that are not finite.

Such a step is skipped. When they come one after another the weights themselves are going wrong:
those of the last look are put back and the rate is halved; a run that needs this too often is
ended. Phases of the step that came before the bad one have moved their weights; that is let be.
"""

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.models import Model
from menura.training.adapters import Adapters
from menura.training.average import Average
from menura.training.carried import carried_state, put_back
from menura.training.progress import Progress

SKIPS_BEFORE_RESTORING = 3
RESTORES_BEFORE_GIVING_UP = 6


class HopelessError(MenuraError):
    """Training went wrong more often than it could be mended."""


class Guard:
    """Remembers the last good weights and, from step to step, the buffers."""

    def __init__(
        self,
        model: Model,
        optimizers: Mapping[str, torch.optim.Optimizer],
        average: Average,
        progress: Progress,
        reporter: Reporter,
        adapters: Adapters | None = None,
    ):
        self._adapters = adapters
        self._model, self._optimizers, self._average = model, optimizers, average
        self._progress, self._reporter = progress, reporter
        self._buffers: dict[str, Tensor] = {}
        self._good: dict[str, Any] = {}
        self.remember()

    def remember(self) -> None:
        """These weights are good (they have just been evaluated)."""
        self._good = {}  # let go first: twice the weights and moments would be the peak of memory
        self._good = {
            "model": {k: v.detach().clone() for k, v in self._model.state_dict().items()},
            "carried": carried_state(self._model),
            "average": {k: v.clone() for k, v in self._average.weights.items()},
            "adapters": {k: p.detach().clone() for k, p in self._adapting()},
            "optimizers": {
                k: copy.deepcopy(dict(o.state_dict())) for k, o in self._optimizers.items()
            },
        }

    def before_step(self) -> None:
        """Buffers change in the forward pass, before anyone knows whether it was finite."""
        self._buffers = {name: b.clone() for name, b in self._model.named_buffers()}

    def accept(self) -> None:
        """The step was finite."""
        self._progress.skipped = 0

    def refuse(self, what: str) -> None:
        """The step was not: undo what it did, and answer."""
        put_back(self._model, self._buffers)
        self._progress.skipped += 1
        if self._progress.skipped < SKIPS_BEFORE_RESTORING:
            self._reporter.warn(f"step {self._progress.step}: {what} is not finite; step skipped")
            return
        self._progress.skipped = 0
        self._progress.restored += 1
        if self._progress.restored > RESTORES_BEFORE_GIVING_UP:
            self._restore()
            raise HopelessError(
                f"training goes wrong again and again ({what} is not finite); what was good is "
                "kept; try a lower rate, e.g. --set model.optimizer.learning_rate=1e-4"
            )
        self._progress.rate *= 0.5
        self._restore()
        self._reporter.warn(
            f"step {self._progress.step}: {what} is not finite {SKIPS_BEFORE_RESTORING} times in a "
            f"row; went back to the last good weights, at {self._progress.rate:g} × the rate"
        )

    def _restore(self) -> None:
        self._model.load_state_dict(self._good["model"])
        for name, parameter in self._adapting():
            parameter.data.copy_(self._good["adapters"][name])
        for name, optimizer in self._optimizers.items():
            optimizer.load_state_dict(copy.deepcopy(self._good["optimizers"][name]))
        put_back(self._model, self._good["carried"])
        for name, value in self._good["average"].items():
            self._average.weights[name].copy_(value)

    def _adapting(self) -> list[tuple[str, torch.nn.Parameter]]:
        return [] if self._adapters is None else list(self._adapters.named_parameters())
