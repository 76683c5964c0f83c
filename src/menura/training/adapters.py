"""Low-rank adapters: little music moves few numbers.

A weight matrix W stands as W₀ + B·A, of which W₀ is kept as it was learnt from much music and only
A (rank × inputs) and B (outputs × rank) are trained (Hu et al. 2021, section 4.1). The model holds
the sum at every moment, so that nothing else need know of adapters: what is evaluated, averaged and
saved are ordinary weights. The gradient of the sum is taken and handed on: dA = Bᵀ·dW, dB = dW·Aᵀ.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from menura.foundation.seeds import derive
from menura.models import Model, Phase


class Adapters(nn.Module):
    """Those of the weights that the model names (`Model.adaptable`); its others stay as they are.

    Its state holds W₀, A and B of each: all that a stopped run needs to go on.
    """

    def __init__(self, model: Model, rank: int, seed: int):
        super().__init__()
        self._names = model.adaptable()
        if not self._names:
            raise ValueError(f"{type(model).__name__} names no weights to adapt")
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        generator = torch.Generator().manual_seed(derive(seed, "adapters"))
        self._weights = [model.get_parameter(name) for name in self._names]
        self.down, self.up = nn.ParameterList(), nn.ParameterList()
        for number, weight in enumerate(self._weights):
            weight.requires_grad_(True)  # its gradient is what the adapter's are made of
            n_out, n_in = weight.shape
            n = min(rank, n_out, n_in)
            # Of deviation 1/√rank: a step of B then moves W about as far as one of W itself would.
            drawn = torch.randn(n, n_in, generator=generator) / math.sqrt(n)
            self.down.append(nn.Parameter(drawn))
            self.up.append(nn.Parameter(torch.zeros(n_out, n)))
            self.register_buffer(f"base_{number}", weight.detach().clone())

    def phases(self, phases: Mapping[str, Phase]) -> dict[str, Phase]:
        """The players of a model, each with adapters in place of its weights; a player that has
        none of the adapted weights has no turn."""
        places = {id(weight): number for number, weight in enumerate(self._weights)}
        found = {}
        for name, phase in phases.items():
            own = [places[id(one)] for one in phase.parameters if id(one) in places]
            if own:
                mine = tuple(part[number] for number in own for part in (self.down, self.up))
                found[name] = replace(phase, parameters=mine)
        return found

    @torch.no_grad()
    def take_gradients(self) -> None:
        """Those of the weights, which are none themselves afterwards."""
        for weight, down, up in zip(self._weights, self.down, self.up, strict=True):
            gradient = weight.grad
            down.grad = None if gradient is None else up.T @ gradient
            up.grad = None if gradient is None else gradient @ down.T
            weight.grad = None

    @torch.no_grad()
    def merge(self) -> None:
        """The model's weights as the adapters now have them."""
        for number, weight in enumerate(self._weights):
            weight.copy_(self._base(number).addmm(self.up[number], self.down[number]))

    def n_numbers(self) -> int:
        """How many are trained."""
        return sum(parameter.numel() for parameter in self.parameters())

    def _base(self, number: int) -> Tensor:
        base: Tensor = self.get_buffer(f"base_{number}")
        return base
