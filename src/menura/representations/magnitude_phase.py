"""Log-magnitude and phase as a picture of two layers (GANSynth; the BiLSTM report)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.representations._framed import Angles, Framed, FramedConfig, Sizes
from menura.representations.contract import MonoFrames, Promise


@dataclass(frozen=True)
class MagnitudePhaseConfig(FramedConfig):
    """As FramedConfig; the report's form is 1024/256, frame_multiple 128."""


class MagnitudePhase(Framed):
    """ln |STFT| scaled to −1…1, then phase / π (Engel et al., GANSynth, ICLR 2019, section 2.2).

    Frame t covers samples t·hop_length … t·hop_length + n_fft; the Nyquist bin is left out. A bin
    below the floor has phase 0. More than 60 dB exact after the first n_fft − hop_length samples;
    the very first hardly lie under a window and fade in, which the promise counts.
    """

    Config = MagnitudePhaseConfig
    promise = Promise("snr-db", 20.0)

    def from_polar(self, size: Sizes, angle: Angles) -> MonoFrames:
        return torch.cat([self.log_size(size), angle / torch.pi], dim=1)

    def to_polar(
        self,
        levels: Float32[Tensor, "rows levels frames"],
        phases: Float32[Tensor, "rows levels frames"],
    ) -> tuple[Sizes, Angles]:
        return self.size_of(levels), phases * torch.pi


PRESETS = {
    "gansynth": MagnitudePhaseConfig(n_fft=2048, hop_length=512, frame_multiple=128),
    "gansynth-1024": MagnitudePhaseConfig(n_fft=1024, hop_length=256, frame_multiple=128),
}
"""Of 64,000 samples: 1024 bins × 128 frames and 512 bins × 256 frames, of two layers."""
