"""A run, stopped in the middle: one file, written whole, read back exactly; never by pickle.

Tensors: `representation.` (statistics), `model.` (weights), `carried.` (state between batches),
`average.`, `adapters.` (where some are trained), `optimizer.PHASE.INDEX.KEY`. Everything else is
JSON in the header.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.systems import BoundSystem, write_tensors
from menura.training.adapters import Adapters
from menura.training.average import Average
from menura.training.carried import carried_state, put_back
from menura.training.progress import Progress

FILE, VERSION = "checkpoint.safetensors", "1"
Optimizers = Mapping[str, torch.optim.Optimizer]


@dataclass
class Snapshot:
    """The parts of a run that a checkpoint holds."""

    system: BoundSystem
    optimizers: Optimizers
    average: Average
    progress: Progress
    plan: dict[str, Any]  # what the run was asked for; a resumed run must be asked the same
    adapters: Adapters | None = None


def save(run: Path, snapshot: Snapshot) -> None:
    """Write the checkpoint of a run, in place of the one before."""
    tensors = {
        **_prefixed("representation", snapshot.system.representation.state_dict()),
        **_prefixed("model", snapshot.system.model.state_dict()),
        **_prefixed("carried", carried_state(snapshot.system.model)),
        **_prefixed("average", snapshot.average.weights),
    }
    if snapshot.adapters is not None:
        tensors |= _prefixed("adapters", snapshot.adapters.state_dict())
    scalars: dict[str, Any] = {}
    for phase, optimizer in snapshot.optimizers.items():
        for index, state in optimizer.state_dict()["state"].items():
            for key, value in state.items():
                name = f"optimizer.{phase}.{index}.{key}"
                (tensors if isinstance(value, Tensor) else scalars)[name] = value
    header = {
        "version": VERSION,
        "progress": json.dumps(asdict(snapshot.progress)),
        "plan": json.dumps(snapshot.plan),
        "scalars": json.dumps(scalars),
    }
    write_tensors(run / FILE, tensors, header)


def exists(run: Path) -> bool:
    """Whether there is a run in this folder to go on with."""
    return (run / FILE).is_file()


def read_plan(run: Path) -> dict[str, Any]:
    """What the interrupted run was asked for."""
    plan: dict[str, Any] = json.loads(_header(run)["plan"])
    return plan


def read_progress(run: Path) -> Progress:
    """How far the interrupted run came."""
    return from_dict(Progress, json.loads(_header(run)["progress"]))


def restore(run: Path, snapshot: Snapshot) -> None:
    """Put every part back as it was. Raises MenuraError if the file is damaged or another run's."""
    header = _header(run)
    tensors = _tensors(run)
    _fill(run, snapshot.system.representation, _under("representation", tensors))
    _fill(run, snapshot.system.model, _under("model", tensors))
    device = next(snapshot.system.model.parameters()).device
    carried = {k: v.to(device) for k, v in _under("carried", tensors).items()}
    put_back(snapshot.system.model, carried)
    for name, value in _under("average", tensors).items():
        snapshot.average.weights[name].copy_(value)
    if snapshot.adapters is not None:
        snapshot.adapters.load_state_dict(_under("adapters", tensors))
    scalars = json.loads(header["scalars"])
    for phase, optimizer in snapshot.optimizers.items():
        _restore_optimizer(optimizer, _under(f"optimizer.{phase}", {**tensors, **scalars}))
    vars(snapshot.progress).update(vars(read_progress(run)))


def restore_representation(run: Path, system: BoundSystem) -> None:
    """Only how the system hears, which is needed before the rest: what is encoded must be for the
    model that goes on. Raises MenuraError as `restore` does."""
    tensors = _tensors(run, "representation.")
    _fill(run, system.representation, _under("representation", tensors))


def _fill(run: Path, part: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    try:
        part.load_state_dict(tensors)
    except RuntimeError as error:  # its first line names the module, the second what is amiss
        amiss = " ".join(str(error).split("\n")[1:2]).strip()
        raise _damaged(run, f"it is of another Menura's model: {amiss}") from None


def _restore_optimizer(optimizer: torch.optim.Optimizer, flat: dict[str, Any]) -> None:
    state: dict[int, dict[str, Any]] = {}
    for name, value in flat.items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _header(run: Path) -> dict[str, str]:
    try:
        with safe_open(run / FILE, framework="pt") as file:
            header = dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise _damaged(run, str(error)) from None
    if header.get("version") != VERSION:
        raise _damaged(run, "it is no checkpoint of this Menura")
    return header


def _tensors(run: Path, start: str = "") -> dict[str, Tensor]:
    """Those whose names start so."""
    try:
        with safe_open(run / FILE, framework="pt") as file:
            names = [name for name in file.keys() if name.startswith(start)]  # noqa: SIM118
            return {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise _damaged(run, str(error)) from None


def _damaged(run: Path, reason: str) -> MenuraError:
    return MenuraError(
        f"{printable(str(run / FILE))}: cannot be read ({reason}); train into another folder"
    )


def _prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _under(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    start = f"{prefix}."
    return {k.removeprefix(start): v for k, v in values.items() if k.startswith(start)}
