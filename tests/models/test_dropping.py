"""Dropout by 16 random bits a value."""

import pytest
import torch

from menura.models._dropping import dropped


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.75])
def test_that_share_is_nothing_and_the_rest_makes_up_for_it(share: float) -> None:
    n = 400_001  # not a multiple of what a number decides
    made = dropped(torch.ones(n), share, seeded())
    deviation = (share * (1 - share) / n) ** 0.5
    assert float((made == 0).float().mean()) == pytest.approx(share, abs=5 * deviation)
    assert torch.equal(made[made != 0].unique(), torch.tensor([float(made.max())]))
    assert float(made.max()) == pytest.approx(1 / (1 - share), rel=1e-4)


def test_neighbours_have_nothing_to_do_with_each_other() -> None:
    kept = (dropped(torch.ones(200_000), 0.3, seeded(1)) > 0).double()
    for lag in range(1, 9):
        together = torch.corrcoef(torch.stack([kept[:-lag], kept[lag:]]))[0, 1]
        assert abs(float(together)) < 5 / 200_000**0.5


def test_it_is_a_function_of_the_generator() -> None:
    values = torch.randn(7, 5, generator=seeded(2))
    again = dropped(values, 0.4, seeded(3))
    assert torch.equal(dropped(values, 0.4, seeded(3)), again)
    assert not torch.equal(dropped(values, 0.4, seeded(4)), again)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_layout_and_precision_are_the_values_own(dtype: torch.dtype) -> None:
    maps = torch.randn(3, 8, 1, 50).to(dtype).to(memory_format=torch.channels_last)
    made = dropped(maps, 0.3, seeded())
    assert made.dtype == dtype
    assert made.is_contiguous(memory_format=torch.channels_last)
    every_other = dropped(maps[:, :, :, ::2], 0.3, seeded())  # with gaps in memory
    assert every_other.shape == (3, 8, 1, 25)


def test_gradients_pass_where_values_do() -> None:
    values = torch.randn(1000).requires_grad_()
    made = dropped(values, 0.3, seeded())
    made.sum().backward()
    assert values.grad is not None
    assert torch.equal(values.grad > 0, made.detach() != 0)
