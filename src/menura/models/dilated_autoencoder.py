"""Autoencoder of samples by dilated causal convolutions: residual blocks, bottleneck, and back.

The "WaveNet autoencoder" of the GAN, LSTM, WaveNet and CVAE report (section 3.4.2): a causal
convolution, residual blocks (dilated convolution, ReLU, batch normalisation, dropout) with skip
connections, a bottleneck, upsampling, residual blocks again, a linear layer; mean absolute error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn.functional import pad

from menura.foundation.errors import UsageError
from menura.models._latent_walk import LatentWalk
from menura.models._paths import along
from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Losses,
    Model,
    Optimizer,
    Path,
    Phase,
    Rngs,
    Sampling,
    Schedule,
    over_time,
)
from menura.representations import Frames, Spec

Signal = Float[Tensor, "batch width time"]
Latents = Float32[Tensor, "batch latent steps"]
PIECE = 16_384  # samples that are encoded or decoded at once


@dataclass(frozen=True)
class DilatedAutoencoderConfig:
    """width: channels of all layers. kernel, dilations: of the residual blocks on either side.

    n_latent, stride: numbers in a step of the bottleneck, and samples in a step.
    upsampling: how steps become samples again: repeated, as reported, or by a learnt transposed
        convolution, which can write a wave within a step.
    dropout: in every residual block, while training.
    """

    width: int = 32
    kernel: int = 3
    dilations: tuple[int, ...] = (1, 4, 16)
    n_latent: int = 4
    stride: int = 8
    upsampling: Literal["repeat", "learnt"] = "repeat"
    dropout: float = 0.1
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if min(self.width, self.kernel, self.n_latent, self.stride) < 1:
            raise ValueError("width, kernel, n_latent and stride must be at least 1")
        if not self.dilations or min(self.dilations) < 1:
            raise ValueError("dilations must be numbers of at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be from 0 to below 1, not {self.dropout:g}")


class DilatedAutoencoder(Model):
    """Frames are samples: shape (batch, audio channels, time), of any length.

    New clips are decoded from steps drawn by the Gaussian of the training's (see LatentWalk);
    `temperature` scales how far they are from its mean.

    Long clips go through piece by piece, each with what it hears before it: the same as whole, in
    memory that does not grow with the length but for the sound and its latents.
    """

    Config = DilatedAutoencoderConfig
    tiny: ClassVar[DilatedAutoencoderConfig] = DilatedAutoencoderConfig(
        width=8, dropout=0.0, optimizer=Optimizer(learning_rate=3e-3)
    )
    tiny_spec: ClassVar[Spec] = Spec(sample_rate=8000, n_channels=1, hop_length=1)
    tiny_frames: ClassVar[int] = 256

    def __init__(self, config: DilatedAutoencoderConfig, spec: Spec):
        super().__init__(config, spec)
        if spec.hop_length != 1 or spec.n_classes is not None:
            raise UsageError(
                "a dilated autoencoder learns samples: give it the waveform representation"
            )
        c = config
        self.entering = Causal(spec.n_channels, c.width, 2)
        self.encoder = Blocks(c.width, c.kernel, c.dilations, c.dropout)
        self.narrowing = nn.Conv1d(c.width, c.n_latent, c.stride, stride=c.stride)
        self.widening: nn.Module
        if c.upsampling == "repeat":
            self.widening = nn.Sequential(
                nn.Upsample(scale_factor=c.stride), Causal(c.n_latent, c.width, 2)
            )
        else:
            self.widening = nn.ConvTranspose1d(c.n_latent, c.width, c.stride, stride=c.stride)
        self.decoder = Blocks(c.width, c.kernel, c.dilations, c.dropout)
        self.leaving = nn.Conv1d(c.width, spec.n_channels, 1)
        self.walk = LatentWalk(c.n_latent)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        """total: the mean absolute error of a sample."""
        sound = batch.frames
        latents = self._encode(sound, rng)
        if self.training:
            self.walk.follow(latents)
        made = self._decode(latents, sound.shape[2], rng)
        return {"total": (made.float() - sound).abs().mean()}

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        n_steps = max(1, -(-n_frames // self.config.stride))
        return self.from_latent(self.walk.draw(rngs, n_steps, sampling.temperature), n_frames)

    def reconstruct(self, frames: Frames) -> Frames:
        return self.from_latent(self.to_latent(frames), frames.shape[2])

    def to_latent(self, frames: Frames) -> Latents:
        """n_latent numbers for every `stride` samples, the last ones filled up with silence."""
        c = self.config
        n_steps = -(-frames.shape[2] // c.stride)
        latents = torch.empty(frames.shape[0], c.n_latent, n_steps, device=frames.device)
        with self._playing():
            for heard, first, stop in self._pieces(n_steps):
                sound = frames[:, :, heard * c.stride : stop * c.stride]
                latents[:, :, first:stop] = self._encode(sound, None)[:, :, first - heard :]
        return latents

    def embed(self, frames: Frames) -> Float32[Tensor, "batch numbers"]:
        """Mean and deviation of the latents over the piece."""
        return over_time(self.to_latent(frames))

    def from_latent(
        self, latent: Latents, n_frames: int
    ) -> Float32[Tensor, "batch features {n_frames}"]:
        stride = self.config.stride
        n_frames = min(n_frames, latent.shape[2] * stride)
        made = torch.empty(len(latent), self.spec.n_channels, n_frames, device=latent.device)
        with self._playing():
            for heard, first, stop in self._pieces(-(-n_frames // stride)):
                sound = self._decode(latent[:, :, heard:stop], n_frames - heard * stride, None)
                made[:, :, first * stride : stop * stride] = sound[:, :, (first - heard) * stride :]
        return made

    def mixed(
        self,
        a: Latents,
        b: Latents,
        shares: Float32[Tensor, " frames"],
        path: Path | None = None,
    ) -> Latents:
        """Step by step; a straight line unless a circle is asked for."""
        return along(a, b, shares[:: self.config.stride], path or "linear")

    def _pieces(self, n_steps: int) -> Iterator[tuple[int, int, int]]:
        """Of each piece: the step from which it is heard, its first, and the one after its last.

        What the steps before its first say is left off: what they would need is not there. None
        after its last is needed, since no layer looks ahead.
        """
        stride = self.config.stride
        # Either side of the bottleneck looks no further back than this.
        n_heard = -(-(self.entering.n_before + self.encoder.n_before) // stride)
        # A piece is no shorter than what is heard before it, or most would be done many times.
        size = max(1, PIECE // stride, n_heard)
        for first in range(0, n_steps, size):
            yield max(0, first - n_heard), first, min(first + size, n_steps)

    def _encode(self, sound: Frames, rng: torch.Generator | None) -> Float[Tensor, "batch n steps"]:
        whole = pad(sound, (0, -sound.shape[2] % self.config.stride))
        said: Tensor = self.narrowing(self.encoder(self.entering(whole), rng))
        return said

    def _decode(
        self, latents: Float[Tensor, "batch n steps"], n_frames: int, rng: torch.Generator | None
    ) -> Float[Tensor, "batch features frames"]:
        sound: Tensor = self.leaving(self.decoder(self.widening(latents), rng))
        return sound[:, :, :n_frames]

    @contextmanager
    def _playing(self) -> Iterator[None]:
        """No gradients, and batch normalisation by what was learnt, not by the batch."""
        was_training = self.training
        self.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self.train(was_training)


class Causal(nn.Module):
    """A convolution whose output at a sample depends on none after it."""

    def __init__(self, n_in: int, n_out: int, kernel: int, dilation: int = 1):
        super().__init__()
        self.n_before = (kernel - 1) * dilation
        self.convolution = nn.Conv1d(n_in, n_out, kernel, dilation=dilation)

    def forward(self, x: Float[Tensor, "batch from time"]) -> Float[Tensor, "batch to time"]:
        made: Tensor = self.convolution(pad(x, (self.n_before, 0)))
        return made


class Block(nn.Module):
    """Dilated causal convolution, ReLU, batch normalisation, dropout: into the residual way, and
    into the skip."""

    def __init__(self, width: int, kernel: int, dilation: int, dropout: float, *, is_last: bool):
        super().__init__()
        self.dropout = dropout
        self.dilated = Causal(width, width, kernel, dilation)
        self.norm = nn.BatchNorm1d(width)
        self.residual = None if is_last else nn.Conv1d(width, width, 1)
        self.skip = nn.Conv1d(width, width, 1)

    def forward(self, x: Signal, rng: torch.Generator | None) -> tuple[Signal, Signal]:
        heard: Tensor = self.norm(self.dilated(x).relu())
        if self.training and self.dropout and rng is not None:
            kept = torch.rand(heard.shape, generator=rng, device=rng.device) >= self.dropout
            heard = heard * (kept / (1 - self.dropout))
        return x if self.residual is None else x + self.residual(heard), self.skip(heard)


class Blocks(nn.Module):
    """Residual blocks; what leaves is the sum of their skips, through a ReLU."""

    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...], dropout: float):
        super().__init__()
        last = len(dilations) - 1
        self.blocks = nn.ModuleList(
            Block(width, kernel, dilation, dropout, is_last=number == last)
            for number, dilation in enumerate(dilations)
        )
        self.n_before = (kernel - 1) * sum(dilations)

    def forward(self, x: Signal, rng: torch.Generator | None) -> Signal:
        total = torch.zeros_like(x)
        for block in self.blocks:
            x, skip = block(x, rng)
            total = total + skip
        return total.relu()
