"""What lies between two clips in the latents of a model."""

from collections.abc import Iterator

from jaxtyping import Float32
from torch import Tensor

from menura.models.contract import Interpolates, Path
from menura.representations import Frames


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
    from_, to = model.to_latent(a), model.to_latent(b)
    for row in shares:
        mixed = model.mixed(from_, to, row.to(a.device), path)
        yield model.from_latent(mixed, a.shape[2])
