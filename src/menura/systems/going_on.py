"""Frames that go on from those of a seed."""

from collections.abc import Iterator

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio import Clip
from menura.models.contract import Begins, Continues, Sampling, Streams, first_frames
from menura.representations import Frames, Representation
from menura.systems.beginnings import begun
from menura.systems.streaming import in_pieces

New = Float32[Tensor, "1 features new"]


def frames_after(
    representation: Representation,
    model: Continues,
    seed_clip: Clip,
    known: Frames,
    n_frames: int,
    rng: torch.Generator,
    sampling: Sampling,
) -> Iterator[Frames]:
    """n_frames after the known ones of the seed, in pieces, made when they are asked for."""
    if isinstance(model, Streams):
        return first_frames(model.stream(known, [rng], sampling), n_frames)

    def whole() -> New:
        chosen = known[:, :, :0]
        if isinstance(model, Begins):
            chosen = begun(representation, model, seed_clip, known, n_frames, rng, sampling)
        heard = torch.cat([known, chosen], dim=2)
        rest = model.continue_(heard, n_frames - chosen.shape[2], [rng], sampling)
        return torch.cat([chosen, rest], dim=2)

    return in_pieces(whole)
