"""Where to compute, and in which precision: asked for, or found out by measuring."""

import time
from dataclasses import dataclass

import torch

from menura.foundation.device_names import DEVICES, PRECISIONS
from menura.foundation.errors import MenuraError, UsageError


@dataclass(frozen=True)
class Compute:
    """A device and a precision that work together."""

    device: str = "cpu"
    precision: str = "float32"


def choose(device: str, precision: str, *, gains_from_bfloat16: bool) -> Compute:
    """Raises UsageError for unknown names, MenuraError for a device that is not there."""
    if device not in DEVICES:
        raise UsageError(f"--device must be one of {', '.join(DEVICES)}, not {device!r}")
    if precision not in PRECISIONS:
        raise UsageError(f"--precision must be one of {', '.join(PRECISIONS)}, not {precision!r}")
    there = available()
    chosen = there[0] if device == "auto" else device
    if chosen not in there:
        raise MenuraError(
            f"--device {chosen}: this machine has none that PyTorch {torch.__version__} can use "
            f"(it can use {', '.join(there)}); `menura doctor` says more"
        )
    if precision == "auto":
        fast = gains_from_bfloat16 and bfloat16_is_faster(chosen)
        return Compute(chosen, "bfloat16" if fast else "float32")
    return Compute(chosen, precision)


def available() -> list[str]:
    """Devices of this machine, the fastest kind first."""
    found = ["cuda"] if torch.cuda.is_available() else []
    found += ["mps"] if torch.backends.mps.is_available() else []
    return [*found, "cpu"]


def bfloat16_is_faster(device: str, size: int = 512) -> bool:
    """Measured: CPUs without native bfloat16 emulate it, slowly; 20 % is asked for. Of a GPU it is
    known."""
    if device == "mps":
        return False
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    a = torch.randn(size, size, generator=torch.Generator().manual_seed(0))
    return _seconds(a.bfloat16()) < 0.8 * _seconds(a)


def _seconds(a: torch.Tensor) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return best
