"""Log-magnitude and instantaneous frequency as a picture of two layers (GANSynth)."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Float32
from torch import Tensor

from menura.audio import Axis
from menura.representations._framed import Angles, FramedConfig, Sizes
from menura.representations._mel_image import means, mel_matrix, sizes_back
from menura.representations._turning import Start, Turning, steps_between, summed, widened, wrapped
from menura.representations.contract import MonoFrames, Promise


@dataclass(frozen=True)
class MagnitudeIFConfig(FramedConfig):
    """n_mels: bands on the mel scale (GANSynth's best: n_fft / 2 of them); None keeps the bins."""

    n_mels: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_mels is not None and not 0 < self.n_mels <= self.n_fft // 2:
            raise ValueError(f"n_mels must be 1…n_fft/2 = {self.n_fft // 2}, not {self.n_mels}")


class MagnitudeIF(Turning):
    """ln |STFT| scaled to −1…1, then the phase's step from frame to frame / π, within −1…1.

    GANSynth (Engel et al., ICLR 2019, section 2.2): the step is the finite difference of the
    unwrapped phase, the first being the phase itself; the way back is its cumulative sum. Frames
    begin before the sound, as there, so every sample comes back; the promise is of this form.

    With n_mels, powers are summed in bands and steps averaged, and spread again by the
    transpose: a picture of fewer and more even features, no longer exact. GANSynth sums the
    phases too, which wraps where a band spans many bins; a mean does not.
    """

    Config = MagnitudeIFConfig
    promise = Promise("snr-db", 60.0)
    to_mel: Tensor
    from_mel: Tensor
    mean_to_mel: Tensor
    mean_from_mel: Tensor

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        if config.n_mels is None:
            return
        mel = mel_matrix(sample_rate, config.n_fft, config.n_mels)
        matrices = {
            "to_mel": mel.astype("float32"),
            "from_mel": sizes_back(mel),
            "mean_to_mel": means(mel),
            "mean_from_mel": means(mel.T),
        }
        for name, matrix in matrices.items():
            # Computed from the config, hence not saved with the weights.
            self.register_buffer(name, torch.from_numpy(matrix), persistent=False)

    @property
    def n_levels(self) -> int:
        return self.n_bins if self.config.n_mels is None else int(self.config.n_mels)

    @property
    def axis(self) -> Axis:
        if self.config.n_mels is None:
            return super().axis
        return Axis("htk", 0.0, self.sample_rate / 2, ("magnitude", self.second_panel))

    def from_polar(self, size: Sizes, angle: Angles) -> MonoFrames:
        steps = steps_between(angle) / torch.pi
        if self.config.n_mels is not None:
            # The root of a sum of powers; the floor keeps its gradient finite.
            power = self.to_mel @ size.square()
            size, steps = power.clamp_min(self.floor**2).sqrt(), self.mean_to_mel @ steps
        return torch.cat([self.log_size(size), steps], dim=1)

    def to_polar(
        self,
        levels: Float32[Tensor, "rows levels frames"],
        phases: Float32[Tensor, "rows levels frames"],
    ) -> tuple[Sizes, Angles]:
        size = self.size_of(levels)
        phase = self.running(levels, phases, None)
        if self.config.n_mels is None:
            return size, phase
        power = self.from_mel @ size.square()
        return power.clamp_min(self.floor**2).sqrt(), self.mean_from_mel.to(phase.dtype) @ phase

    def running(
        self,
        levels: Float32[Tensor, "rows levels frames"],
        steps: Float32[Tensor, "rows levels frames"],
        start: Start | None,
    ) -> Float[Tensor, "rows levels frames"]:
        return summed(widened(steps) * torch.pi, start)

    def first_step(self, phase: Start) -> Float32[Tensor, "rows bins 1"]:
        # The mean of wrapped phases is not the wrapped mean: bands keep all their turns.
        first = wrapped(phase) if self.config.n_mels is None else phase
        return (first / torch.pi).float()


PRESETS = {
    "gansynth": MagnitudeIFConfig(n_fft=2048, hop_length=512, frame_multiple=128),
    "gansynth-mel": MagnitudeIFConfig(n_fft=2048, hop_length=512, frame_multiple=128, n_mels=1024),
}
"""Of 64,000 samples: 1024 features of each layer × 128 frames."""
