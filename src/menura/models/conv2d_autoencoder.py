"""Autoencoder of two-dimensional convolutions over windows of spectrograms; variational or plain.

The baseline of the interpolation report: convolutions that halve rows and columns, a dense layer
to the latents, a dense layer back, transposed convolutions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import nn

from menura.foundation.errors import UsageError
from menura.models._autoencoder import Autoencoder, AutoencoderConfig
from menura.models._bottleneck import BottleneckConfig
from menura.models._image_coding import (
    ConvTranspose2d,
    ImageDecoder,
    ImageEncoder,
    Size,
    residual_blocks,
    window_size,
)
from menura.models.contract import Optimizer
from menura.representations import Spec


@dataclass(frozen=True)
class Conv2dAutoencoderConfig(AutoencoderConfig):
    """channels: of each convolution that halves rows and columns, and mirrored on the way back.

    kernel: rows and columns of every convolution. An even one makes no chequerboard on the way
        back (Odena, Dumoulin & Olah 2016), being a multiple of the stride.
    padding: of the halving convolutions: "valid" has none, as reported, "same" halves exactly.
    n_blocks: residual blocks after every halving and before every doubling.
    n_places: stretches of a window with latents of their own; 1 has one vector for all of it.
    """

    n_window: int = 640
    n_overlap: int = 64
    channels: tuple[int, ...] = (32, 64, 64, 64)
    kernel: int = 3
    padding: Literal["valid", "same"] = "valid"
    n_blocks: int = 0
    n_places: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.channels or min(self.channels) < 1:
            raise ValueError("channels must name at least one convolution, each of 1 or more")
        if self.kernel < 2 or self.n_blocks < 0 or self.n_places < 1:
            raise ValueError("kernel must be at least 2, n_places 1, n_blocks not negative")
        if self.padding == "valid" and self.n_places > 1:
            raise ValueError('n_places above 1 asks for padding "same": no column may be lost')


class Conv2dAutoencoder(Autoencoder):
    """Squared error on spectrograms of any range; 0…1 is not asked for."""

    Config = Conv2dAutoencoderConfig
    tiny: ClassVar[Conv2dAutoencoderConfig] = Conv2dAutoencoderConfig(
        n_window=16,
        n_overlap=4,
        channels=(8, 8),
        kernel=4,
        padding="same",
        n_blocks=1,
        n_places=2,
        bottleneck=BottleneckConfig(n_latent=6, kl_weight=0.1, free_nats=0.1),
        optimizer=Optimizer(learning_rate=3e-3),
    )
    tiny_frames: ClassVar[int] = 16

    def __init__(self, config: Conv2dAutoencoderConfig, spec: Spec):
        super().__init__(config, spec, config.n_places)
        c, n_halvings = config, len(config.channels)
        read = window_size(spec, c.n_window, n_halvings, c.n_places)
        said = read
        for channels in c.channels:
            said = Size(channels, *(self._halved(n) for n in (said.rows, said.columns)))
        if min(said.rows, said.columns) < 1:
            raise UsageError(
                f"{read.rows} features of {c.n_window} frames cannot be halved {n_halvings} times "
                "without padding; take fewer channels, more frames or padding=same"
            )
        begun = Size(c.channels[-1], read.rows >> n_halvings, read.columns >> n_halvings)
        down = nn.Sequential(*_down(c, read.channels))
        self.encoder = ImageEncoder(down, read, said, c.bottleneck.n_said, c.n_places)
        up = nn.Sequential(*_up(c, read.channels))
        self.decoder = ImageDecoder(up, begun, c.bottleneck.n_latent, c.n_places)

    def _halved(self, n: int) -> int:
        c = self.config
        return (n - c.kernel) // 2 + 1 if c.padding == "valid" else n // 2


def _down(config: Conv2dAutoencoderConfig, n_in: int) -> Iterator[nn.Module]:
    padding = 0 if config.padding == "valid" else (config.kernel - 1) // 2
    for n_out in config.channels:
        yield nn.Conv2d(n_in, n_out, config.kernel, stride=2, padding=padding)
        yield nn.ReLU()
        yield from residual_blocks(config.n_blocks, n_out)
        n_in = n_out


def _up(config: Conv2dAutoencoderConfig, n_audio_channels: int) -> Iterator[nn.Module]:
    k, n_in = config.kernel, config.channels[-1]
    for n_out in reversed(config.channels):
        yield from residual_blocks(config.n_blocks, n_in)
        yield ConvTranspose2d(n_in, n_out, k, stride=2, padding=(k - 1) // 2, output_padding=k % 2)
        yield nn.ReLU()
        n_in = n_out
    last = k - 1 + k % 2  # odd, or rows and columns would be one too many
    yield ConvTranspose2d(n_in, n_audio_channels, last, padding=last // 2)
