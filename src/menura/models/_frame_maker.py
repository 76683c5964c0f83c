"""Frames of a recurrent network with a mixture, made one after the other by compiled loops."""

from typing import Literal

import numpy as np
import torch
from jaxtyping import Float32, Shaped
from torch import Tensor

from menura.foundation.each import each
from menura.models._arrays import as_array
from menura.models._outputs import LEAST_SCALE, TINY, MixtureOutput, gumbel
from menura.models._recurrence import Recurrence, State

Bits = Literal[8, 16]
MOST: dict[int, int] = {8: 127, 16: 32_767}
Matrix = tuple[
    Shaped[np.ndarray, "packed packed_columns"],
    Float32[np.ndarray, " packed"],
    Float32[np.ndarray, " packed"],
]
"""Weights as whole numbers (8 bits: 0…255, with ZERO in the middle), what one of them is worth in
each row, biases."""


class FrameMaker:
    """Holds the weights as they were when it was built, as whole numbers of so many bits.

    The largest of a row is the largest of these numbers, so that rounding moves no weight by more
    than 1/65,534 of that (16 bits; with 8 bits 1/254, and what they are multiplied by is rounded
    in the same way, for a few times the speed). Pieces are made side by side, each in a thread,
    and bit by bit as if each were made alone from the same state.
    """

    def __init__(self, network: Recurrence, output: MixtureOutput, bits: Bits = 16):
        self._layers = tuple(
            (_packed(from_input, bias, bits), _packed(from_h, other_bias, bits))
            for from_input, from_h, bias, other_bias in network.weights()
        )
        self._output = _packed(output.linear.weight, output.linear.bias, bits)
        self._directions = as_array(output.directions)

    def make(
        self,
        state: State,
        normal: Float32[Tensor, "batch frames features"],
        chance: Float32[Tensor, "batch frames draws"],
        temperature: float,
    ) -> tuple[Float32[Tensor, "batch frames features"], State]:
        """Frames that follow the state, and the state after them. Computed on the CPU."""
        from menura.models._frame_loops import make_frames

        states = np.array(as_array(state).transpose(2, 0, 1, 3), order="C")  # moved on in place
        normals, gumbels = as_array(normal), as_array(gumbel(chance))
        made = np.empty_like(normals)

        def make_row(row: int) -> None:
            make_frames(
                *(made[row], normals[row], gumbels[row], np.float32(temperature), states[row]),
                *(self._layers, self._output, self._directions, np.float32(LEAST_SCALE)),
            )

        each(make_row, range(len(made)), torch.get_num_threads())
        after = torch.from_numpy(states.transpose(1, 2, 0, 3))
        return torch.from_numpy(made).to(normal.device), after.to(state.device)


def _packed(
    weight: Float32[Tensor, "rows columns"], bias: Float32[Tensor, " rows"], bits: Bits
) -> Matrix:
    """Rows and columns of zeros make their numbers multiples of what the loops take at once."""
    from menura.models._frame_loops import COLUMNS, ROWS, ZERO

    missing = -len(weight) % ROWS
    missing_columns = -weight.shape[1] % COLUMNS if bits == 8 else 0
    weights = np.pad(as_array(weight), ((0, missing), (0, missing_columns)))
    scales = np.maximum(np.abs(weights).max(axis=1), TINY) / MOST[bits]
    whole = np.rint(weights / scales[:, None]).astype(np.int16)
    if bits == 8:
        whole = (whole + ZERO).astype(np.uint8)
    return whole, scales.astype(np.float32), np.pad(as_array(bias), (0, missing))
