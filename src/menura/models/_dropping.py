"""Dropout as a function of a generator."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Bool, Float
from torch import Tensor

Values = Float[Tensor, "..."]
DRAWN = 4  # values that one number of 64 bits decides, 16 bits each


@contextmanager
def dropping_by(rng: torch.Generator) -> Iterator[None]:
    """Dropout draws from PyTorch's own generator alone: here it is set by `rng`."""
    with torch.random.fork_rng(devices=[rng.device] if rng.device.type == "cuda" else []):
        torch.manual_seed(int(torch.randint(2**62, (), generator=rng, device=rng.device)))
        yield


def dropped(values: Values, share: float, rng: torch.Generator) -> Values:
    """A share of the values 0, the others larger by as much (Srivastava et al. 2014), as PyTorch's
    dropout has it. That draws a double for each value, one after the other: of a network of
    convolutions it was nearly half of a training step. The share is taken to 1/65,536.
    """
    n_shared = round(share * 2**16)
    kept = _kept(values, n_shared, rng)
    return values * kept.to(values.dtype).mul_(2**16 / (2**16 - n_shared))


def _kept(values: Values, n_shared: int, rng: torch.Generator) -> Bool[Tensor, "..."]:
    """Laid out in memory as the values are."""
    drawn = torch.empty(-(-values.numel() // DRAWN), dtype=torch.int64, device=rng.device)
    bits = drawn.random_(-(2**63), None, generator=rng).view(torch.int16)[: values.numel()]
    kept = bits >= n_shared - 2**15
    like = torch.empty_like(values, dtype=torch.bool)  # its strides leave no gaps
    return kept.to(values.device).as_strided(values.shape, like.stride())
