"""What lies between two clips in the latents of a model."""

from collections.abc import Iterator

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.models.contract import Interpolates, Path
from menura.representations import Frames

AT_ONCE = 4  # stops made side by side


def frames_between(
    model: Interpolates,
    a: Frames,
    b: Frames,
    shares: Float32[Tensor, "stops frames"],
    path: Path | None,
) -> Iterator[Frames]:
    """Frames for each row of `shares`, which say how much of it is b, frame by frame.

    path: None is the model's usual one.
    """
    from_, to = model.to_latent(torch.cat([a, b])).chunk(2)
    for some in torch.split(shares.to(a.device), AT_ONCE):
        mixed = torch.cat([model.mixed(from_, to, row, path) for row in some])
        yield from torch.split(model.from_latent(mixed, a.shape[2]), 1)
