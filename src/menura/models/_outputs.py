"""What a recurrent network says of the next frame: its mean, or a mixture of what it may be.

The mean of several futures is none of them: fed back, it blurs into a drone. A mixture density
(Bishop 1994; over recurrent networks Graves 2013, section 4) keeps the futures apart.
"""

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from jaxtyping import Float32
from torch import Tensor, nn
from torch.nn.functional import softplus

Hidden = Float32[Tensor, "*rows hidden"]
Frame = Float32[Tensor, "*rows features"]
Chances = Float32[Tensor, "*rows draws"]

LEAST_SCALE = 0.03  # of a feature of deviation 1: silent bins would make a likelihood infinite
TINY = 1e-20


def gumbel(chance: Chances) -> Chances:
    """Gumbel noise: the largest of log-weights with it is a draw from them (Gumbel 1954)."""
    return -(-chance.clamp_min(TINY).log()).clamp_min(TINY).log()


class Output(nn.Module, ABC):
    """Hidden state → a distribution of frames. It draws by n_draws numbers from 0…1 a frame,
    beside a standard normal number a feature."""

    n_draws: int

    @abstractmethod
    def loss(self, hidden: Hidden, frames: Frame) -> Float32[Tensor, ""]:
        """What falls as the true frames become likelier, per feature."""

    @abstractmethod
    def expected(self, hidden: Hidden) -> Frame:
        """The mean of the distribution."""

    @abstractmethod
    def draw(self, hidden: Hidden, normal: Frame, chance: Chances, temperature: float) -> Frame:
        """A frame; at temperature 0 the likeliest."""


class MeanOutput(Output):
    """Linear, squared error: the likelihood of a Gaussian whose width is the same for all frames.

    That width is measured per feature while training; drawing adds it.
    """

    n_draws = 0
    residual: Tensor

    def __init__(self, n_hidden: int, n_features: int):
        super().__init__()
        self.linear = nn.Linear(n_hidden, n_features)
        self.register_buffer("residual", torch.ones(n_features))

    def loss(self, hidden: Hidden, frames: Frame) -> Float32[Tensor, ""]:
        error = (frames - self.expected(hidden)).square()
        if self.training:
            self.residual.lerp_(error.detach().flatten(0, -2).mean(dim=0).sqrt(), 0.02)
        return error.mean()

    def expected(self, hidden: Hidden) -> Frame:
        mean: Tensor = self.linear(hidden).float()
        return mean

    def draw(self, hidden: Hidden, normal: Frame, chance: Chances, temperature: float) -> Frame:
        frame: Tensor = self.expected(hidden) + temperature * self.residual * normal
        return frame


class MixtureOutput(Output):
    """Gaussians with a scale a feature in common and means that lie apart along few directions.

    Mean k is centre + directions · shift k. Weights, centre, shifts and scales depend on the
    hidden state, the n_directions directions do not (ours: means of their own would make an
    output of n_components × n_features × n_hidden weights, the largest part of the network).
    """

    first_scale: ClassVar[float] = math.log(math.e - 1)  # softplus of it is 1

    def __init__(self, n_hidden: int, n_features: int, n_components: int, n_directions: int):
        super().__init__()
        self.n_draws = n_components
        self.sizes = [n_features, n_features, n_components, n_components * n_directions]
        self.linear = nn.Linear(n_hidden, sum(self.sizes))
        with torch.no_grad():
            self.linear.bias[n_features : 2 * n_features] = self.first_scale
        # Shifts set off small but apart, or no component would ever differ from another.
        nn.init.normal_(self.linear.bias[-self.sizes[3] :], std=0.3)
        self.directions = nn.Parameter(torch.randn(n_directions, n_features) / n_directions**0.5)

    def loss(self, hidden: Hidden, frames: Frame) -> Float32[Tensor, ""]:
        """Negative log-likelihood in nats, divided by the number of features."""
        centre, scale, weights, shifts = self._parts(hidden)
        beyond = (frames - centre) / scale
        steps = (shifts @ self.directions) / scale[..., None, :]
        distance = (beyond[..., None, :] - steps).square().sum(dim=-1)
        likelihood = torch.logsumexp(weights.log_softmax(dim=-1) - distance / 2, dim=-1)
        n = frames.shape[-1]
        width = scale.log().sum(dim=-1) + n / 2 * math.log(2 * math.pi)
        return (width - likelihood).mean() / n

    def expected(self, hidden: Hidden) -> Frame:
        centre, _, weights, shifts = self._parts(hidden)
        shift = (weights.softmax(dim=-1)[..., None] * shifts).sum(dim=-2)
        return centre + shift @ self.directions

    def draw(self, hidden: Hidden, normal: Frame, chance: Chances, temperature: float) -> Frame:
        centre, scale, weights, shifts = self._parts(hidden)
        chosen = (weights + temperature * gumbel(chance)).argmax(dim=-1)
        shift = shifts.gather(
            -2, chosen[..., None, None].expand(*chosen.shape, 1, shifts.shape[-1])
        )
        return centre + shift[..., 0, :] @ self.directions + temperature * scale * normal

    def _parts(self, hidden: Hidden) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Centre and scale (… features), log-weights (… components), shifts (… components
        directions)."""
        said = self.linear(hidden).float()
        centre, scale, weights, shifts = said.split(self.sizes, dim=-1)
        apart = shifts.unflatten(-1, (self.n_draws, -1))
        return centre, LEAST_SCALE + softplus(scale), weights, apart
