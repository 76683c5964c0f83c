"""Log-power spectrogram: ln |STFT|², the form of the STFT-LSTM report."""

import math

import torch

from menura.representations._spectral import Power, Spectral, SpectralConfig
from menura.representations.contract import MonoFrames, Promise

PRESETS: dict[str, SpectralConfig] = {
    # Dubey, Singh & Dabral 2017, section 3: 512 features, hop 512. At 22,050 Hz, librosa's default.
    "stft-lstm": SpectralConfig(n_fft=1024, hop_length=512, drop_nyquist=True),
}


ABOVE_FLOOR = 10 ** (1 / 10)  # 1 dB: what is nearer to the floor counts as being at it


class LogPower(Spectral):
    """ln |STFT|² (Dubey, Singh & Dabral 2017, section 3), above a floor.

    The report's form is the preset "stft-lstm".
    """

    Config = SpectralConfig
    promise = Promise("log-mel-db", 3.0)

    def from_power(self, power: Power) -> MonoFrames:
        return power.clamp_min(self.floor).log()

    def to_power(self, frames: MonoFrames) -> Power:
        # A model may overshoot; nothing recorded is more than 20 dB above a full-scale sine.
        power = frames.clamp_max(math.log((self.config.n_fft / 4) ** 2 * 100)).exp()
        # What sits at the floor was below it. Sounding it would be a hiss, or a buzz where the
        # phase is taken from the slopes that it does not have.
        return torch.where(power > self.floor * ABOVE_FLOOR, power, 0.0)
