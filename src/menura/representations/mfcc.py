"""Mel-frequency cepstral coefficients: the cosine transform of the mel spectrogram in dB."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from menura.audio import Axis
from menura.representations._mel import MelConfig, MelSpectral
from menura.representations._spectral import Power
from menura.representations.contract import MonoFrames, Promise

DB = 10 / math.log(10)  # dB of power from natural logarithms


@dataclass(frozen=True)
class MfccConfig(MelConfig):
    """As `MelConfig`, with the sizes of librosa.feature.mfcc.

    n_mfcc: coefficients kept, 1…n_mels. All of them lose nothing; 20 keep the outline of the
        spectrum and no single harmonic.
    lifter: coefficient k is multiplied by 1 + lifter / 2 · sin(π (k + 1) / lifter), 0 for not;
        undone on the way back.
    """

    n_fft: int = 2048
    hop_length: int = 512
    n_mfcc: int = 20
    lifter: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.n_mfcc <= self.n_mels:
            raise ValueError(f"n_mfcc must be 1…n_mels = {self.n_mels}, not {self.n_mfcc}")
        if self.lifter < 0:
            raise ValueError(f"lifter must not be negative, not {self.lifter}")
        if self.lifter and not _weights(self.n_mfcc, self.lifter).gt(0.01).all():
            # Elsewhere the sine takes all of a coefficient away, or turns its sign.
            raise ValueError(f"a lifter of {self.lifter} cannot be undone for {self.n_mfcc}")


class Mfcc(MelSpectral):
    """DCT-II (orthonormal) of the mel power spectrogram in dB.

    Features equal librosa.feature.mfcc(S=power_to_db(mel, amin=floor, top_db=None)): the floor
    is absolute, so that a frame does not depend on the loudest one of its clip. The way back
    takes the coefficients left out as 0: a smooth spectrum, which `unmel` and a phase make sound.
    """

    Config = MfccConfig
    promise = Promise("log-mel-db", 7.0)
    transform: Tensor
    weights: Tensor

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        c = config
        # Computed from the config, hence not saved with the weights.
        self.register_buffer("transform", _cosines(c.n_mfcc, c.n_mels), persistent=False)
        self.register_buffer("weights", _weights(c.n_mfcc, c.lifter), persistent=False)

    @property
    def n_features(self) -> int:
        return int(self.config.n_mfcc)

    @property
    def axis(self) -> Axis:
        return Axis("coefficient")

    def from_power(self, power: Power) -> MonoFrames:
        decibels = DB * self.to_mel(power).log()
        return self.weights * (self.transform @ decibels)

    def to_power(self, frames: MonoFrames) -> Power:
        decibels = self.transform.T @ (frames / self.weights)
        return self.from_mel((decibels / DB).clamp_max(math.log(self.loudest)).exp())


def _cosines(n_mfcc: int, n_mels: int) -> Tensor:
    """The first rows of the orthonormal DCT-II: their transpose is the inverse."""
    band = torch.arange(n_mels, dtype=torch.float64) + 0.5
    order = torch.arange(n_mfcc, dtype=torch.float64)[:, None]
    rows = torch.cos(torch.pi / n_mels * order * band) * math.sqrt(2 / n_mels)
    rows[0] /= math.sqrt(2)
    return rows.float()


def _weights(n_mfcc: int, lifter: int) -> Tensor:
    """What liftering multiplies the coefficients by (HTK book, section 5.6), as librosa."""
    if lifter == 0:
        return torch.ones(n_mfcc, 1)
    order = torch.arange(1, n_mfcc + 1, dtype=torch.float64)[:, None]
    return (1 + lifter / 2 * torch.sin(torch.pi * order / lifter)).float()


PRESETS = {
    "13": MfccConfig(n_mfcc=13),
    "20": MfccConfig(n_mfcc=20),
    "40": MfccConfig(n_mfcc=40),
}
"""Configs by the number of coefficients: 13 as speech recognisers, 20 as librosa and the reports,
40 where the sound matters."""
