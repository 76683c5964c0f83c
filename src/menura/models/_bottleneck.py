"""A Gaussian bottleneck: an encoder says a mean and a spread, a decoder hears a draw.

Kingma & Welling 2014 (section 2.4, appendix B), with what keeps it from breaking and from falling
silent: a clipped log-variance, a divergence that costs little at first (Bowman et al. 2016,
section 3.1), and some of it for nothing (Kingma et al. 2016, appendix C.8). Without a spread it is
that of a plain autoencoder. The Gaussian of what was said in training is kept, to draw from.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

from menura.models._precision import in_float32
from menura.models.contract import Rngs, noise

Latents = Float32[Tensor, "batch latent *places"]
Said = Float[Tensor, "batch said *places"]  # whatever the precision of the encoder
Vectors = Float32[Tensor, "batch dimensions"]
MEMORY = 0.995  # of the moments: they are of the last few hundred batches, as the encoder is now


@dataclass(frozen=True)
class BottleneckConfig:
    """n_latent: numbers in a place (a window, or a step of time).

    variational: False says the numbers alone, of a plain autoencoder; what follows has then no
        meaning.
    kl_weight: of the divergence beside the squared error: 2σ² is the variational bound where what
        is decoded is off by a Gaussian of deviation σ, in normalised frames; 2 is then a σ of 1.
    warmup_steps: of training in which the weight rises from 0.
    free_nats: divergence of each latent number that costs nothing, on average over the batch.
    log_variance: the least and the most; beyond, it is clipped, and still drawn back.
    """

    n_latent: int = 32
    variational: bool = True
    kl_weight: float = 1.0
    warmup_steps: int = 0
    free_nats: float = 0.0
    log_variance: tuple[float, float] = (-10.0, 4.0)

    def __post_init__(self) -> None:
        if self.n_latent < 1:
            raise ValueError(f"n_latent must be at least 1, not {self.n_latent}")
        if self.kl_weight < 0 or self.free_nats < 0 or self.warmup_steps < 0:
            raise ValueError("kl_weight, free_nats and warmup_steps must not be negative")
        low, high = self.log_variance
        if not -40 <= low < high <= 40:
            raise ValueError(f"log_variance must rise within −40…40, not {low:g}…{high:g}")

    @property
    def n_said(self) -> int:
        """Numbers that an encoder says of a place: the means, then the log-variances."""
        return 2 * self.n_latent if self.variational else self.n_latent


@dataclass(frozen=True)
class Posterior:
    """What is known of latents: a Gaussian each. log_variance: None where there is no spread."""

    mean: Latents
    log_variance: Latents | None

    def drawn(self, rng: torch.Generator) -> Latents:
        """A draw that gradients pass through; the mean itself where there is no spread."""
        if self.log_variance is None:
            return self.mean
        normal = torch.randn(self.mean.shape, generator=rng, device=self.mean.device)
        return self.mean + (0.5 * self.log_variance).exp() * normal

    def divergence(self) -> Latents:
        """Of each from a standard normal, in nats (Kingma & Welling 2014, appendix B)."""
        if self.log_variance is None:
            return torch.zeros_like(self.mean)
        variance = self.log_variance.exp()
        return 0.5 * (self.mean.square() + variance - self.log_variance - 1)


class Bottleneck(nn.Module):
    """Has no weights. `n_places` of them make the vector of which the Gaussian is kept."""

    n_steps: Tensor

    def __init__(self, config: BottleneckConfig, n_places: int = 1):
        super().__init__()
        self.config = config
        self.gaussian = FittedGaussian(config.n_latent * n_places)
        # Carried from step to step, not saved with a system: one that starts from another's
        # weights warms up again.
        self.register_buffer("n_steps", torch.zeros((), dtype=torch.int64), persistent=False)

    def posterior(self, said: Said) -> Posterior:
        """Of what an encoder says: n_said numbers a place."""
        said = said.float()
        if not self.config.variational:
            return Posterior(said, None)
        mean, wide = said.chunk(2, dim=1)
        # The gradient passes as if nothing were clipped, or what is once outside would stay there.
        clipped = wide.clamp(*self.config.log_variance).detach() + (wide - wide.detach())
        return Posterior(mean, clipped)

    def cost(
        self, posterior: Posterior, n_values: int, *, warming: bool = True
    ) -> Float32[Tensor, ""]:
        """The divergence as a term beside the mean squared error of n_values values a place.

        warming: as this step of training has it; False is the full weight.
        """
        c = self.config
        if posterior.log_variance is None:
            return posterior.mean.new_zeros(())
        of_each = posterior.divergence().transpose(0, 1).flatten(1).mean(dim=1)
        counted = of_each.clamp_min(c.free_nats).sum()
        return self.weight(warming=warming) * counted / n_values

    def weight(self, *, warming: bool = True) -> float:
        """Of the divergence at this step."""
        c = self.config
        if not warming or not c.warmup_steps:
            return float(c.kl_weight)
        return float(c.kl_weight) * min(1.0, int(self.n_steps) / c.warmup_steps)

    def follow(self, posterior: Posterior) -> None:
        """A step of training is done: count it, and take its latents into the Gaussian."""
        self.n_steps += 1
        mean = posterior.mean.detach().flatten(1)
        wide = posterior.log_variance
        self.gaussian.follow(mean, None if wide is None else wide.detach().flatten(1).exp())


class FittedGaussian(nn.Module):
    """Mean and covariance of the vectors that training came by, the latest counting most.

    Saved with the weights: what makes an autoencoder generate. Before any training, a standard
    normal.
    """

    mean: Tensor
    covariance: Tensor
    n_followed: Tensor

    def __init__(self, n_dimensions: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_dimensions))
        self.register_buffer("covariance", torch.eye(n_dimensions))
        self.register_buffer("n_followed", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def follow(self, means: Vectors, variances: Vectors | None = None) -> None:
        """Take in a batch of Gaussians of these means and variances (points, where None)."""
        # At first all batches count alike.
        share = max(1 - MEMORY, 1 / (1 + int(self.n_followed)))
        with in_float32(means):
            centre = means.mean(dim=0)
            apart = means - centre
            spread = apart.T @ apart / means.shape[0]
            if variances is not None:
                spread = spread + variances.mean(dim=0).diag()
            moved = centre - self.mean
            between = share * (1 - share) * torch.outer(moved, moved)
            self.covariance.copy_(torch.lerp(self.covariance, spread, share) + between)
            self.mean.add_(share * moved)
        self.n_followed += 1

    def draw(self, rngs: Rngs, temperature: float = 1.0) -> Vectors:
        """A vector for each generator; at temperature 0 the mean."""
        # On the CPU: not every device knows float64.
        variances, axes = torch.linalg.eigh(self.covariance.cpu().double())
        # The symmetric root: axes of equal variance may come out turned, it does not change.
        root = ((axes * variances.clamp_min(0).sqrt()) @ axes.T).to(self.mean)
        drawn = noise(rngs, self.mean.shape[0]).to(self.mean.device)
        vectors: Tensor = self.mean + temperature * drawn @ root
        return vectors

    def principal_axes(self, n: int) -> Float32[Tensor, "n dimensions"]:
        """The directions, of length 1, along which vectors differ most, the widest first."""
        _, axes = torch.linalg.eigh(self.covariance.cpu().double())
        widest: Tensor = axes.T.flip(0)[:n].to(self.mean)
        return widest
