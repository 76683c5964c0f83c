"""Log-mel spectrogram: ln of the power in mel bands."""

import math
from dataclasses import dataclass

from menura.representations._mel import MelConfig, MelSpectral
from menura.representations._spectral import Power
from menura.representations.contract import MonoFrames, Promise


@dataclass(frozen=True)
class LogMelConfig(MelConfig):
    """As `MelConfig`; every feature is a band."""


class LogMel(MelSpectral):
    """ln of the mel power spectrogram, above a floor.

    Features equal log(maximum(librosa.feature.melspectrogram(pad_mode="constant"), floor)). The
    way back finds the power of the bins by `unmel`, then a phase.
    """

    Config = LogMelConfig
    promise = Promise("log-mel-db", 3.5)

    @property
    def n_features(self) -> int:
        return int(self.config.n_mels)

    def from_power(self, power: Power) -> MonoFrames:
        return self.to_mel(power).log()

    def to_power(self, frames: MonoFrames) -> Power:
        return self.from_mel(frames.clamp_max(math.log(self.loudest)).exp())


PRESETS = {
    "mel-interpolation": LogMelConfig(n_fft=4096, hop_length=256, n_mels=512),
    "librosa": LogMelConfig(n_fft=2048, hop_length=512, n_mels=128),
    "vocoder": LogMelConfig(n_fft=1024, hop_length=256, n_mels=80, f_max_hz=8000.0),
}
"""Configs by name.

mel-interpolation: the interpolation report's 512 mels; 5 s at 32,768 Hz are 640 frames (and the
    one that starts at the end). The report's table swaps n_fft and hop_length.
librosa: the defaults of librosa.feature.melspectrogram.
vocoder: 80 bands to 8 kHz, the form that neural vocoders are trained on (Tacotron 2, section 2.1,
    has 1024/256 at 22,050 Hz in its public reimplementations).
"""
