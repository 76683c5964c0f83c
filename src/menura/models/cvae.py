"""Variational autoencoder that is told labels: what is left to its latents is what they do not say.

The CVAE of the report (Viswanath et al., section 3.4.3): convolutions over time, a Gaussian, and
transposed convolutions, with the label beside what the encoder and the decoder hear (Sohn, Lee &
Yan 2015). The report's sigmoid cannot make the negative half of a sound; here it ends in tanh.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import relu

from menura.foundation.errors import UsageError
from menura.models._autoencoder import Autoencoder, AutoencoderConfig, Latent, Vectors
from menura.models._bottleneck import BottleneckConfig
from menura.models._players import Generator, Shape, coarser, flat, laid
from menura.models._precision import in_float32
from menura.models.contract import (
    Batch,
    Losses,
    Optimizer,
    Path,
    Rngs,
    Sampling,
)
from menura.representations import Frames, Spec

Told = Float32[Tensor, "batch labels"]
Windows = Float32[Tensor, "windows features window"]
LOUD = 3.0  # labels beside latents, each of which is about as wide as 1: one of many must be heard


@dataclass(frozen=True)
class CvaeConfig(AutoencoderConfig):
    """widths: channels of the maps, from the coarsest to the finest; strides: from each to the
    next, and to the frames; kernel: of all. What encodes has them the other way round.

    told_throughout: labels are told to every map of the decoder, not only beside the latents.
    untold: share of training clips whose labels the encoder is not told, since those of a clip
    that is brought to it later are not known.
    secrecy: how strongly latents are kept from giving the labels away, by a listener who tries to
    tell them (Ganin & Lempitsky 2015; Lample et al. 2017): a decoder that hears the label in the
    latents need not listen to the one it is told.
    n_listener: its hidden units.
    obedience: how strongly a clip decoded with another's labels must be heard as having those, by
        the encoder's own guess (the auxiliary classifier of Kameoka et al. 2019): reconstruction
        alone never tries labels on a clip that has others.
    """

    n_window: int = 64_000
    n_overlap: int = 8_000
    widths: tuple[int, ...] = (256, 128, 64, 32)
    strides: tuple[int, ...] = (4, 4, 4, 4)
    kernel: int = 25
    told_throughout: bool = False
    untold: float = 0.5
    secrecy: float = 0.0
    n_listener: int = 64
    obedience: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.widths) != len(self.strides) or not self.widths:
            raise ValueError("widths and strides must be as many, and at least one")
        if min(self.n_listener, *self.widths, *self.strides) < 1:
            raise ValueError("n_listener, widths and strides must be at least 1")
        if self.kernel < max(self.strides) or (self.kernel % 2 == 0 and 1 in self.strides):
            raise ValueError("kernel must reach over every stride, and be odd beside a stride of 1")
        if self.n_window % prod(self.strides):
            raise ValueError(f"n_window must be a multiple of {prod(self.strides)}")
        if not 0 <= self.untold <= 1 or min(self.secrecy, self.obedience) < 0:
            raise ValueError("untold must be 0…1, secrecy and obedience not negative")
        if self.linear_way:
            raise ValueError("a linear_way would pass by the labels; leave it out")


class Cvae(Autoencoder):
    """The latent of a piece is what the encoder says, and below it the labels of each window:
    so pieces of two labels mix in both.

    Whatever is brought to it has the labels that it hears in it (`guess`), until it is told others.
    Where nothing is asked, labels are drawn as often as they are in the training music.
    """

    Config = CvaeConfig
    tiny: ClassVar[CvaeConfig] = CvaeConfig(
        n_window=16,
        n_overlap=4,
        widths=(32, 16),
        strides=(2, 2),
        kernel=5,
        told_throughout=True,
        secrecy=0.1,
        n_listener=8,
        bottleneck=BottleneckConfig(n_latent=4, kl_weight=20.0),
        optimizer=Optimizer(learning_rate=3e-3),
    )
    tiny_frames: ClassVar[int] = 16
    encoder: "Encoder"
    decoder: "Decoder"
    frequencies: Tensor

    def __init__(self, config: CvaeConfig, spec: Spec):
        super().__init__(config, spec)
        if spec.n_classes is not None:
            raise UsageError("a cvae makes real values, not events: give it sound")
        c, n_labels = config, len(spec.labels)
        shape = Shape(spec.n_channels, c.n_window, c.widths, c.strides, c.kernel, 0.0)
        self.encoder = Encoder(shape, c.bottleneck.n_said, n_labels)
        self.decoder = Decoder(shape, c.bottleneck.n_latent, n_labels, c.told_throughout)
        self.listener = nn.Sequential()
        if n_labels and c.secrecy:
            self.listener = nn.Sequential(
                nn.Linear(c.bottleneck.n_latent, c.n_listener),
                nn.ReLU(),
                nn.Linear(c.n_listener, n_labels),
            )
        self.register_buffer("frequencies", torch.full((n_labels,), 1 / max(1, n_labels)))

    def begin(self, batches: Iterable[Batch]) -> None:
        """Set off from the mean frame."""
        frames = torch.cat([batch.frames for batch in batches])
        self.decoder.generator.begin(frames.mean(dim=(0, 2)))

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        """As of every autoencoder; guess: how badly labels are heard; secret: how badly they are in
        the latents, which the encoder raises and the listener lowers; obeyed: how badly others."""
        frames, told = batch.frames, self._told(batch)
        self._check(frames)
        hidden = torch.rand(len(told), 1, generator=rng, device=told.device) < self.config.untold
        heard = self.encoder.heard(frames)
        posterior = self.bottleneck.posterior(self.encoder.said(heard, told * ~hidden))
        drawn = posterior.drawn(rng)
        made = self._decoded(torch.cat([drawn, told[:, :, None]], dim=1))
        losses = self._of_coding(posterior, made, frames)
        total = losses.pop("total")
        if self.encoder.guess is not None:
            losses["guess"] = cross_entropy(self.encoder.guess(heard.detach()).float(), told)
            total = total + losses["guess"]
            if self.config.obedience:
                losses["obeyed"] = self._obeyed(drawn.detach(), told.roll(1, dims=0))
                total = total + self.config.obedience * losses["obeyed"]
        if len(self.listener):
            losses["secret"] = self._secret(drawn[:, :, 0], told)
            total = total + losses["secret"]
        if self.training and batch.labels is not None:
            self.frequencies.lerp_(told.mean(dim=0), 0.01)
        return {"total": total, **losses}

    def progress(self, batch: Batch, rng: torch.Generator) -> Float[Tensor, ""]:
        """What is lost of the frames, and what the latents cost: not what two listeners hear."""
        losses = self.losses(batch, "model", rng)
        weights = {"guess": 1.0, "secret": 1.0, "obeyed": self.config.obedience}
        others = [weight * losses[name] for name, weight in weights.items() if name in losses]
        value: Tensor = losses["total"] - sum(others)
        return value

    def usual_guidance(self) -> float:
        return 1.0

    def relabelled(self, frames: Frames, labels: Bool[Tensor, " labels"]) -> Frames:
        told = labels.to(frames).expand(frames.shape[0], -1)
        return self.from_latent(self._with(self._encoded(frames), told), frames.shape[2])

    def vary(self, frames: Frames, strength: float, rngs: Rngs) -> Frames:
        """Another draw of what labels do not say; the labels stay."""
        latent, centre = self._encoded(frames), self._centre
        other = self._drawn(rngs, latent.shape[3], 1.0)
        kept = max(0.0, 1 - strength**2) ** 0.5
        moved = centre + kept * (latent - centre) + strength * (other - centre)
        return self.from_latent(self._with(moved, self._guessed(frames)), frames.shape[2])

    def to_latent(self, frames: Frames) -> Latent:
        return self._with(self._encoded(frames), self._guessed(frames))

    def mixed(
        self, a: Latent, b: Latent, shares: Float32[Tensor, " frames"], path: Path | None = None
    ) -> Float32[Tensor, "batch latent places windows knots_between"]:
        """Labels go the straight way, whatever the latents do."""
        n = self.config.bottleneck.n_latent
        mixed = super().mixed(a[:, :n], b[:, :n], shares, path)
        at = torch.linspace(0, len(shares) - 1, mixed.shape[4]).round().int().tolist()
        return torch.cat([mixed, torch.lerp(a[:, n:], b[:, n:], shares[at].to(a))], dim=1)

    def _new(self, rngs: Rngs, n_windows: int, sampling: Sampling) -> Latent:
        asked = self._asked(rngs, sampling)  # first: however many windows follow
        return self._with(super()._new(rngs, n_windows, sampling), asked)

    def _completed(self, latent: Latent) -> Latent:
        """With labels as frequent as they are in the training music."""
        frequent = self.frequencies / self.frequencies.sum().clamp_min(1e-6)
        return self._with(latent, frequent.expand(latent.shape[0], -1))

    def _asked(self, rngs: Rngs, sampling: Sampling) -> Told:
        """Labels of each piece: those asked for, as far as they are to be followed from those that
        are drawn."""
        if not len(self.frequencies):
            return self.frequencies.expand(len(rngs), 0)
        likely = self.frequencies.cpu().clamp_min(1e-6)
        numbers = torch.cat([torch.multinomial(likely, 1, generator=rng) for rng in rngs])
        drawn = nn.functional.one_hot(numbers, len(likely)).float().to(self.frequencies.device)
        if sampling.labels is None or not sampling.labels.any():
            return drawn
        return torch.lerp(drawn, sampling.labels.to(drawn).expand_as(drawn), sampling.guidance)

    def _guessed(self, frames: Frames) -> Told:
        """The labels that are heard in a piece: the likeliest, as many as clips have on average."""
        if self.encoder.guess is None:
            return frames.new_zeros(frames.shape[0], 0)
        heard = []
        for windows in self._windows(frames):
            each: Tensor = self.encoder.guess(self.encoder.heard(windows.flatten(0, 1))).sigmoid()
            heard.append(each.float().reshape(*windows.shape[:2], -1))
        likely = torch.cat(heard, dim=1).mean(dim=1)
        n = max(1, round(float(self.frequencies.sum())))
        return torch.zeros_like(likely).scatter(1, likely.topk(n, dim=1).indices, 1.0)

    def _obeyed(self, drawn: Vectors, others: Told) -> Float[Tensor, ""]:
        """How badly other labels are heard once they are told. The decoder alone learns from it: a
        guess that learnt from what is made would come to hear whatever it is told. What no music
        has does not count, or labels would be told by bursts at the ends of the spectrum."""
        made = self._within(self._decoded(torch.cat([drawn, others[:, :, None]], dim=1)))
        assert self.encoder.guess is not None
        with unmoved(self.encoder):
            heard = self.encoder.guess(self.encoder.heard(made))
        return cross_entropy(heard.float(), others)

    def _secret(self, latents: Float32[Tensor, "batch latent"], told: Told) -> Float[Tensor, ""]:
        """How badly the listener tells labels from latents. It learns to tell them; the encoder
        learns from it how not to, until the listener knows no more than how frequent each is
        (beyond that, latents would run away from it for ever)."""
        frequent = self.frequencies.expand_as(told)
        # Probabilities, not logits: CUDA's autocast refuses them in any precision but float32.
        with torch.no_grad(), in_float32(latents):
            nothing = nn.functional.binary_cross_entropy(frequent.clamp(1e-3, 1 - 1e-3), told)
            knows = cross_entropy(self.listener(latents).float(), told) < nothing
        weight = self.config.secrecy if knows else 0.0
        reversed_: Tensor = _Reversed.apply(latents, weight)  # type: ignore[no-untyped-call]
        return cross_entropy(self.listener(reversed_).float(), told)

    def _told(self, batch: Batch) -> Told:
        n = len(self.frequencies)
        if batch.labels is None:
            return batch.frames.new_zeros(len(batch.frames), n)
        return batch.labels.to(batch.frames)

    def _with(
        self, latent: Latent, told: Told
    ) -> Float32[Tensor, "batch all places windows knots"]:
        """Latents, and below them the labels, the same in every window."""
        below = told[:, :, None, None, None].expand(-1, -1, *latent.shape[2:])
        return torch.cat([latent, below], dim=1)


@contextmanager
def unmoved(part: nn.Module) -> Iterator[None]:
    """Gradients pass through the part, and its own weights have none."""
    learning = [p for p in part.parameters() if p.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)


class Encoder(nn.Module):
    """Convolutions and ReLU; a dense layer that also hears labels says the Gaussian, another,
    which does not, guesses them."""

    def __init__(self, shape: Shape, n_said: int, n_labels: int):
        super().__init__()
        self.steps = coarser(shape)
        self.n_labels = n_labels
        n_heard = shape.n_start * shape.widths[0]
        self.say = nn.Linear(n_heard + n_labels, n_said)
        self.guess = nn.Linear(n_heard, n_labels) if n_labels else None
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, frames: Windows) -> Float[Tensor, "windows said 1"]:
        """What is said of windows whose labels are not known."""
        return self.said(self.heard(frames), frames.new_zeros(len(frames), self.n_labels))

    def heard(self, frames: Windows) -> Float[Tensor, "windows heard"]:
        """The values of the coarsest map."""
        h: Tensor = laid(frames)
        for step in self.steps:
            h = relu(step(h), inplace=True)
        return flat(h)

    def said(
        self, heard: Float[Tensor, "windows heard"], told: Told
    ) -> Float[Tensor, "windows said 1"]:
        """The Gaussian's numbers, of windows that have these labels."""
        said: Tensor = self.say(torch.cat([heard, told.to(heard.dtype)], dim=1))
        return said[:, :, None]


class Decoder(nn.Module):
    """A generator whose noise is latents, and below them labels."""

    def __init__(self, shape: Shape, n_latent: int, n_labels: int, throughout: bool):
        super().__init__()
        self.n_latent = n_latent
        n_told = n_labels if throughout else 0
        self.generator = Generator(shape, n_latent + n_labels, batch_norm=False, n_told=n_told)

    def forward(self, vectors: Float32[Tensor, "windows latent 1"]) -> Windows:
        told = LOUD * vectors[:, self.n_latent :, 0]
        said = torch.cat([vectors[:, : self.n_latent, 0], told], dim=1)
        made: Tensor = self.generator(said, told)
        return made


class _Reversed(torch.autograd.Function):
    """The same values; gradients come back turned round, times a weight."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, weight: float) -> Tensor:
        ctx.weight = weight
        return values.view_as(values)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.weight * gradients[0], None
