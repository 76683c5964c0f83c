"""Where to compute, and in which precision: asked for, or found out by measuring."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import torch
from lightning_fabric import Fabric

from menura.foundation.devices import available, bfloat16_is_faster
from menura.foundation.errors import MenuraError, UsageError
from menura.models import Model
from menura.models._threads import one_thread
from menura.training.blocks import large_blocks_kept

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class Compute:
    """A device and a precision that work together."""

    device: str
    precision: str

    def fabric(self) -> Fabric:
        precision = {"float32": "32-true", "bfloat16": "bf16-mixed"}[self.precision]
        return Fabric(accelerator=self.device, devices=1, precision=precision)  # type: ignore[arg-type]


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


@contextmanager
def threads_for(model: Model) -> Iterator[None]:
    """Within the block as many threads compute as the model gains from."""
    with nullcontext() if model.gains_from_threads else one_thread():
        yield


@contextmanager
def ready_for(model: Model) -> Iterator[None]:
    """Within the block this process computes as training it does so fastest."""
    with threads_for(model), large_blocks_kept():
        yield
