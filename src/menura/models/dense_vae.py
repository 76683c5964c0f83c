"""Variational autoencoder of dense layers over a whole window of frames, flattened.

The network of the MFCC report: a hidden layer, mean and log-variance by a layer each, and back.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

from menura.models._autoencoder import Autoencoder, AutoencoderConfig
from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Optimizer
from menura.representations import Frames, Spec


@dataclass(frozen=True)
class DenseVaeConfig(AutoencoderConfig):
    """n_hidden: width of the layers on both sides of the latents."""

    n_hidden: int = 512

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_hidden < 1:
            raise ValueError(f"n_hidden must be at least 1, not {self.n_hidden}")


class DenseVae(Autoencoder):
    """Every value of a window is read and written by a weight of its own for each hidden unit."""

    Config = DenseVaeConfig
    tiny: ClassVar[DenseVaeConfig] = DenseVaeConfig(
        n_window=16,
        n_overlap=4,
        n_hidden=32,
        bottleneck=BottleneckConfig(n_latent=6, kl_weight=0.1, free_nats=0.1),
        optimizer=Optimizer(learning_rate=3e-3),
    )
    tiny_frames: ClassVar[int] = 16

    def __init__(self, config: DenseVaeConfig, spec: Spec):
        super().__init__(config, spec)
        n_values = spec.n_channels * config.n_window
        self.encoder = _Encoder(n_values, config)
        self.decoder = _Decoder(n_values, config)


class _Encoder(nn.Module):
    def __init__(self, n_values: int, config: DenseVaeConfig):
        super().__init__()
        self.hidden = nn.Linear(n_values, config.n_hidden)
        n_latent = config.bottleneck.n_latent
        self.mean = nn.Linear(config.n_hidden, n_latent)
        self.log_variance = (
            nn.Linear(config.n_hidden, n_latent) if config.bottleneck.variational else None
        )

    def forward(self, window: Frames) -> Float[Tensor, "batch said 1"]:
        hidden = torch.relu(self.hidden(window.flatten(1)))
        said = [self.mean(hidden)]
        if self.log_variance is not None:
            said.append(self.log_variance(hidden))
        return torch.cat(said, dim=1)[:, :, None]


class _Decoder(nn.Module):
    def __init__(self, n_values: int, config: DenseVaeConfig):
        super().__init__()
        self.hidden = nn.Linear(config.bottleneck.n_latent, config.n_hidden)
        self.window = nn.Linear(config.n_hidden, n_values)
        self.n_window = config.n_window

    def forward(self, latents: Float32[Tensor, "batch latent 1"]) -> Float[Tensor, "batch f t"]:
        values: Tensor = self.window(torch.relu(self.hidden(latents.flatten(1))))
        return values.reshape(len(latents), -1, self.n_window)
