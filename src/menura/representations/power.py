"""Power spectrogram: |STFT|²."""

from dataclasses import replace

from menura.audio import Axis
from menura.representations._spectral import Power as PowerFrames
from menura.representations._spectral import Spectral, SpectralConfig
from menura.representations.contract import MonoFrames, Promise


class Power(Spectral):
    """|STFT|². Exact in magnitude; the phase is searched for again."""

    Config = SpectralConfig
    promise = Promise("log-mel-db", 3.0)

    @property
    def axis(self) -> Axis:
        return replace(super().axis, linear="power")

    def from_power(self, power: PowerFrames) -> MonoFrames:
        return power

    def to_power(self, frames: MonoFrames) -> PowerFrames:
        return frames
