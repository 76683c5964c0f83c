"""One optimiser step: every phase that has its turn, in order."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from menura.foundation.devices import Compute
from menura.foundation.seeds import derive
from menura.models import Batch, Model
from menura.recipes import Training
from menura.training.adapters import Adapters
from menura.training.device import fabric_on
from menura.training.optimizing import build_optimizer, rate_factor, set_rate


class NotFiniteError(Exception):
    """A loss or a gradient is not finite; no weight has been moved by that phase."""


class Stepper:
    """The model and its optimisers on their device, in their precision.

    adapters: trained in place of the model's weights, if there are some.
    """

    def __init__(
        self,
        model: Model,
        settings: Training,
        compute: Compute,
        seed: int,
        adapters: Adapters | None = None,
    ):
        self.model, self._settings, self._seed = model, settings, seed
        self._adapters = adapters
        self.fabric = fabric_on(compute)
        self._phases = model.phases() if adapters is None else adapters.phases(model.phases())
        self.optimizers = {name: build_optimizer(phase) for name, phase in self._phases.items()}
        self._module, *wrapped = self.fabric.setup(model, *self.optimizers.values())
        if adapters is not None:
            adapters.to(self.fabric.device)
        # The wrapped ones step as the device needs it; the bare ones hold the state.
        self._wrapped = dict(zip(self._phases, wrapped, strict=True))

    def step(self, batch: Batch, step: int, rate: float, fallen: float = 1.0) -> dict[str, float]:
        """Descend once. Returns the losses by "phase/name".

        fallen: factor for the first player's rate, beside the rate of all; critics, which may have
        joined a moment ago, go on learning while what they judge comes to rest.

        Raises NotFiniteError; phases before the bad one have then moved their weights.
        """
        self.model.train()
        said: dict[str, float] = {}
        first = next(iter(self._phases))
        for name, phase in self._phases.items():
            if not phase.has_turn(step):
                continue
            optimizer = self._wrapped[name]
            factor = rate * rate_factor(phase.schedule, step - phase.start_step)
            factor *= fallen if name == first else 1.0
            set_rate(self.optimizers[name], phase.optimizer, factor)
            self.model.zero_grad(set_to_none=True)
            # Not through the wrapped module: its forward takes a third more time for a codec.
            with self._drawing_alike(step, name), self.fabric.autocast():
                losses = self.model.losses(batch, name, self._rng(step, name))
            _check(losses["total"], f"the loss of {name}")
            self.fabric.backward(losses["total"])
            if self._adapters is not None:
                self._adapters.take_gradients()
            norm = self.fabric.clip_gradients(
                self._module, optimizer, max_norm=self._settings.clip_norm, error_if_nonfinite=False
            )
            _check(norm, f"the gradient of {name}")
            if self._settings.clip_value:
                self.fabric.clip_gradients(
                    self._module, optimizer, clip_val=self._settings.clip_value
                )
            optimizer.step()
            if self._adapters is not None:
                self._adapters.merge()
            said |= {f"{name}/{key}": float(value.detach()) for key, value in losses.items()}
        return said

    @contextmanager
    def _drawing_alike(self, step: int, phase: str) -> Iterator[None]:
        """PyTorch's own generator, from which dropout draws, also goes by the step alone."""
        device = self.fabric.device
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.manual_seed(derive(self._seed, "dropout", phase, step))
            yield

    def _rng(self, step: int, phase: str) -> torch.Generator:
        """A function of the step, so that a resumed run draws the same."""
        generator = torch.Generator(device=self.fabric.device)
        return generator.manual_seed(derive(self._seed, "losses", phase, step))


def _check(value: Tensor | None, what: str) -> None:
    if value is not None and not torch.isfinite(value.detach()).all():
        raise NotFiniteError(what)
