"""Convolutions with a stride over time equal PyTorch's, there and back."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import conv2d, conv_transpose2d

from menura.models._strided import FEW, Stride, narrowed, widened


@given(
    n_few=st.integers(1, FEW + 1),
    n_many=st.integers(1, 12),
    stride=st.integers(1, 8),
    kernel=st.integers(1, 25),
    n_steps=st.integers(1, 9),
)
def test_both_equal_pytorchs(
    n_few: int, n_many: int, stride: int, kernel: int, n_steps: int
) -> None:
    kernel = max(kernel, stride)
    padding = -(-(kernel - stride) // 2)
    by = Stride(stride, padding, missing=stride + 2 * padding - kernel)
    if by.missing >= stride:  # PyTorch has none such
        return
    rng = torch.Generator().manual_seed(0)
    maps, coarse, weight, bias, few_bias = (
        torch.randn(shape, generator=rng, dtype=torch.float64).requires_grad_()
        for shape in (
            (2, n_few, 1, n_steps * stride),
            (2, n_many, 1, n_steps),
            (n_many, n_few, 1, kernel),
            (n_many,),
            (n_few,),
        )
    )
    ways = (1, stride), (0, padding)
    there = (
        narrowed(maps, weight, bias, by),
        conv2d(maps, weight, bias, *ways),
        (maps, weight, bias),
    )
    again = (
        widened(coarse, weight, few_bias, by),
        conv_transpose2d(coarse, weight, few_bias, *ways, (0, by.missing)),
        (coarse, weight, few_bias),
    )
    for made, wanted, inputs in (there, again):
        torch.testing.assert_close(made, wanted)
        back = torch.randn(wanted.shape, generator=rng, dtype=torch.float64)
        slopes, asked = (torch.autograd.grad(x, inputs, back) for x in (made, wanted))
        for slope, one in zip(slopes, asked, strict=True):
            torch.testing.assert_close(slope, one)


@pytest.mark.parametrize(
    ("kernel", "stride", "is_even"), [(25, 4, True), (5, 2, True), (25, 8, False)]
)
def test_the_reports_kernel_is_folded(kernel: int, stride: int, *, is_even: bool) -> None:
    padding = -(-(kernel - stride) // 2)
    assert Stride(stride, padding, 0).is_even(kernel) is is_even
