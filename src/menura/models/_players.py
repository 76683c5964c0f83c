"""The two players of a GAN over frames: from noise to frames, and from frames to one verdict.

Convolutions over time, features as channels (DCGAN, Radford, Metz & Chintala 2016, in one
dimension as in WaveGAN, Donahue, McAuley & Puckette 2019). Maps are laid out (batch, channels, 1,
time) with channels last: what vector units read fastest.
"""

from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, pad

from menura.models._dropping import dropped
from menura.models._precision import in_float32
from menura.models._strided import Narrowing, Stride, Widening, narrowed, widened

leaky_relu_backward = torch.ops.aten.leaky_relu_backward  # may be gone back through itself
Noise = Float32[Tensor, "batch noise"]
Frames = Float32[Tensor, "batch features frames"]
Maps = Float[Tensor, "batch channels 1 time"]
Verdicts = Float32[Tensor, " batch"]


class Shape(NamedTuple):
    """What both players have in common. widths: channels from the coarsest map to the finest;
    strides: of the steps from each to the next, the last to the frames."""

    n_features: int
    n_frames: int
    widths: tuple[int, ...]
    strides: tuple[int, ...]
    kernel: int
    slope: float

    @property
    def n_start(self) -> int:
        """Length of the coarsest map."""
        n = self.n_frames
        for stride in self.strides:
            n //= stride
        return n

    def by(self, stride: int) -> Stride:
        """Padded at either end so that a convolution makes time / stride of time."""
        padding = -(-(self.kernel - stride) // 2)
        return Stride(stride, padding, missing=stride + 2 * padding - self.kernel)


class Generator(nn.Module):
    """Dense, reshaped; transposed convolutions, batch-normalised where asked, leaky; tanh.

    n_told: numbers that may be told beside the noise, to every map.
    """

    def __init__(self, shape: Shape, n_noise: int, *, batch_norm: bool, n_told: int = 0):
        super().__init__()
        self.shape = shape
        first = shape.widths[0]
        self.spread = nn.Linear(n_noise, shape.n_start * first)
        channels = (*shape.widths, shape.n_features)
        self.steps, self.norms = nn.ModuleList(), nn.ModuleList()
        for stride, (a, b) in zip(shape.strides, pairwise(channels), strict=True):
            # What a batch norm takes off again would be a bias that nothing moves.
            inner = len(self.norms) < len(shape.widths) - 1
            has_bias = not (inner and batch_norm)
            self.steps.append(Widening(a, b, shape.kernel, shape.by(stride), bias=has_bias))
            self.norms.append(nn.BatchNorm2d(b) if inner and batch_norm else nn.Identity())
        told = channels[1:] if n_told else ()
        self.told = nn.ModuleList(nn.Linear(n_told, width, bias=False) for width in told)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def begin(self, mean: Float32[Tensor, " features"]) -> None:
        """Make about this frame, whatever the noise."""
        last = self.steps[-1].bias
        assert isinstance(last, Tensor)
        with torch.no_grad():
            last.copy_(mean.clamp(-0.99, 0.99).atanh())

    def forward(self, noise: Noise, told: Float32[Tensor, "batch told"] | None = None) -> Frames:
        s = self.shape
        spread: Tensor = self.spread(noise).reshape(-1, 1, s.n_start, s.widths[0])
        h = leaky_relu(spread.permute(0, 3, 1, 2), s.slope)
        for number, (step, norm) in enumerate(zip(self.steps, self.norms, strict=True)):
            h = norm(step(h))
            if told is not None and len(self.told):
                h = h + self.told[number](told)[:, :, None, None]
            if number < len(self.steps) - 1:
                h = leaky_relu(h, s.slope, inplace=True)
        return h.float().tanh()[:, :, 0]


class Critic(nn.Module):
    """Strided convolutions, leaky, with dropout and phase shuffle in training; a dense layer."""

    def __init__(self, shape: Shape, *, dropout: float, shuffle: int, biased: bool):
        super().__init__()
        self.shape, self.dropout, self.shuffle = shape, dropout, shuffle
        self.steps = coarser(shape)
        self.verdict = nn.Linear(shape.n_start * shape.widths[0], 1, bias=biased)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(
        self, frames: Frames, rng: torch.Generator | None = None, *, frozen: bool = False
    ) -> Verdicts:
        """One number each, higher for what seems real.

        rng: what dropout and phase shuffle are drawn by; None for neither. frozen: gradients pass
        to the frames alone.
        """
        h = laid(frames)
        for number, step in enumerate(self.steps):
            assert isinstance(step, Narrowing)
            assert step.bias is not None
            weight, bias = (p.detach() if frozen else p for p in (step.weight, step.bias))
            h = narrowed(h, weight, bias, step.by)
            h = leaky_relu(h, self.shape.slope, inplace=True)
            if rng is not None and self.dropout:
                h = dropped(h, self.dropout, rng)
            if rng is not None and self.shuffle and number < len(self.steps) - 1:
                h = shuffled(h, self.shuffle, rng)
        last, constant = self.verdict.weight, self.verdict.bias
        if frozen:
            last = last.detach()
            constant = None if constant is None else constant.detach()  # type: ignore[assignment]
        said: Tensor = nn.functional.linear(flat(h), last, constant)
        return said[:, 0].float()

    def slopes(self, frames: Frames) -> Float32[Tensor, "batch features frames"]:
        """The gradient of each verdict with respect to its frames, without dropout or shuffle.

        Written out: where a leaky unit is on which side is found first, and is a constant then,
        so that this is a chain of transposed convolutions, which weights are learnt through as
        through any other. What autograd does twice over costs several times as much.
        """
        passed: list[Tensor] = []
        with torch.no_grad():
            h = laid(frames)
            for step in self.steps:
                h = leaky_relu(step(h), self.shape.slope, inplace=True)
                passed.append(h)
        rows = self.verdict.weight.reshape(1, 1, self.shape.n_start, -1).permute(0, 3, 1, 2)
        g: Tensor = rows.expand(frames.shape[0], -1, -1, -1)
        for step, came_out in zip(reversed(self.steps), reversed(passed), strict=True):
            assert isinstance(step, Narrowing)
            g = leaky_relu_backward(g.to(came_out.dtype), came_out, self.shape.slope, True)
            g = widened(g, step.weight, None, step.by)
        return g.float()[:, :, 0]


def coarser(shape: Shape) -> nn.ModuleList:
    """Strided convolutions from the frames to the coarsest map."""
    channels = (shape.n_features, *shape.widths[::-1])
    return nn.ModuleList(
        Narrowing(a, b, shape.kernel, shape.by(stride))
        for stride, (a, b) in zip(shape.strides[::-1], pairwise(channels), strict=True)
    )


def laid(frames: Frames) -> Maps:
    """Frames as maps, channels last."""
    return frames[:, :, None].to(memory_format=torch.channels_last)


def flat(maps: Maps) -> Float[Tensor, "batch values"]:
    """The values of each row, in the order in which they lie in memory."""
    return maps.permute(0, 2, 3, 1).flatten(1)


def penalty(slopes: Float32[Tensor, "batch features frames"]) -> Float32[Tensor, ""]:
    """How far slopes are from length 1 (Gulrajani et al. 2017, equation 3, without its weight)."""
    with in_float32(slopes):
        lengths = (slopes.square().sum(dim=(1, 2)) + 1e-12).sqrt()
        return (lengths - 1).square().mean()


def shuffled(maps: Maps, most: int, rng: torch.Generator) -> Float[Tensor, "batch channels 1 time"]:
    """Each row moved in time by up to `most` places, mirrored at its ends, so that a critic does
    not go by the phase of a transposed convolution's hum (WaveGAN, section 3.3)."""
    n, _, _, length = maps.shape
    moves = torch.randint(-most, most + 1, (n,), generator=rng, device=rng.device).tolist()
    wide = pad(maps, (most, most, 0, 0), mode="reflect")
    rows = [row[..., most + by :][..., :length] for row, by in zip(wide, moves, strict=True)]
    return torch.stack(rows).to(memory_format=torch.channels_last)
