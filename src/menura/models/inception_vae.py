"""Variational autoencoder of parallel convolutions of several shapes over spectrograms.

The interpolation report's second form: kernels side by side (Szegedy et al. 2015), so that a layer
hears what lasts and what strikes at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from menura.models._autoencoder import Autoencoder, AutoencoderConfig
from menura.models._bottleneck import BottleneckConfig
from menura.models._image_coding import (
    ConvTranspose2d,
    Image,
    ImageDecoder,
    ImageEncoder,
    Size,
    residual_blocks,
    window_size,
)
from menura.models.contract import Optimizer
from menura.representations import Spec

Kernels = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class InceptionVaeConfig(AutoencoderConfig):
    """channels: of each layer that halves rows and columns, shared out to its kernels, and mirrored
        on the way back.
    kernels: rows × columns of the convolutions side by side, all odd: a tall one hears a chord or
        a stroke at once, a wide one a note that lasts.
    n_blocks, n_places: as of the conv2d-autoencoder.
    """

    n_window: int = 640
    n_overlap: int = 64
    channels: tuple[int, ...] = (32, 64, 64, 64)
    kernels: Kernels = ((1, 1), (3, 3), (5, 5))
    n_blocks: int = 0
    n_places: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.kernels or any(n < 1 or n % 2 == 0 for kernel in self.kernels for n in kernel):
            raise ValueError("kernels must be odd in rows and columns, and at least one")
        if not self.channels or min(self.channels) < len(self.kernels):
            raise ValueError("channels must be at least as many as there are kernels")
        if self.n_blocks < 0 or self.n_places < 1:
            raise ValueError("n_places must be at least 1 and n_blocks not negative")


class InceptionVae(Autoencoder):
    """Latents of a whole window, or of stretches of it."""

    Config = InceptionVaeConfig
    tiny: ClassVar[InceptionVaeConfig] = InceptionVaeConfig(
        n_window=16,
        n_overlap=4,
        channels=(8, 8),
        kernels=((3, 3), (5, 1), (1, 5)),
        bottleneck=BottleneckConfig(n_latent=6, kl_weight=0.1, free_nats=0.1),
        optimizer=Optimizer(learning_rate=3e-3),
    )
    tiny_frames: ClassVar[int] = 16

    def __init__(self, config: InceptionVaeConfig, spec: Spec):
        super().__init__(config, spec, config.n_places)
        c, n_halvings = config, len(config.channels)
        read = window_size(spec, c.n_window, n_halvings, c.n_places)
        inner = Size(c.channels[-1], read.rows >> n_halvings, read.columns >> n_halvings)
        down = nn.Sequential(*_down(c, read.channels))
        self.encoder = ImageEncoder(down, read, inner, c.bottleneck.n_said, c.n_places)
        up = nn.Sequential(*_up(c, read.channels))
        self.decoder = ImageDecoder(up, inner, c.bottleneck.n_latent, c.n_places)


class Parallel(nn.Module):
    """Convolutions of several shapes, what they say side by side; halves or doubles the image."""

    def __init__(self, n_in: int, n_out: int, kernels: Kernels, *, doubles: bool):
        super().__init__()
        shares = [n_out // len(kernels)] * len(kernels)
        shares[0] += n_out - sum(shares)
        self.branches = nn.ModuleList(
            _branch(n_in, share, kernel, doubles=doubles)
            for share, kernel in zip(shares, kernels, strict=True)
        )

    def forward(self, image: Image) -> Float[Tensor, "batch channels_out rows_out columns_out"]:
        return torch.cat([branch(image) for branch in self.branches], dim=1)


def _branch(n_in: int, n_out: int, kernel: tuple[int, int], *, doubles: bool) -> nn.Module:
    around = (kernel[0] // 2, kernel[1] // 2)
    if doubles:
        return ConvTranspose2d(n_in, n_out, kernel, stride=2, padding=around, output_padding=1)
    return nn.Conv2d(n_in, n_out, kernel, stride=2, padding=around)


def _down(config: InceptionVaeConfig, n_in: int) -> Iterator[nn.Module]:
    for n_out in config.channels:
        yield Parallel(n_in, n_out, config.kernels, doubles=False)
        yield nn.ReLU()
        yield from residual_blocks(config.n_blocks, n_out)
        n_in = n_out


def _up(config: InceptionVaeConfig, n_audio_channels: int) -> Iterator[nn.Module]:
    n_in = config.channels[-1]
    for n_out in reversed(config.channels):
        yield from residual_blocks(config.n_blocks, n_in)
        yield Parallel(n_in, n_out, config.kernels, doubles=True)
        yield nn.ReLU()
        n_in = n_out
    yield nn.Conv2d(n_in, n_audio_channels, 3, padding=1)
