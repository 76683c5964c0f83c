"""A bidirectional LSTM over a window that moves on by a frame at a time, for playing.

Of a window that moves on, only one frame is new: what the others say to the first layer's gates,
most of all there is to compute where a frame is an image, is kept. The recursion itself is small
and starts anew for each window, so it is a compiled loop.
"""

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor, nn
from torch.nn import functional as F

from menura.foundation.each import each
from menura.models._arrays import as_array

Heard = Float32[Tensor, "batch frames 2 gates"]
"""What frames say to the gates of the first layer, forwards and backwards."""
State = Float32[Tensor, "batch hidden"]
Matrix = tuple[Float32[np.ndarray, "_ _"], Float32[np.ndarray, " _"], Float32[np.ndarray, " _"]]
"""Weights, what one of them is worth in each row (they are as they are: 1), biases."""


class WindowReader:
    """Holds the weights of the upper layers as they were when it was built; no dropout.

    Windows are read side by side, each in a thread, and bit by bit as if each were alone.
    """

    def __init__(self, network: nn.LSTM):
        self._network = network
        self._n_states = 2 * network.hidden_size
        self._layers = tuple(self._layer(number) for number in range(network.num_layers))

    def hear(self, frames: Float32[Tensor, "batch frames read"]) -> Heard:
        """Of each frame by itself: what is kept while it stays in the window."""
        weights, biases = self._of("weight_ih", 0), self._of("bias_ih", 0)
        both = [F.linear(frames, *parts) for parts in zip(weights, biases, strict=True)]
        return torch.stack(both, dim=2)

    def read(self, heard: Heard) -> State:
        """The last layer's state at the end of either direction. Computed on the CPU."""
        from menura.models._window_loops import read_window

        windows = as_array(heard)
        states = np.empty((len(windows), self._n_states), np.float32)

        def read_row(row: int) -> None:
            read_window(states[row], windows[row], self._layers)

        each(read_row, range(len(states)), torch.get_num_threads())
        return torch.from_numpy(states).to(heard.device)

    def _layer(self, number: int) -> tuple[Matrix, Matrix, Matrix]:
        """From the layer below to both directions (the first: `hear`), from h to each."""
        weight, bias = torch.zeros(0, 0), torch.zeros(0)
        if number > 0:
            weight = torch.cat(self._of("weight_ih", number))
            bias = torch.cat(self._of("bias_ih", number))
        weights, biases = self._of("weight_hh", number), self._of("bias_hh", number)
        forwards, backwards = map(_matrix, weights, biases)
        return _matrix(weight, bias), forwards, backwards

    def _of(self, name: str, layer: int) -> tuple[Tensor, Tensor]:
        """Forwards and backwards, under PyTorch's names."""
        own = f"{name}_l{layer}"
        return getattr(self._network, own), getattr(self._network, f"{own}_reverse")


def _matrix(weight: Float32[Tensor, "rows columns"], bias: Float32[Tensor, " rows"]) -> Matrix:
    return as_array(weight), np.ones(len(weight), np.float32), as_array(bias)
