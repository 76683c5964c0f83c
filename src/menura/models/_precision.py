"""In which precision something is computed, and by what is compiled."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import Tensor

from menura.foundation.errors import MenuraError


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


@contextmanager
def compiling() -> Iterator[None]:
    """Around the call of what `torch.compile` gave, which compiles when it is first used.

    Raises MenuraError where that fails, as on machines without a compiler for C++ or Triton.
    """
    try:
        yield
    except RuntimeError as error:
        from torch._dynamo.exc import TorchDynamoException  # slow to import, and rarely wanted

        if not isinstance(error, TorchDynamoException):
            raise
        reason = " ".join(str(error).split())[:200]
        raise MenuraError(
            f"--compile: PyTorch cannot compile here ({reason}); leave it out"
        ) from error
