"""What all magnitude spectrograms share: their geometry and the way back through Griffin-Lim."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio import Axis
from menura.representations._normaliser import Bounds, Kind, Normaliser
from menura.representations._phase import Start, recover
from menura.representations._stft import stft_power
from menura.representations.contract import Mono, MonoFrames, Representation, Spec

Power = Float32[Tensor, "rows bins frames"]


@dataclass(frozen=True)
class SpectralConfig:
    """Geometry as librosa names it.

    drop_nyquist: leave out the last bin, so that n_fft 1024 gives 512 features.
    floor_db: where logs are taken, power below this counts as this; 0 is a full-scale sine.
    normalisation, bounds: how features are scaled; bounds are for "range".
    phase, n_iter: the way back finds a start for the phase, then improves it by rounds of fast
        Griffin-Lim (0: the start alone). "pghi" is nearest the sound in magnitude at every number
        of rounds: 8 after it do more than 32 after "noise". "rtpghi" looks one frame ahead only.
        "coarse" finds it by rounds on fewer frames: fastest where windows overlap by far.
    """

    n_fft: int = 1024
    hop_length: int = 256
    drop_nyquist: bool = False
    floor_db: float = -80.0
    normalisation: Kind = "per-bin"
    bounds: Bounds = (-1.0, 1.0)
    phase: Start = "pghi"
    n_iter: int = 16

    def __post_init__(self) -> None:
        if self.n_fft < 4 or self.n_fft % 2:
            raise ValueError(f"n_fft must be even and at least 4, not {self.n_fft}")
        if not 0 < self.hop_length <= self.n_fft // 2:
            raise ValueError(f"hop_length must be 1…n_fft/2 = {self.n_fft // 2} for a way back")
        if not -200 <= self.floor_db < 0:
            raise ValueError(f"floor_db must be −200…0, not {self.floor_db:g}")
        if self.n_iter < 0:
            raise ValueError(f"n_iter must not be negative, not {self.n_iter}")


class Spectral(Representation):
    """A representation of |STFT|². Subclasses map power to features and back."""

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        self.normaliser = Normaliser(config.normalisation, self.n_features, config.bounds)

    @property
    def n_bins(self) -> int:
        return int(self.config.n_fft) // 2 + (0 if self.config.drop_nyquist else 1)

    @property
    def n_features(self) -> int:
        """Features of one audio channel."""
        return self.n_bins

    @property
    def floor(self) -> float:
        """The power of `floor_db`. A full-scale sine peaks at (n_fft / 4)² under a Hann window."""
        return float((self.config.n_fft / 4) ** 2 * 10 ** (self.config.floor_db / 10))

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate,
            self.n_features * self.n_audio_channels,
            self.config.hop_length,
            n_audio_channels=self.n_audio_channels,
        )

    @property
    def axis(self) -> Axis:
        return Axis("hz", 0.0, (self.n_bins - 1) * self.sample_rate / self.config.n_fft)

    @property
    def context_frames(self) -> int:
        half, hop = int(self.config.n_fft) // 2, int(self.config.hop_length)
        return -(-half // hop)

    def frames_for(self, n_samples: int) -> int:
        return 1 + n_samples // int(self.config.hop_length)

    def samples_for(self, n_frames: int) -> int:
        return max(0, n_frames - 1) * int(self.config.hop_length)

    def analyse(self, audio: Mono) -> MonoFrames:
        c = self.config
        power = stft_power(audio, c.n_fft, c.hop_length)[:, : self.n_bins]
        return self.from_power(power)

    def synthesise(self, frames: MonoFrames) -> Mono:
        c = self.config
        # Not quite zero, where the slope of the root would be infinite.
        magnitude = self.to_power(frames).clamp_min(1e-20).sqrt()
        if c.drop_nyquist:
            magnitude = torch.nn.functional.pad(magnitude, (0, 0, 0, 1))
        return recover(magnitude, c.n_fft, c.hop_length, c.phase, c.n_iter)

    @abstractmethod
    def from_power(self, power: Power) -> MonoFrames: ...

    @abstractmethod
    def to_power(self, frames: MonoFrames) -> Power: ...
