"""A linear way beside an autoencoder's networks, which sets off from principal components.

A network that must find out by itself that pitch is worth its numbers spends its first minutes on
loudness alone (docs/log.md, of the codec); with this it begins as the best linear autoencoder of
the first batches, and learns what that misses.
"""

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.models._precision import in_float32
from menura.representations import Frames

Vectors = Float32[Tensor, "batch latent places"]
FIRST_LOG_VARIANCE = -3.0  # beside latents of deviation 1
FIRST_STRENGTH = 0.1  # of what the networks add
MOST_POINTS = 1024  # by which it begins


class LinearWay(nn.Module):
    """Each place of a window to its latents and back. strength: of what the networks add."""

    def __init__(
        self, n_features: int, n_frames: int, n_latent: int, n_places: int, *, variational: bool
    ):
        super().__init__()
        self.n_features, self.n_places = n_features, n_places
        n_values = n_features * n_frames // n_places
        self.there, self.back = nn.Linear(n_values, n_latent), nn.Linear(n_latent, n_values)
        self.strength = nn.Parameter(torch.full((2,), FIRST_STRENGTH))
        self.log_variance = (
            nn.Parameter(torch.full((n_latent, 1), FIRST_LOG_VARIANCE)) if variational else None
        )

    def begin(self, frames: Frames) -> None:
        """Take the principal components of frames, each scaled to deviation 1."""
        points = self._places_of(frames).flatten(0, 1).cpu().double()
        points = points[:: -(-len(points) // MOST_POINTS)]
        centre = points.mean(dim=0)
        _, sizes, axes = torch.linalg.svd(points - centre, full_matrices=False)
        n = min(self.there.out_features, len(sizes))
        deviations = sizes[:n] / max(1, len(points) - 1) ** 0.5
        # What hardly varies is left quiet: scaled up it would be noise.
        scale = deviations.clamp_min(max(0.01 * float(deviations[0]), 1e-3))[:, None]
        with torch.no_grad():
            self.there.weight.zero_()[:n] = (axes[:n] / scale).to(self.there.weight)
            self.there.bias.copy_(-(self.there.weight.cpu().double() @ centre))
            self.back.weight.zero_()[:, :n] = (axes[:n] * scale).T.to(self.back.weight)
            self.back.bias.copy_(centre)

    def encode(self, frames: Frames) -> Vectors:
        """Latents, whatever the precision around."""
        with in_float32(frames):
            latents: Tensor = self.there(self._places_of(frames)).transpose(1, 2)
            return latents

    def decode(self, latents: Vectors) -> Frames:
        """A window again."""
        with in_float32(latents):
            values = self.back(latents.transpose(1, 2))
        places = values.reshape(len(values), self.n_places, self.n_features, -1)
        return places.movedim(1, 2).flatten(2)

    def _places_of(self, frames: Frames) -> Float32[Tensor, "batch places values"]:
        """All values of each stretch of frames."""
        stretches = frames.reshape(*frames.shape[:2], self.n_places, -1)
        return stretches.movedim(2, 1).flatten(2)
