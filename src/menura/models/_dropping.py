"""Dropout as a function of a generator."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def dropping_by(rng: torch.Generator) -> Iterator[None]:
    """Dropout draws from PyTorch's own generator alone: here it is set by `rng`."""
    with torch.random.fork_rng(devices=[rng.device] if rng.device.type == "cuda" else []):
        torch.manual_seed(int(torch.randint(2**62, (), generator=rng, device=rng.device)))
        yield
