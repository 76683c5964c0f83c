"""A stack as it plays: weights laid out for the compiled loops, and the state of its strands."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Float64, Int64
from torch import Tensor

from menura.models._wavenet.stack import Stack, StackSizes

FILLED = 32  # channels are filled up with zeros to a multiple of this
MOST_AHEAD = 16  # samples for which the products of the past are made at once
TOGETHER = 4  # pieces that one thread plays together

Array = Float32[np.ndarray, "..."]
Drawn = Int64[np.ndarray, "pieces _"]
Chances = Float64[np.ndarray, "pieces _"]


@dataclass(frozen=True)
class Drawing:
    """How numbers are drawn: at temperature 0 the likeliest. guidance: see Player.begin."""

    temperature: float = 1.0
    guidance: float = 1.0


class Strands:
    """What pieces that are played together have heard. They all are at the same sample."""

    def __init__(self, n: int, sizes: StackSizes, plan: Int64[np.ndarray, "layers 5"]):
        width = _filled_up(sizes.width)
        n_ring = int(plan[:, 2].sum()) + len(plan)
        self.clock = np.zeros(1, np.int64)
        self.heard = np.zeros((n, 2), np.int64)
        self.rings = np.zeros((n, n_ring * width), np.float32)
        self.aheads = np.zeros((n, int(plan[:, 1].sum()) * 2 * width), np.float32)


class Player:
    """Plays a stack's weights as they are now, on the CPU, in float32, whatever its device."""

    def __init__(self, stack: Stack):
        self.sizes, self.plan = stack.sizes, _plan(stack.sizes)
        w, s = _filled_up(stack.sizes.width), _filled_up(stack.sizes.n_skip)
        c, n = _filled_up(stack.sizes.n_classes), len(stack.sizes.dilations)
        gates = _fill(_array(stack.gate_bias).reshape(n, 2, -1), n, 2, w)
        self.gate_bias = gates.reshape(n, 2 * w)
        self._layers = (
            _fill(_array(stack.entering), 2, stack.sizes.n_classes + 1, w),
            *(_gate_weights(end, w) for end in (stack.past, stack.now)),
            _fill(_array(stack.residual), n - 1, w, w).reshape(-1),
            _fill(_array(stack.residual_bias), n - 1, w),
        )
        skip = _array(stack.skip).reshape(n, -1, stack.sizes.n_skip)
        self._output = (
            _fill(skip, n, w, s).reshape(-1),
            _fill(_array(stack.skip_bias), s),
            _fill(_array(stack.between), s, s).reshape(-1),
            _fill(_array(stack.between_bias), s),
            _fill(_array(stack.leaving), s, c).reshape(-1),
            _fill(_array(stack.leaving_bias), c),
        )

    def strands(self, n: int) -> Strands:
        """n strands that have heard nothing."""
        return Strands(n, self.sizes, self.plan)

    def told(
        self, conditions: Float32[Tensor, "strands steps layers gates"] | None, n_strands: int
    ) -> Float32[np.ndarray, "strands steps layers filled"]:
        """What the layers' gates are told, biases included."""
        n, w = len(self.plan), self.sizes.width
        if conditions is None:
            return np.tile(self.gate_bias, (n_strands, 1, 1, 1))
        said = _array(conditions).reshape(*conditions.shape[:2], n, 2, w)
        filled = _fill(said, *said.shape[:-1], _filled_up(w)).reshape(*conditions.shape[:2], n, -1)
        added: Array = filled + self.gate_bias
        return added

    def play(
        self,
        strands: Strands,
        conditions: Array,
        hold: int,
        given: Drawn,
        chances: Chances,
        drawing: Drawing = Drawing(),
        all_logits: Array | None = None,
    ) -> Drawn:
        """The next numbers of every piece: those given, then as many drawn as there are chances
        left over.

        conditions: see `told`; each of its steps is held for `hold` samples from the first sample
            of all on. Where there are two strands for a piece, side by side, a number is drawn from
            logits that are guidance times as far from the second's as the first's.
        all_logits: (strands, numbers, classes), filled if it is there.
        """
        from menura.models._wavenet.loops import play

        made = np.empty(chances.shape, np.int64)
        logits = all_logits
        if logits is None:
            logits = np.empty((len(strands.heard), 0, self.sizes.n_classes), np.float32)
        temperature, guidance = float(drawing.temperature), np.float32(drawing.guidance)

        def work(pieces: slice, some: slice, clock: Any) -> None:
            play(
                clock,
                strands.heard[some],
                strands.rings[some],
                strands.aheads[some],
                self.plan,
                self._layers,
                self._output,
                conditions[some],
                hold,
                given[pieces],
                (chances[pieces], temperature, guidance, self.sizes.n_classes, logits[some]),
                made[pieces],
            )

        shares = _shares(len(made), len(strands.heard) // len(made))
        clocks = [strands.clock.copy() for _ in shares]
        if len(shares) == 1 or torch.get_num_threads() == 1:
            for (pieces, some), clock in zip(shares, clocks, strict=True):
                work(pieces, some, clock)
        else:
            with ThreadPoolExecutor(torch.get_num_threads()) as pool:
                jobs = zip(shares, clocks, strict=True)
                for job in [pool.submit(work, *share, clock) for share, clock in jobs]:
                    job.result()
        strands.clock[:] = clocks[0]
        return made


def _shares(n_pieces: int, per_piece: int) -> Sequence[tuple[slice, slice]]:
    """Pieces, and their strands, in groups: as many as threads, or more where they grow large."""
    at_most = max(1, TOGETHER // per_piece)
    each = min(at_most, -(-n_pieces // torch.get_num_threads()))
    starts = range(0, n_pieces, each)
    return [
        (slice(a, min(a + each, n_pieces)), slice(a * per_piece, (a + each) * per_piece))
        for a in starts
    ]


def _plan(sizes: StackSizes) -> Int64[np.ndarray, "layers 5"]:
    """Of each layer: dilation, samples ahead, ring mask, where its ring and its ahead begin."""
    rows, ring_at, ahead_at = [], 0, 0
    width = _filled_up(sizes.width)
    for dilation in sizes.dilations:
        n_ahead = min(MOST_AHEAD, dilation)
        # Dilations are powers of 2: a place in a ring is found by a mask.
        rows.append((dilation, n_ahead, dilation - 1, ring_at, ahead_at))
        ring_at, ahead_at = ring_at + dilation * width, ahead_at + n_ahead * 2 * width
    return np.array(rows, np.int64)


def _gate_weights(end: Tensor, width: int) -> Array:
    n, w, _ = end.shape
    apart = _array(end).reshape(n, w, 2, w)
    return _fill(apart, n, width, 2, width).reshape(-1)


def _filled_up(n: int) -> int:
    return -(-n // FILLED) * FILLED


def _fill(array: Array, *shape: int) -> Array:
    filled = np.zeros(shape, np.float32)
    filled[tuple(slice(n) for n in array.shape)] = array
    return filled


def _array(tensor: Tensor) -> Array:
    found: Array = tensor.detach().float().cpu().numpy()
    return found
