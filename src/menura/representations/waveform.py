"""The samples themselves: one frame a sample."""

from dataclasses import dataclass
from typing import Any

from menura.audio import Axis
from menura.representations._normaliser import Bounds, Kind, Normaliser
from menura.representations.contract import Mono, MonoFrames, Promise, Representation, Spec


@dataclass(frozen=True)
class WaveformConfig:
    """normalisation: "none" leaves −1…1; "range" stretches quiet material to fill `bounds`."""

    normalisation: Kind = "none"
    bounds: Bounds = (-1.0, 1.0)


class Waveform(Representation):
    """Samples as frames: features are the audio channels, hop 1. Exact."""

    Config = WaveformConfig
    promise = Promise("snr-db", 100.0)

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        self.normaliser = Normaliser(config.normalisation, 1, config.bounds)

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate, self.n_audio_channels, 1, n_audio_channels=self.n_audio_channels
        )

    @property
    def axis(self) -> Axis:
        return Axis("wave")

    @property
    def context_frames(self) -> int:
        return 0

    def frames_for(self, n_samples: int) -> int:
        return n_samples

    def samples_for(self, n_frames: int) -> int:
        return n_frames

    def analyse(self, audio: Mono) -> MonoFrames:
        return audio[:, None]

    def synthesise(self, frames: MonoFrames) -> Mono:
        return frames[:, 0]
