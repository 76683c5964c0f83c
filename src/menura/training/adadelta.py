"""AdaDelta that goes through memory once: PyTorch's goes ten times, through temporaries as large
as the weights, and takes as long as a tenth of a step of a large LSTM."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

BLOCK = 1 << 16  # values whose weight, gradient and averages stay in a core's cache


class Adadelta(torch.optim.Adadelta):
    """Zeiler 2012, algorithm 1; what it computes and saves is torch.optim.Adadelta's."""

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient. closure: none is called."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    _move(parameter, self._averages(parameter), group)

    def _averages(self, parameter: Tensor) -> tuple[Tensor, Tensor]:
        """Of squared gradients and of squared moves, made at the first step."""
        state = self.state[parameter]
        if not state:
            state["step"] = torch.zeros(())
            state["square_avg"] = torch.zeros_like(parameter)
            state["acc_delta"] = torch.zeros_like(parameter)
        state["step"] += 1
        return state["square_avg"], state["acc_delta"]


def _move(parameter: Tensor, averages: tuple[Tensor, Tensor], group: dict[str, Any]) -> None:
    rho, eps, decay = group["rho"], group["eps"], group["weight_decay"]
    assert parameter.grad is not None
    if not parameter.is_contiguous():
        raise ValueError("Adadelta moves contiguous weights only")
    wholes = parameter, parameter.grad.contiguous(), *averages
    blocks = (whole.view(-1).split(BLOCK) for whole in wholes)  # type: ignore[no-untyped-call]
    for weight, raw, squares, moves in zip(*blocks, strict=True):
        gradient = raw.add(weight, alpha=decay) if decay else raw
        squares.mul_(rho).addcmul_(gradient, gradient, value=1 - rho)
        move = (moves + eps).sqrt_().div_((squares + eps).sqrt_()).mul_(gradient)
        moves.mul_(rho).addcmul_(move, move, value=1 - rho)
        weight.add_(move, alpha=-group["lr"])
