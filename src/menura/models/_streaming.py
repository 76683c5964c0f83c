"""What all models that stream share: a piece of so many frames is the beginning of a stream."""

from abc import abstractmethod
from collections.abc import Iterator

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.models.contract import AS_LEARNT, Model, Rngs, Sampling, first_frames
from menura.representations import Frames


class StreamingModel(Model):
    """Generates and continues by its stream. A model of this kind says what that is."""

    @abstractmethod
    def stream(
        self,
        seed: Float32[Tensor, "batch features known"] | None,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Iterator[Frames]:
        """Pieces of one or more frames that follow the seed (None: nothing), without end."""

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        return self._made(None, n_frames, rngs, sampling)

    def continue_(
        self,
        seed: Float32[Tensor, "batch features known"],
        n_frames: int,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        return self._made(seed, n_frames, rngs, sampling)

    def _made(
        self,
        seed: Float32[Tensor, "batch features known"] | None,
        n_frames: int,
        rngs: Rngs,
        sampling: Sampling,
    ) -> Frames:
        if n_frames == 0:
            device = next(self.parameters()).device
            return torch.zeros(len(rngs), self.spec.n_channels, 0, device=device)
        return self._joined(first_frames(self.stream(seed, rngs, sampling), n_frames))

    def _joined(self, pieces: Iterator[Frames]) -> Frames:
        """One piece of them all. They are made here, as they are taken."""
        return torch.cat(list(pieces), dim=2)
