"""The held-out value: what early stopping and the choice of the best weights go by."""

from collections.abc import Callable

import torch

from menura.foundation.seeds import derive
from menura.models import Batch, Model
from menura.training.carried import carried_state, put_back


def held_out_value(model: Model, batch_of: Callable[[int], Batch], n_batches: int) -> float:
    """Mean `progress` over the first n batches, always the same ones.

    Leaves no trace in the model: its carried state and its mode are put back.
    """
    carried, was_training = carried_state(model), model.training
    device = next(model.parameters()).device
    model.eval()
    values = []
    with torch.no_grad():
        for number in range(n_batches):
            # Frames are made in full precision, whatever the model computes in.
            with torch.autocast(device.type, enabled=False):
                batch = batch_of(number)
            rng = torch.Generator(device=device).manual_seed(derive(0, "held-out", number))
            values.append(float(model.progress(batch, rng)))
    model.train(was_training)
    put_back(model, carried)
    return sum(values) / len(values)
