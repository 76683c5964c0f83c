"""What this machine computes on, and whether bfloat16 is faster there: found out by measuring."""

import time

import torch


def available() -> list[str]:
    """Devices of this machine, the fastest kind first."""
    found = ["cuda"] if torch.cuda.is_available() else []
    found += ["mps"] if torch.backends.mps.is_available() else []
    return [*found, "cpu"]


def bfloat16_is_faster(device: str, size: int = 512) -> bool:
    """Measured: CPUs without native bfloat16 emulate it, slowly; 20 % is asked for."""
    if device == "mps":
        return False
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    a = torch.randn(size, size, generator=torch.Generator().manual_seed(0))
    return _seconds(a.bfloat16()) < 0.8 * _seconds(a)


def _seconds(a: torch.Tensor) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return best
