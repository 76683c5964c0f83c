"""Codec: sound to few latent numbers and back through an inverse short-time Fourier transform.

Log-mel in, a linear way beside ConvNeXt blocks, latents at 10–35 frames a second; a linear way
beside ConvNeXt blocks, magnitude and phase of every bin, overlap-add out (the head of Vocos,
Siuzdak 2023). Trained on samples, first against spectra alone, later also against critics, which
play every few steps.

Blocks that know no place make of a steady sound the same phases in every frame, and overlap-add of
equal frames has only multiples of the frame rate: no pitch but those, and fog between. So phases
are relative to sines in the middle of the bins, which go on turning from frame to frame.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import gcd, log, pi
from typing import ClassVar

import torch
from jaxtyping import Float32
from torch import Tensor, nn
from torch.nn.functional import pad

from menura.audio.mel import mel_filter_bank
from menura.foundation.errors import UsageError
from menura.models._convnext import KERNEL, Sequence, stack
from menura.models._critics import Critics
from menura.models._outline import Outline
from menura.models._overlap import analyse, synthesise, turn_frames, turning
from menura.models._paths import along
from menura.models._precision import in_float32
from menura.models._spectral_distance import N_FFTS, SpectralDistance
from menura.models.contract import (
    Batch,
    Losses,
    Model,
    Optimizer,
    Path,
    Phase,
    Schedule,
    over_time,
)
from menura.representations import Frames, Spec

Sound = Float32[Tensor, "rows time"]
Latents = Float32[Tensor, "rows latent steps"]
HEAD_START = 100  # turns that critics have had, which begin anew, before a trained codec hears them


@dataclass(frozen=True)
class SpectralCodecConfig:
    """Sizes, and the weights of what is lowered.

    n_fft, hop_length, n_mels: of the spectra in and out. stride: hops in a latent step.
    n_latent: numbers in a latent step of one channel. latent_noise: deviation of the noise added
        to latents (which are kept near deviation 1) in training, so that neighbours sound alike.
    floor_db: what is softer than that, in a mel band, is heard as if it were that soft.
    texture_weight: of the difference of means and deviations of bands (see SpectralDistance).
    critic_start: step at which the critics begin; critic_every: steps between their turns.
    """

    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 128
    stride: int = 2
    n_latent: int = 32
    encoder_width: int = 256
    encoder_depths: tuple[int, int] = (4, 3)
    decoder_width: int = 384
    decoder_depths: tuple[int, int] = (3, 6)
    latent_noise: float = 0.05
    floor_db: float = -80.0
    texture_weight: float = 0.0
    critic_start: int = 3000
    critic_every: int = 2
    critic_n_ffts: tuple[int, ...] = (2048, 1024, 512)
    critic_width: int = 16
    fooling_weight: float = 0.1
    matching_weight: float = 0.2
    optimizer: Optimizer = field(
        default_factory=lambda: Optimizer("adamw", learning_rate=5e-4, betas=(0.8, 0.99))
    )
    schedule: Schedule = field(default_factory=lambda: Schedule(warmup_steps=100))
    critic_optimizer: Optimizer = field(
        default_factory=lambda: Optimizer("adamw", learning_rate=5e-4, betas=(0.8, 0.99))
    )

    def __post_init__(self) -> None:
        if self.n_fft % 2 or not 0 < self.hop_length <= self.n_fft // 2:
            raise ValueError("n_fft must be even and hop_length at most half of it")
        if min(self.stride, self.n_latent, self.critic_every, self.n_mels) < 1:
            raise ValueError("stride, n_latent, n_mels and critic_every must be at least 1")


class SpectralCodec(Model):
    """Frames are samples: shape (batch, audio channels, time); channels are coded one by one.

    A piece of hop_length · stride samples is one step of n_latent numbers a channel.
    """

    Config = SpectralCodecConfig
    tiny: ClassVar[SpectralCodecConfig] = SpectralCodecConfig(
        n_fft=64,
        hop_length=16,
        n_mels=8,
        n_latent=4,
        encoder_width=16,
        encoder_depths=(1, 1),
        decoder_width=16,
        decoder_depths=(1, 1),
        critic_start=20,
        critic_n_ffts=(64,),
        critic_width=4,
        optimizer=Optimizer("adamw", learning_rate=3e-3),
        schedule=Schedule(),
    )
    tiny_spec: ClassVar[Spec] = Spec(sample_rate=8000, n_channels=1, hop_length=1)
    tiny_frames: ClassVar[int] = 1024
    filters: Tensor
    n_codec_steps: Tensor
    n_critic_steps: Tensor

    def __init__(self, config: SpectralCodecConfig, spec: Spec):
        super().__init__(config, spec)
        if spec.hop_length != 1:
            raise UsageError("a spectral codec learns samples: give it the waveform representation")
        c = config
        filters = mel_filter_bank(spec.sample_rate, c.n_fft, c.n_mels)
        scaled = filters / filters.sum(axis=1, keepdims=True).clip(1e-8)  # a mean of bins
        self.register_buffer("filters", torch.from_numpy(scaled), persistent=False)
        narrow, wide, n_bins = c.encoder_width, c.decoder_width, c.n_fft // 2 + 1
        # Beside the network a linear way, which `begin` makes a good one at once.
        self.shortcut = nn.Conv1d(c.n_mels, c.n_latent, c.stride, stride=c.stride)
        self.encoder = nn.Sequential(
            nn.Conv1d(c.n_mels, narrow, KERNEL, padding=KERNEL // 2),
            stack(narrow, c.encoder_depths[0]),
            nn.Conv1d(narrow, wide, c.stride, stride=c.stride),
            stack(wide, c.encoder_depths[1]),
            nn.Conv1d(wide, c.n_latent, 1),
        )
        self.decoder = nn.Sequential(
            nn.Conv1d(c.n_latent, wide, KERNEL, padding=KERNEL // 2),
            stack(wide, c.decoder_depths[0]),
            nn.ConvTranspose1d(wide, wide, c.stride, stride=c.stride),
            Places(wide, turn_frames(c.n_fft, c.hop_length)),
            stack(wide, c.decoder_depths[1]),
            nn.Conv1d(wide, 2 * n_bins, 1),
        )
        head = self.decoder[-1]
        assert isinstance(head, nn.Conv1d)
        assert head.bias is not None
        nn.init.uniform_(head.bias[n_bins:], -pi, pi)  # phases alike in all bins would make clicks
        self.outline = Outline(c.n_latent, n_bins, c.stride)
        self.critics = Critics(c.critic_n_ffts, c.critic_width)
        self._was_criticised = False  # by critics that are gone
        # One longer than its own frames: what is between two partials is heard by that alone.
        n_ffts = tuple(n for n in N_FFTS if n <= 2 * c.n_fft) or (c.n_fft,)
        self.distance = SpectralDistance(spec.sample_rate, n_ffts, c.floor_db)
        self.register_buffer("n_codec_steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("n_critic_steps", torch.zeros((), dtype=torch.int64))

    @property
    def n_latent(self) -> int:
        """Numbers in a latent step of one channel."""
        return int(self.config.n_latent)

    @property
    def samples_per_step(self) -> int:
        """Samples in a latent step."""
        return int(self.config.hop_length * self.config.stride)

    @property
    def turn_steps(self) -> int:
        """Latent steps after which the phases of a steady sound are where they were."""
        frames = turn_frames(self.config.n_fft, self.config.hop_length)
        return frames // gcd(frames, self.config.stride)

    def steepness(self) -> Float32[Tensor, " latents"]:
        """Of the linear way out, to the power at which the whole decoder answers (docs/log.md)."""
        return self.outline.lengths() ** (2 / 3)

    @property
    def reach_steps(self) -> int:
        """Latent steps to either side that a piece of sound depends on, there and back."""
        c = self.config
        before = KERNEL // 2 * (1 + c.encoder_depths[0]) + -(-c.n_fft // c.hop_length)
        after = KERNEL // 2 * c.decoder_depths[1] + -(-c.n_fft // c.hop_length)
        within = KERNEL // 2 * (1 + c.encoder_depths[1] + c.decoder_depths[0])
        return int(within + -(-(before + after) // c.stride) + 2)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        players = (self.shortcut, self.encoder, self.decoder, self.outline)
        own = tuple(parameter for player in players for parameter in player.parameters())
        return {
            "codec": Phase(own, c.optimizer, c.schedule),
            "critic": Phase(
                tuple(self.critics.parameters()),
                c.critic_optimizer,
                start_step=0 if self._was_criticised else c.critic_start,
                every=c.critic_every,
            ),
        }

    def begin(self, batches: Iterable[Batch]) -> None:
        """Set off with latents that are the principal components of the log-mel spectrum, and
        with what they say of it on the way out.

        A codec that must find out by itself that pitch is worth its numbers spends its first
        minutes on loudness alone (docs/log.md).
        """
        levels = torch.cat([self._level(batch.frames.flatten(0, 1)) for batch in batches])
        shape = self.config.n_mels, self.config.stride  # of what the shortcut hears in a step
        steps = levels.reshape(len(levels), shape[0], -1, shape[1]).transpose(1, 2).flatten(0, 1)
        axes, centre = _principal_axes(steps.flatten(1), self.config.n_latent)
        last, head, bias = self.encoder[-1], self.decoder[-1], self.shortcut.bias
        assert isinstance(last, nn.Conv1d)
        assert isinstance(head, nn.Conv1d)
        assert head.bias is not None
        assert bias is not None
        with torch.no_grad():
            self.shortcut.weight.zero_()[: len(axes)] = axes.reshape(-1, *shape)
            bias.zero_()[: len(axes)] = -(axes @ centre)
            for parameter in last.parameters():
                parameter.zero_()
            n_bins = len(head.bias) // 2
            head.weight[:n_bins].zero_()
            head.bias[:n_bins].zero_()
        # A level is 0.4 nepers and 2 from their zero (see `_level`).
        self.outline.invert(axes / 2.5, 2.5 * centre - 5, self.filters)

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        real = batch.frames.flatten(0, 1)
        if phase == "critic":
            with torch.no_grad():
                made = self._decode(self._noisy(self._encode(real), rng))
            if self.training:
                self.n_critic_steps += 1
            return {"total": self.critics.own_loss(made, self._whole(real))}
        latents = self._encode(real)
        made = self._decode(self._noisy(latents, rng))
        distance, texture = self.distance.both(made, self._whole(real))
        losses = {"distance": distance, "texture": texture, "spread": _spread(latents)}
        total = distance + self.config.texture_weight * texture + 0.01 * losses["spread"]
        if self._is_criticised():
            losses["fooling"], losses["matching"] = self.critics.lesson(made, self._whole(real))
            total = total + self.config.fooling_weight * losses["fooling"]
            total = total + self.config.matching_weight * losses["matching"]
        if self.training:
            self.n_codec_steps += 1
        return {"total": total, **losses}

    def progress(self, batch: Batch, rng: torch.Generator) -> Float32[Tensor, ""]:
        """The spectral distance of the round trip; what critics say is no measure."""
        real = batch.frames.flatten(0, 1)
        distance: Tensor = self.distance(self._decode(self._encode(real)), self._whole(real))
        return distance

    def settle(self) -> None:
        """Drop the critics: only training needs them."""
        self.critics = Critics((), self.config.critic_width)

    def take_up(self, settled: Mapping[str, Tensor]) -> None:
        """The way back alone is trained on. Where critics had a say, new ones play from the first
        step, and have a say once they have learnt something: without any, what had become clear
        would be blurred again.

        Raises UsageError when these are not the weights of such a codec.
        """
        own = self.state_dict()
        wanted = {name for name in own if not name.startswith("critics.")}
        if settled.keys() != wanted or any(own[n].shape != w.shape for n, w in settled.items()):
            raise UsageError("the codec to be trained on is of another shape")
        self.load_state_dict(dict(settled), strict=False)
        for part in (self.shortcut, self.encoder):
            part.requires_grad_(False)
        self._was_criticised = bool(self.n_critic_steps > 0)
        self.n_codec_steps.zero_()
        self.n_critic_steps.zero_()

    def reconstruct(self, frames: Frames) -> Frames:
        return self.from_latent(self.to_latent(frames), frames.shape[2])

    def to_latent(self, frames: Frames) -> Float32[Tensor, "batch latent steps"]:
        """n_latent numbers a channel for every samples_per_step samples (the last padded)."""
        rows = frames.flatten(0, 1)
        n_missing = -rows.shape[1] % self.samples_per_step
        latents = self._encode(pad(rows, (0, n_missing)))
        return latents.reshape(frames.shape[0], -1, latents.shape[2])

    def embed(self, frames: Frames) -> Float32[Tensor, "batch numbers"]:
        """Mean and deviation of the latents over the piece."""
        return over_time(self.to_latent(frames))

    def from_latent(
        self, latent: Float32[Tensor, "batch latent steps"], n_frames: int
    ) -> Float32[Tensor, "batch features {n_frames}"]:
        rows = latent.reshape(-1, self.config.n_latent, latent.shape[2])
        sound = self._decode(rows)[:, :n_frames]
        return sound.reshape(latent.shape[0], -1, sound.shape[1])

    def mixed(
        self,
        a: Float32[Tensor, "batch latent steps"],
        b: Float32[Tensor, "batch latent steps"],
        shares: Float32[Tensor, " frames"],
        path: Path | None = None,
    ) -> Float32[Tensor, "batch latent steps"]:
        """Step by step; a straight line unless a circle is asked for."""
        return along(a, b, shares[:: self.samples_per_step], path or "linear")

    def _whole(self, sound: Sound) -> Float32[Tensor, "rows whole"]:
        """Cut to whole steps."""
        return sound[:, : sound.shape[1] // self.samples_per_step * self.samples_per_step]

    def _level(self, sound: Sound) -> Float32[Tensor, "rows mels frames"]:
        """Log-mel spectra of whole steps: from 2 for a full-scale sine down to −1.7 for −80 dB, or
        −2.6 for −100: as far as floor_db."""
        c = self.config
        with in_float32(sound):
            spectrum = analyse(self._whole(sound), c.n_fft, c.hop_length)
            mel = self.filters @ spectrum.abs() * (4 / c.n_fft)
            level: Tensor = (mel.clamp_min(10 ** (c.floor_db / 20)).log() + 5) / 2.5
            return level

    def _encode(self, sound: Sound) -> Latents:
        level = self._level(sound)
        with in_float32(level):
            straight = self.shortcut(level)
        latents: Tensor = straight + self.encoder(level).float()
        return latents

    def _decode(self, latents: Latents) -> Sound:
        c = self.config
        magnitude, phase = self.decoder(latents).float().chunk(2, dim=1)
        with in_float32(magnitude):
            level = magnitude + self.outline(latents.float())
            # A spectrum may reach 20 dB above a full-scale sine, no further.
            loud = level.clamp_max(log(c.n_fft / 4 * 10)).exp()
            turned = turning(phase.shape[2], c.n_fft, c.hop_length).to(phase.device)
            sound: Tensor = synthesise(torch.polar(loud, phase + turned), c.n_fft, c.hop_length)
            return sound

    def _noisy(self, latents: Latents, rng: torch.Generator) -> Latents:
        drawn = torch.randn(latents.shape, generator=rng, device=latents.device)
        noisy: Tensor = latents + self.config.latent_noise * drawn
        return noisy

    def _is_criticised(self) -> bool:
        """Whether critics have a say in this step: once they have begun, when it is their turn."""
        every, least = self.config.critic_every, HEAD_START if self._was_criticised else 0
        return bool(self.n_critic_steps > least) and int(self.n_codec_steps) % every == 0


class Places(nn.Module):
    """Tells each frame where in a turn of the phases it is: a tone needs not know, an onset does,
    which would be somewhere else in its window by what the phases have turned."""

    def __init__(self, width: int, n_places: int):
        super().__init__()
        self.told = nn.Parameter(torch.zeros(width, n_places))

    def forward(self, x: Sequence) -> Sequence:
        places = torch.arange(x.shape[2], device=x.device) % self.told.shape[1]
        return x + self.told[:, places]


def _spread(latents: Latents) -> Float32[Tensor, ""]:
    """How far latents are from mean 0 and deviation 1, over the batch."""
    deviation = latents.std(dim=(0, 2))
    centre = latents.mean(dim=(0, 2))
    spread: Tensor = centre.square().mean() + (deviation - 1).square().mean()
    return spread


def _principal_axes(
    points: Float32[Tensor, "points dimensions"], n: int
) -> tuple[Float32[Tensor, "n dimensions"], Float32[Tensor, " dimensions"]]:
    """At most n axes along which the points vary most, scaled to deviation 1, and the centre."""
    device, points = points.device, points.cpu()  # not every device knows float64
    centre = points.mean(dim=0)
    variances, axes = torch.linalg.eigh((points - centre).double().T.cov())
    deviations = variances.clamp_min(0).sqrt().flip(0)[:n]
    # What hardly varies is left quiet: scaled up it would be noise.
    scale = deviations.clamp_min(max(0.01 * float(deviations[0]), 0.01))
    return (axes.T.flip(0)[:n] / scale[:, None]).float().to(device), centre.to(device)
