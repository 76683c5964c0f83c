"""How training computes: in which threads, and under Fabric."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from lightning_fabric import Fabric

from menura.foundation.devices import Compute
from menura.models import Model
from menura.models._threads import one_thread
from menura.training.blocks import large_blocks_kept


def fabric_on(compute: Compute) -> Fabric:
    """Fabric for one device."""
    precision = {"float32": "32-true", "bfloat16": "bf16-mixed"}[compute.precision]
    return Fabric(accelerator=compute.device, devices=1, precision=precision)  # type: ignore[arg-type]


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
