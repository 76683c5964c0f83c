"""Latents of any length from a Gaussian of pairs of steps: how an autoencoder over time generates.

The mean and covariance of two steps that follow each other make an autoregression of the first
order, with the same Gaussian at every step.
"""

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

from menura.models._bottleneck import FittedGaussian
from menura.models.contract import Rngs, noise

Steps = Float32[Tensor, "batch latent steps"]


class LatentWalk(nn.Module):
    """Has no weights; its statistics are followed while training and saved with them."""

    def __init__(self, n_latent: int):
        super().__init__()
        self.n_latent = n_latent
        self.pairs = FittedGaussian(2 * n_latent)

    def follow(self, latents: Float[Tensor, "batch latent steps"]) -> None:
        """Take in the pairs of steps of a batch of training. A lone step stands still."""
        latents = latents.detach().float()
        if latents.shape[2] == 1:
            latents = latents.expand(-1, -1, 2)
        pairs = torch.cat([latents[:, :, :-1], latents[:, :, 1:]], dim=1)
        self.pairs.follow(pairs.transpose(1, 2).flatten(0, 1))

    def draw(self, rngs: Rngs, n_steps: int, temperature: float = 1.0) -> Steps:
        """n_steps latents for each generator; at temperature 0 all are the mean."""
        n = self.n_latent
        covariance = self.pairs.covariance.cpu().double()  # not every device knows float64
        # Both ends are the same steps but for those at a border: one Gaussian for both.
        here = (covariance[:n, :n] + covariance[n:, n:]) / 2
        # The statistics are float32: directions that hardly vary are rounding, and would run away.
        onwards = covariance[n:, :n] @ torch.linalg.pinv(here, rtol=1e-5, hermitian=True)
        left = here - onwards @ here @ onwards.T
        first, fresh = _root(here), _root(left)
        mean = (self.pairs.mean[:n] + self.pairs.mean[n:]).cpu().double() / 2
        drawn = temperature * noise(rngs, n_steps, n).double()
        # Each step takes the place of its noise: a list of small tensors takes many times more.
        step = drawn[:, 0] @ first
        drawn[:, 0] = step
        for number in range(1, n_steps):
            step = step @ onwards.T + drawn[:, number] @ fresh
            drawn[:, number] = step
        walked: Steps = (mean + drawn).transpose(1, 2).to(self.pairs.mean)
        return walked


def _root(covariance: Tensor) -> Tensor:
    """The symmetric root; what rounding has made negative is none."""
    variances, axes = torch.linalg.eigh((covariance + covariance.T) / 2)
    root: Tensor = (axes * variances.clamp_min(0).sqrt()) @ axes.T
    return root
