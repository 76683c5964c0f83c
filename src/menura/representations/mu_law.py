"""Samples as numbers of an alphabet, fine near silence and coarse when loud (mu-law)."""

from dataclasses import dataclass
from math import log1p

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio import Axis
from menura.representations.contract import Mono, MonoFrames, Promise, Representation, Spec

Values = Float32[Tensor, "*shape"]


@dataclass(frozen=True)
class MuLawConfig:
    """n_classes: size of the alphabet, μ + 1; 256 is 8 bits."""

    n_classes: int = 256

    def __post_init__(self) -> None:
        if not 2 <= self.n_classes <= 65_536:
            raise ValueError(f"n_classes must be 2…65536, not {self.n_classes}")


class MuLaw(Representation):
    """Companded samples as whole numbers 0…n_classes − 1, hop 1 (WaveNet, section 2.2).

    van den Oord et al. 2016: sign(x) · ln(1 + μ|x|) / ln(1 + μ), the continuous form of ITU-T
    G.711, rounded to equal steps from −1 to 1. The numbers are held in float32. Samples beyond
    −1…1 are cut; numbers that are not whole are rounded, those beyond the alphabet cut. Rounding
    has no gradient.
    """

    Config = MuLawConfig
    promise = Promise("snr-db", 25.0)

    @property
    def axis(self) -> Axis:
        return Axis("wave", label="class")

    @property
    def mu(self) -> int:
        return int(self.config.n_classes) - 1

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate,
            self.n_audio_channels,
            1,
            n_classes=self.config.n_classes,
            n_audio_channels=self.n_audio_channels,
        )

    @property
    def context_frames(self) -> int:
        return 0

    def frames_for(self, n_samples: int) -> int:
        return n_samples

    def samples_for(self, n_frames: int) -> int:
        return n_frames

    def analyse(self, audio: Mono) -> MonoFrames:
        steps = (compress(audio, self.mu) + 1) / 2 * self.mu
        return (steps + 0.5).floor().clamp(0, self.mu)[:, None]

    def synthesise(self, frames: MonoFrames) -> Mono:
        numbers = frames[:, 0].round().clamp(0, self.mu)
        return expand(2 * numbers / self.mu - 1, self.mu)


def compress(audio: Values, mu: int) -> Values:
    """−1…1 → −1…1, logarithmically. Cut outside."""
    x = audio.clamp(-1, 1)
    return x.sign() * torch.log1p(mu * x.abs()) / log1p(mu)


def expand(companded: Values, mu: int) -> Values:
    """The inverse of `compress` on −1…1."""
    return companded.sign() * torch.expm1(companded.abs() * log1p(mu)) / mu
