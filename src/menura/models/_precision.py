"""Where bfloat16 loses too much: transforms, logarithms, distances."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


@contextmanager
def in_float32(tensor: Tensor) -> Iterator[None]:
    """What is computed within stays in the precision it comes in, on the tensor's device."""
    with torch.autocast(tensor.device.type, enabled=False):
        yield
