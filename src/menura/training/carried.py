"""State that a model carries from batch to batch: its buffers that are not persistent."""

from torch import Tensor

from menura.models import Model


def carried_state(model: Model) -> dict[str, Tensor]:
    """Copies, by dotted name. Windows, filters and other tables are among them; they are small."""
    persistent = model.state_dict().keys()
    return {
        name: buffer.detach().clone()
        for name, buffer in model.named_buffers()
        if name not in persistent
    }


def put_back(model: Model, state: dict[str, Tensor]) -> None:
    """Buffers as they were. The sizes may differ from the present ones (another batch size)."""
    for path, value in state.items():
        owner, _, name = path.rpartition(".")
        setattr(model.get_submodule(owner), name, value.clone())
