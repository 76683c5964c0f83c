"""In which precision something is computed."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import Tensor


@contextmanager
def in_float32(tensor: Tensor) -> Iterator[None]:
    """What is computed within stays in the precision it comes in, on the tensor's device: where
    bfloat16 loses too much, as in transforms, logarithms, distances."""
    with torch.autocast(tensor.device.type, enabled=False):
        yield


def computing_in(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Within it products are computed in "bfloat16" on the device; of "float32" nothing changes."""
    if precision == "bfloat16":
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()
