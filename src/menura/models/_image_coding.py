"""Windows of frames as images, down to a few numbers and up again.

The layers between are a model's own; here are the ends: an image of audio channels × rows ×
columns, and linear maps from all that the layers say of a stretch of columns to its numbers.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn.functional import conv_transpose2d

from menura.foundation.errors import UsageError
from menura.representations import Frames, Spec

Image = Float[Tensor, "batch channels rows columns"]
Larger = Float[Tensor, "batch channels_out rows_out columns_out"]


@dataclass(frozen=True)
class Size:
    """Of an image."""

    channels: int
    rows: int
    columns: int

    @property
    def n_values(self) -> int:
        return self.channels * self.rows * self.columns


def window_size(spec: Spec, n_window: int, n_halvings: int, n_places: int) -> Size:
    """Of a window as an image: a row a feature of an audio channel, a column a frame.

    Raises UsageError unless rows and columns can be halved so often and the columns left make
    n_places stretches.
    """
    n_rows, step = spec.n_channels // spec.n_audio_channels, 2**n_halvings
    for what, n in (("features", n_rows), ("frames of a window (n_window)", n_window)):
        if n % step:
            raise UsageError(f"{n} {what} cannot be halved {n_halvings} times: multiples of {step}")
    if n_window // step % n_places:
        raise UsageError(f"{n_window // step} columns do not make {n_places} places (n_places)")
    return Size(spec.n_audio_channels, n_rows, n_window)


def channels_last(layers: nn.Module) -> nn.Module:
    """Their weights laid out in memory as their images are: what vector units read fastest."""
    return layers.to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]


class ConvTranspose2d(nn.ConvTranspose2d):
    """PyTorch's, but the constant is added afterwards: the gradient of its own is summed one value
    after the other on CPUs, where all else is laid out with channels last. It took four fifths of
    the way back through a layer."""

    def forward(self, image: Image, output_size: list[int] | None = None) -> Larger:
        assert output_size is None
        # PyTorch's own type of a padding is also a word, of which there is none here.
        ways = self.stride, self.padding, self.output_padding
        wider: Larger = conv_transpose2d(image, self.weight, None, *ways)  # type: ignore[arg-type]
        if self.bias is None:
            return wider
        constant: Tensor = self.bias.to(wider.dtype)
        return wider.add_(constant[:, None, None])


class ImageEncoder(nn.Module):
    """Layers, then all they say of each stretch of columns as n_said numbers. `said`: its size."""

    def __init__(self, layers: nn.Module, read: Size, said: Size, n_said: int, n_places: int):
        super().__init__()
        self.read, self.n_places = read, n_places
        self.layers = channels_last(layers)
        self.dense = nn.Linear(said.n_values // n_places, n_said)

    def forward(self, window: Frames) -> Float[Tensor, "batch said places"]:
        n, _, n_columns = window.shape
        read = window.reshape(n, self.read.channels, -1, n_columns)
        image: Image = self.layers(read.contiguous(memory_format=torch.channels_last))
        stretches = image.reshape(*image.shape[:3], self.n_places, -1).movedim(3, 1).flatten(2)
        said: Tensor = self.dense(stretches)
        return said.transpose(1, 2)


class ImageDecoder(nn.Module):
    """From the numbers of each stretch an image of size `begun`, then layers."""

    def __init__(self, layers: nn.Module, begun: Size, n_latent: int, n_places: int):
        super().__init__()
        self.begun = begun
        self.dense = nn.Linear(n_latent, begun.n_values // n_places)
        self.layers = channels_last(layers)

    def forward(
        self, latents: Float32[Tensor, "batch latent places"]
    ) -> Float[Tensor, "batch features frames"]:
        n, _, n_places = latents.shape
        stretches: Tensor = self.dense(latents.transpose(1, 2))
        image = stretches.reshape(n, n_places, self.begun.channels, self.begun.rows, -1)
        image = image.movedim(1, 3).flatten(3, 4)
        window: Image = self.layers(image.contiguous(memory_format=torch.channels_last))
        return window.flatten(1, 2)


class ResidualBlock(nn.Module):
    """x + two 3 × 3 convolutions of it, each after a norm (He et al. 2016, with group norms)."""

    def __init__(self, n_channels: int):
        super().__init__()
        self.change = nn.Sequential(
            nn.GroupNorm(_groups(n_channels), n_channels),
            nn.SiLU(),
            nn.Conv2d(n_channels, n_channels, 3, padding=1),
            nn.GroupNorm(_groups(n_channels), n_channels),
            nn.SiLU(),
            nn.Conv2d(n_channels, n_channels, 3, padding=1),
        )

    def forward(self, image: Image) -> Image:
        changed: Image = image + self.change(image)
        return changed


def residual_blocks(n_blocks: int, n_channels: int) -> list[nn.Module]:
    """So many in a row."""
    return [ResidualBlock(n_channels) for _ in range(n_blocks)]


def _groups(n_channels: int) -> int:
    """Eight channels or so to a group."""
    return next(n for n in range(max(1, n_channels // 8), 0, -1) if n_channels % n == 0)
