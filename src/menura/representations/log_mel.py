"""Log-mel spectrogram: ln of the power in mel bands."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from menura.audio.mel import mel_filter_bank
from menura.representations._spectral import Power, Spectral, SpectralConfig
from menura.representations.contract import MonoFrames, Promise


@dataclass(frozen=True)
class LogMelConfig(SpectralConfig):
    """n_mels bands from f_min_hz to f_max_hz (None: half the sample rate)."""

    n_mels: int = 128
    f_min_hz: float = 0.0
    f_max_hz: float | None = None
    # 512-mel forms want a long window: bands narrower than a bin would be empty.

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.drop_nyquist:
            raise ValueError("drop_nyquist has no meaning for mel bands; use f_max_hz")
        if not 0 < self.n_mels <= self.n_fft // 2:
            raise ValueError(f"n_mels must be 1…n_fft/2 = {self.n_fft // 2}, not {self.n_mels}")


class LogMel(Spectral):
    """ln of the mel power spectrogram (Slaney filters), above a floor.

    The way back spreads each band over its bins by the regularised pseudo-inverse of the filter
    bank, cut at zero, then Griffin-Lim.
    """

    Config = LogMelConfig
    promise = Promise("log-mel-db", 3.5)
    filters: Tensor
    spread: Tensor

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        c = config
        filters = torch.from_numpy(
            mel_filter_bank(sample_rate, c.n_fft, c.n_mels, c.f_min_hz, c.f_max_hz)
        )
        # Computed from the config, hence not saved with the weights.
        self.register_buffer("filters", filters, persistent=False)
        spread = torch.linalg.pinv(filters.double(), rtol=1e-3).float()
        self.register_buffer("spread", spread, persistent=False)

    @property
    def n_features(self) -> int:
        return int(self.config.n_mels)

    def from_power(self, power: Power) -> MonoFrames:
        return (self.filters @ power).clamp_min(self.floor).log()

    def to_power(self, frames: MonoFrames) -> Power:
        loudest = 2 * torch.log(torch.tensor(self.config.n_fft * 2.5)).item()
        mel = frames.clamp_max(loudest).exp()
        # What sits at the floor was below it: give it nothing rather than a hiss.
        mel = torch.where(frames <= _just_above(self.floor), torch.zeros_like(mel), mel)
        return (self.spread @ mel).clamp_min(0)


def _just_above(floor: float) -> float:
    from math import log

    return log(floor) + 1e-3
