"""Variational autoencoder of convolutions over time, with the frequencies as channels.

The interpolation report's third form: a pattern of low notes is not one of high notes, so kernels
slide along time alone and every frequency has weights of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from menura.models._autoencoder import Autoencoder, AutoencoderConfig
from menura.models._bottleneck import BottleneckConfig
from menura.models._convnext import stack
from menura.models.contract import Optimizer
from menura.representations import Spec


@dataclass(frozen=True)
class Conv1dVaeConfig(AutoencoderConfig):
    """channels: of each convolution that halves the frames, and mirrored on the way back. A latent
        vector stands for 2 to the power of their number of frames.
    n_blocks: ConvNeXt blocks after every halving and before every doubling.
    """

    n_window: int = 640
    n_overlap: int = 64
    channels: tuple[int, ...] = (256, 256, 128, 128)
    n_blocks: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.channels or min(self.channels) < 1 or self.n_blocks < 0:
            raise ValueError("channels must be 1 or more each, and n_blocks not negative")
        if self.n_window % self.frames_per_place:
            raise ValueError(
                f"n_window must be a multiple of {self.frames_per_place}, not {self.n_window}"
            )

    @property
    def frames_per_place(self) -> int:
        """Frames that a latent vector stands for."""
        return int(2 ** len(self.channels))


class Conv1dVae(Autoencoder):
    """Latents along time: of every few frames a vector."""

    Config = Conv1dVaeConfig
    tiny: ClassVar[Conv1dVaeConfig] = Conv1dVaeConfig(
        n_window=16,
        n_overlap=4,
        channels=(16, 16),
        n_blocks=1,
        linear_way=True,
        bottleneck=BottleneckConfig(n_latent=3, kl_weight=0.1, free_nats=0.1),
        optimizer=Optimizer(learning_rate=3e-3),
    )
    tiny_frames: ClassVar[int] = 16

    def __init__(self, config: Conv1dVaeConfig, spec: Spec):
        super().__init__(config, spec, config.n_window // config.frames_per_place)
        self.encoder = nn.Sequential(*_down(config, spec.n_channels))
        self.decoder = nn.Sequential(*_up(config, spec.n_channels))


def _down(config: Conv1dVaeConfig, n_in: int) -> Iterator[nn.Module]:
    for n_out in config.channels:
        yield nn.Conv1d(n_in, n_out, 4, stride=2, padding=1)
        yield nn.ReLU()
        yield stack(n_out, config.n_blocks)
        n_in = n_out
    yield nn.Conv1d(n_in, config.bottleneck.n_said, 1)


def _up(config: Conv1dVaeConfig, n_features: int) -> Iterator[nn.Module]:
    n_in = config.channels[-1]
    yield nn.Conv1d(config.bottleneck.n_latent, n_in, 1)
    for n_out in reversed(config.channels):
        yield stack(n_in, config.n_blocks)
        yield nn.ConvTranspose1d(n_in, n_out, 4, stride=2, padding=1)
        yield nn.ReLU()
        n_in = n_out
    yield nn.Conv1d(n_in, n_features, 3, padding=1)
