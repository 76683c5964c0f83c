"""Layers of dilated causal convolutions with gates (van den Oord et al. 2016, sections 2.1–2.5).

Numbers of an alphabet in, logits of the next number out, for all times at once: how a WaveNet is
trained. The loops beside this file play the same weights one number at a time.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

Numbers = Int64[Tensor, "batch time"]
Conditions = Float[Tensor, "batch steps layers gates"]
Signal = Float[Tensor, "batch time width"]


@dataclass(frozen=True)
class StackSizes:
    """width: channels of the residual way and of the gates. n_skip: of the sum of all layers and of
    the layer after it. The dilations 1, 2, 4, …, 2^(n_doublings − 1) come n_cycles times."""

    width: int
    n_skip: int
    n_cycles: int
    n_doublings: int
    n_classes: int

    @property
    def dilations(self) -> tuple[int, ...]:
        return tuple(2**power for power in range(self.n_doublings)) * self.n_cycles

    @property
    def receptive_field(self) -> int:
        """Numbers before a number that have a say in it."""
        return sum(self.dilations) + 2

    @property
    def n_products(self) -> int:
        """Multiply-adds that a number takes when nothing is computed twice."""
        n, w, s = len(self.dilations), self.width, self.n_skip
        return n * (4 * w * w + w * s) + (n - 1) * w * w + s * s + s * self.n_classes


class Stack(nn.Module):
    """Weights of all layers side by side, the inputs of a product before its outputs.

    entering: what a number is when it was the last but one, and the last; row 0 is no number, as
        before the beginning. past, now: from both ends of a dilated convolution to the gates
        (filters, then gates). skip: from the outputs of all layers to their sum, layer by layer.
    """

    def __init__(self, sizes: StackSizes):
        super().__init__()
        self.sizes = sizes
        n, w, s = len(sizes.dilations), sizes.width, sizes.n_skip
        self.entering = nn.Parameter(torch.randn(2, sizes.n_classes + 1, w) / 2**0.5)
        self.past = _weights(n, w, 2 * w, fan_in=2 * w)
        self.now = _weights(n, w, 2 * w, fan_in=2 * w)
        self.gate_bias = nn.Parameter(torch.zeros(n, 2 * w))
        # The last layer speaks through its skip alone.
        self.residual = _weights(n - 1, w, w, fan_in=w)
        self.residual_bias = nn.Parameter(torch.zeros(n - 1, w))
        self.skip = _weights(n * w, s, fan_in=w)
        self.skip_bias = nn.Parameter(torch.zeros(s))
        self.between = _weights(s, s, fan_in=s)
        self.between_bias = nn.Parameter(torch.zeros(s))
        self.leaving = _weights(s, sizes.n_classes, fan_in=s)
        self.leaving_bias = nn.Parameter(torch.zeros(sizes.n_classes))

    def forward(
        self, numbers: Numbers, conditions: Conditions | None = None, hold: int = 1
    ) -> Float[Tensor, "batch time classes"]:
        """Logits of each number by those before it.

        conditions: what is added to every layer's gates, each step for `hold` numbers; one step
            is held for all.
        """
        x = self._entered(numbers)
        said = []
        # All layers' weights are parted at once: one by one, each would have a gradient as large
        # as that of all.
        ends, biases = torch.cat([self.past, self.now], dim=1).unbind(), self.gate_bias.unbind()
        residual, residual_bias = self.residual.unbind(), self.residual_bias.unbind()
        for layer, dilation in enumerate(self.sizes.dilations):
            past = nn.functional.pad(x, (0, 0, dilation, 0))[:, : x.shape[1]]
            gates = torch.cat([past, x], dim=2) @ ends[layer] + biases[layer]
            if conditions is not None:
                gates = _held(gates, conditions[:, :, layer], hold)
            filters, opened = gates.chunk(2, dim=2)
            z = filters.tanh() * opened.sigmoid()
            said.append(z)
            if layer + 1 < len(self.sizes.dilations):
                x = x + z @ residual[layer] + residual_bias[layer]
        summed = (torch.cat(said, dim=2) @ self.skip + self.skip_bias).relu()
        between = (summed @ self.between + self.between_bias).relu()
        logits: Tensor = between @ self.leaving + self.leaving_bias
        return logits

    def _entered(self, numbers: Numbers) -> Signal:
        """The two numbers before each, looked up."""
        rows = nn.functional.pad(numbers + 1, (2, 0))  # row 0: no number yet
        return nn.functional.embedding(rows[:, 1:-1], self.entering[1]) + nn.functional.embedding(
            rows[:, :-2], self.entering[0]
        )


def _held(
    gates: Float[Tensor, "batch time gates"], steps: Float[Tensor, "batch steps gates"], hold: int
) -> Float[Tensor, "batch time gates"]:
    if steps.shape[1] == 1:
        return gates + steps
    return gates + steps.repeat_interleave(hold, dim=1)[:, : gates.shape[1]]


def _weights(*shape: int, fan_in: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(*shape) / fan_in**0.5)
