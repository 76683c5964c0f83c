"""Exponential moving average of the weights: what is evaluated and saved when it is kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from menura.models import Model


class Average:
    """decay 0 keeps none. The decay rises with the steps, so that the first ones are not kept."""

    def __init__(self, model: Model, decay: float):
        self._model, self._decay = model, decay
        self.weights: dict[str, Tensor] = (
            {name: p.detach().clone() for name, p in model.named_parameters()} if decay else {}
        )

    def follow(self, step: int) -> None:
        """Take in the weights of a step (the first is 0)."""
        decay = min(self._decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, parameter in self._model.named_parameters():
                if name in self.weights:
                    self.weights[name].lerp_(parameter, 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The model has the averaged weights within the block."""
        if not self.weights:
            yield
            return
        own = {name: p.detach().clone() for name, p in self._model.named_parameters()}
        self._fill(self.weights)
        try:
            yield
        finally:
            self._fill(own)

    def _fill(self, weights: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self._model.named_parameters():
                parameter.copy_(weights[name])
