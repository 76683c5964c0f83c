"""The held-out value: what early stopping and the choice of the best weights go by."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from menura.foundation.seeds import derive
from menura.models import Batch, Model
from menura.training.carried import carried_state, put_back


def held_out_value(model: Model, batch_of: Callable[[int], Batch], n_batches: int) -> float:
    """Mean `progress` over the first n batches, always the same ones.

    Leaves no trace in the model.
    """
    with _unmoved(model):
        values = [
            float(model.progress(_batch(model, batch_of, number), _rng(model, number)))
            for number in range(n_batches)
        ]
    return sum(values) / len(values)


def held_out_remark(model: Model, batch_of: Callable[[int], Batch]) -> str:
    """What the model says of itself on the first held-out batch; leaves no trace either."""
    if type(model).remark is Model.remark:  # nothing: no batch need be made for it
        return ""
    with _unmoved(model):
        return model.remark(_batch(model, batch_of, 0), _rng(model, 0))


@contextmanager
def _unmoved(model: Model) -> Iterator[None]:
    """Evaluation without gradients; the carried state and the mode are put back."""
    carried, was_training = carried_state(model), model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)
        put_back(model, carried)


def _batch(model: Model, batch_of: Callable[[int], Batch], number: int) -> Batch:
    """Frames are made in full precision, whatever the model computes in."""
    with torch.autocast(next(model.parameters()).device.type, enabled=False):
        return batch_of(number)


def _rng(model: Model, number: int) -> torch.Generator:
    device = next(model.parameters()).device
    return torch.Generator(device=device).manual_seed(derive(0, "held-out", number))
