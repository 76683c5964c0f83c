"""Tensors for compiled loops."""

import numpy as np
from jaxtyping import Float32
from torch import Tensor


def as_array(tensor: Tensor) -> Float32[np.ndarray, "..."]:
    """A contiguous array of the values, on the CPU and without their history."""
    return np.ascontiguousarray(tensor.detach().float().cpu().numpy())
