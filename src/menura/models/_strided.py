"""Strided convolutions over time, and transposed ones, of maps with channels last.

Of few channels vector units read little at a time, and a step back through the layer next to the
sound cost as much as through one of fifty times its products. Laid out with channels last, `stride`
steps of time of few channels are one step of `stride` times as many, and the convolution one
without stride: the same sums.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, pad

Maps = Float[Tensor, "batch channels 1 time"]
Made = Float[Tensor, "batch channels_out 1 time_out"]
Weight = Float[Tensor, "a b 1 kernel"]

FEW, FEW_WHOLE = 8, 32  # channels, at half precision and at whole: with more nothing is gained


class Stride(NamedTuple):
    """Of a convolution that makes time / stride of time, or of the transposed one."""

    stride: int
    padding: int
    missing: int  # of the transposed one at its end

    def blocks_before(self) -> int:
        """Of `stride` steps, that a step of what is made reaches back."""
        return -(-self.padding // self.stride)

    def is_even(self, kernel: int) -> bool:
        """Whether it reaches as many blocks forth as back."""
        return self._n_blocks(kernel) == 2 * self.blocks_before() + 1

    def in_blocks(self, weight: Weight) -> Float[Tensor, "a b blocks stride"]:
        kernel = weight.shape[3]
        before = self.blocks_before() * self.stride - self.padding
        after = self._n_blocks(kernel) * self.stride - before - kernel
        whole = pad(weight, (before, after))
        return whole.reshape(*weight.shape[:2], -1, self.stride)

    def _n_blocks(self, kernel: int) -> int:
        before = self.blocks_before() * self.stride - self.padding
        return -(-(before + kernel) // self.stride)


class Narrowing(nn.Conv2d):
    """From n_in channels to n_out, time / stride."""

    def __init__(self, n_in: int, n_out: int, kernel: int, by: Stride):
        super().__init__(n_in, n_out, (1, kernel), (1, by.stride), (0, by.padding))
        self.by = by

    def forward(self, maps: Maps) -> Made:
        return narrowed(maps, self.weight, self.bias, self.by)


class Widening(nn.ConvTranspose2d):
    """From n_in channels to n_out, time × stride."""

    def __init__(self, n_in: int, n_out: int, kernel: int, by: Stride, *, bias: bool):
        ways = ((1, kernel), (1, by.stride), (0, by.padding), (0, by.missing))
        super().__init__(n_in, n_out, *ways, bias=bias)
        self.by = by

    def forward(self, maps: Maps, output_size: list[int] | None = None) -> Made:
        assert output_size is None
        return widened(maps, self.weight, self.bias, self.by)


def narrowed(maps: Maps, weight: Weight, bias: Tensor | None, by: Stride) -> Made:
    """The convolution; weight: channels out, in."""
    n_in, kernel = weight.shape[1], weight.shape[3]
    if not _are_few(n_in, maps) or maps.shape[3] % by.stride or not by.is_even(kernel):
        return conv2d(maps, weight, bias, (1, by.stride), (0, by.padding))
    n, _, _, n_steps = maps.shape
    steps = maps.permute(0, 2, 3, 1)  # as they lie in memory: no copy
    blocks = steps.reshape(n, 1, n_steps // by.stride, by.stride * n_in).permute(0, 3, 1, 2)
    folded = by.in_blocks(weight).permute(0, 3, 1, 2).flatten(1, 2)[:, :, None].contiguous()
    return conv2d(blocks, folded, bias, 1, (0, by.blocks_before()))


def widened(maps: Maps, weight: Weight, bias: Tensor | None, by: Stride) -> Made:
    """The transposed convolution; weight: channels in, out."""
    n_out, kernel = weight.shape[1], weight.shape[3]
    if not _are_few(n_out, maps) or not by.is_even(kernel):
        return conv_transpose2d(
            maps, weight, bias, (1, by.stride), (0, by.padding), (0, by.missing)
        )
    folded = by.in_blocks(weight).flip(2).permute(3, 1, 0, 2).flatten(0, 1)[:, :, None].contiguous()
    told = None if bias is None else bias.repeat(by.stride)
    blocks = conv2d(maps, folded, told, 1, (0, by.blocks_before()))
    steps = blocks.permute(0, 2, 3, 1).reshape(len(maps), 1, -1, n_out)
    return steps.permute(0, 3, 1, 2)


def _are_few(n_channels: int, maps: Maps) -> bool:
    return n_channels <= (FEW_WHOLE if maps.dtype == torch.float32 else FEW)
