"""LSTM and GRU layers: over a window at once, one frame at a time, with dropout inside.

Dropout is of the recurrence itself, as the `recurrent_dropout` of Keras: one mask a layer on
h(t − 1), the same at every frame of a window, is variational (Gal & Ghahramani 2016, section 4).
The rows of a batch share it. Masking h(t − 1) is then masking columns of the recurrent weights
(as Merity, Keskar & Socher 2018 drop them), so that the fused kernels, which know of no mask, do
all the work: dropout costs nothing.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float32
from torch import Tensor, nn

Cell = Literal["lstm", "gru"]
State = Float32[Tensor, "states layers batch hidden"]
Inputs = Float32[Tensor, "batch frames inputs"]
Hidden = Float32[Tensor, "batch frames hidden"]
Masks = Float32[Tensor, "layers hidden"]


class Recurrence(nn.Module):
    """Layers on top of each other. The state of an LSTM is (h, c), that of a GRU is (h)."""

    def __init__(self, cell: Cell, n_inputs: int, n_hidden: int, n_layers: int):
        super().__init__()
        self.cell, self.n_hidden, self.n_layers = cell, n_hidden, n_layers
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.layers = kind(n_inputs, n_hidden, n_layers, batch_first=True)
        self._open_forget_gates()

    def at_rest(self, n: int) -> State:
        """The state of n rows that have heard nothing."""
        n_states = 2 if self.cell == "lstm" else 1
        return self._weights(0)[0].new_zeros(n_states, self.n_layers, n, self.n_hidden)

    def draw_masks(self, dropout: float, rng: torch.Generator) -> Masks:
        """0 for hidden units that are dropped, 1 / (1 − dropout) for the others."""
        shape = self.n_layers, self.n_hidden
        kept = torch.rand(shape, generator=rng, device=rng.device) >= dropout
        return kept.float() / (1 - dropout)

    def forward(
        self, inputs: Inputs, state: State, masks: Masks | None = None
    ) -> tuple[Hidden, State]:
        """The top layer's h at every frame, and the state after the last."""
        weights = self._flat(masks)
        options = True, self.n_layers, 0.0, self.training, False, True
        if self.cell == "lstm":
            start = [state[0].contiguous(), state[1].contiguous()]
            hidden, h, c = torch.lstm(inputs, start, weights, *options)
            return hidden, torch.stack([h, c]).float()
        hidden, h = torch.gru(inputs, state[0].contiguous(), weights, *options)
        return hidden, h[None].float()

    def step(self, inputs: Float32[Tensor, "batch inputs"], state: State) -> State:
        """The state after one more frame; `state[0, -1]` is the top layer's h.

        For a frame at a time: the fused kernels of `forward` lay out all weights anew each call.
        """
        move = _lstm_step if self.cell == "lstm" else _gru_step
        layers = []
        for layer in range(self.n_layers):
            after = move(inputs, state[:, layer], self._weights(layer))
            layers.append(after)
            inputs = after[0]
        return torch.stack(layers, dim=1)

    def weights(self) -> list[tuple[Tensor, ...]]:
        """Of each layer, as `_weights`."""
        return [self._weights(layer) for layer in range(self.n_layers)]

    def _weights(self, layer: int) -> tuple[Tensor, ...]:
        """Input weights, recurrent weights, their biases; gates in PyTorch's order."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return tuple(getattr(self.layers, f"{name}_l{layer}") for name in names)

    def _flat(self, masks: Masks | None) -> list[Tensor]:
        found: list[Tensor] = []
        for layer in range(self.n_layers):
            from_input, from_h, *biases = self._weights(layer)
            found += [from_input, from_h if masks is None else from_h * masks[layer], *biases]
        return found

    def _open_forget_gates(self) -> None:
        """Forget bias 1 (Jozefowicz, Zaremba & Sutskever 2015), so that memory comes first."""
        if self.cell != "lstm":
            return
        for layer in range(self.n_layers):
            bias = self._weights(layer)[3]
            nn.init.constant_(bias[self.n_hidden : 2 * self.n_hidden], 1.0)


def _lstm_step(
    inputs: Float32[Tensor, "batch inputs"],
    state: Float32[Tensor, "2 batch hidden"],
    weights: Sequence[Tensor],
) -> Float32[Tensor, "2 batch hidden"]:
    from_input, from_h, bias, other_bias = weights
    n = from_h.shape[1]
    gates = torch.addmm(bias + other_bias, inputs, from_input.T).addmm_(state[0], from_h.T)
    gates[:, : 2 * n].sigmoid_()
    gates[:, 3 * n :].sigmoid_()
    enter, forget, new, leave = gates.chunk(4, dim=1)
    after = torch.empty_like(state)
    torch.mul(forget, state[1], out=after[1]).addcmul_(enter, new.tanh_())
    torch.tanh(after[1], out=after[0]).mul_(leave)
    return after


def _gru_step(
    inputs: Float32[Tensor, "batch inputs"],
    state: Float32[Tensor, "1 batch hidden"],
    weights: Sequence[Tensor],
) -> Float32[Tensor, "1 batch hidden"]:
    from_input, from_h, bias, other_bias = weights
    n, h = from_h.shape[1], state[0]
    heard = torch.addmm(bias, inputs, from_input.T)
    known = torch.addmm(other_bias, h, from_h.T)
    reset, update = (heard[:, : 2 * n] + known[:, : 2 * n]).sigmoid_().chunk(2, dim=1)
    new = torch.addcmul(heard[:, 2 * n :], reset, known[:, 2 * n :]).tanh_()
    return torch.lerp(new, h, update)[None]
