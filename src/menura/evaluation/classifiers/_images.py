"""What deep classifiers see: images of the sound, some seconds of log-mel each."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.audio import Clip, conform, mel_filter_bank
from menura.evaluation.classifiers.contract import Sounds

FLOOR = 1e-8  # of a full-scale sine's power: −80 dB
LEAST_DEVIATION = 1e-2  # of log10 power: a band in which nothing happens is not blown up

Stretches = Float32[Tensor, "rows time"]
Images = Float32[Tensor, "rows mels frames"]


@dataclass(frozen=True)
class ImageConfig:
    """n_mels bands × n_frames windows of n_fft samples, hop_length apart, at sample_rate (Hz)."""

    sample_rate: int
    n_fft: int
    hop_length: int
    n_mels: int
    n_frames: int

    def __post_init__(self) -> None:
        for name in ("sample_rate", "n_fft", "hop_length", "n_mels", "n_frames"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")

    @property
    def n_samples(self) -> int:
        """Samples that an image is made of."""
        return (self.n_frames - 1) * self.hop_length + self.n_fft


REPORTED = ImageConfig(sample_rate=32_768, n_fft=4096, hop_length=256, n_mels=512, n_frames=640)
"""Five seconds, as report mel-interpolation saw them."""
REDUCED = ImageConfig(sample_rate=16_384, n_fft=2048, hop_length=128, n_mels=128, n_frames=640)
"""The same five seconds in a quarter of the bands, up to 8 kHz."""


class LogMel(nn.Module):
    """log10 of the power in mel bands, a full-scale sine about 0, not below −8; then each band
    scaled to mean 0 and deviation 1 over what is learnt from."""

    window: Tensor
    filters: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, config: ImageConfig):
        super().__init__()
        self.config = config
        window = torch.hann_window(config.n_fft)
        filters = mel_filter_bank(config.sample_rate, config.n_fft, config.n_mels, norm=None)
        power_of_sine = float(window.sum() / 2) ** 2
        self.register_buffer("window", window, persistent=False)
        self.register_buffer("filters", torch.from_numpy(filters) / power_of_sine, persistent=False)
        self.register_buffer("mean", torch.zeros(config.n_mels, 1))
        self.register_buffer("deviation", torch.ones(config.n_mels, 1))

    def forward(self, sound: Stretches) -> Images:
        images: Tensor = (self.logarithms(sound) - self.mean) / self.deviation
        return images

    def logarithms(self, sound: Stretches) -> Images:
        """Before they are scaled. Any length of one window or more."""
        spectra = torch.stft(
            sound,
            self.config.n_fft,
            self.config.hop_length,
            window=self.window,
            center=False,
            return_complex=True,
        )
        power = spectra.real.square() + spectra.imag.square()
        return (self.filters @ power).clamp(min=FLOOR).log10()

    def fit(self, images: Iterable[Images]) -> None:
        """Take the scaling from these, some at a time, which are as `logarithms` gives them."""
        count = 0
        total = torch.zeros(self.config.n_mels, dtype=torch.float64)
        squares = torch.zeros_like(total)
        for some in images:
            exact = some.cpu().double()  # not on the device: MPS has no float64
            count += exact.shape[0] * exact.shape[2]
            total += exact.sum(dim=(0, 2))
            squares += exact.square().sum(dim=(0, 2))
        mean = total / count
        deviation = (squares / count - mean.square()).clamp(min=0.0).sqrt()
        self.mean.copy_(mean[:, None])
        self.deviation.copy_(deviation[:, None].clamp(min=LEAST_DEVIATION))


class OneClip:
    """A clip as the sound of one track."""

    def __init__(self, clip: Clip, sample_rate: int):
        self.sample_rate = sample_rate
        self._samples = conform(clip, sample_rate, 1).samples[0]

    def n_samples(self, place: int) -> int:
        return len(self._samples)

    def read(self, place: int, start: int, stop: int) -> Float32[np.ndarray, " time"]:
        part = self._samples[max(0, start) : max(0, stop)]
        before = max(0, min(stop, 0) - start)
        return np.pad(part, (before, stop - start - before - len(part)))


def starts_of(n_samples: int, n_each: int) -> list[int]:
    """Where stretches of `n_each` samples begin that lie end to end in a track: all that are
    whole, and what is left if that is half of one or more; at least one."""
    n_whole, rest = divmod(n_samples, n_each)
    return [k * n_each for k in range(max(1, n_whole + (2 * rest >= n_each)))]


def stretches(sounds: Sounds, at: list[tuple[int, int]], n_each: int) -> Stretches:
    """Those that begin at `at`: (place of the track, first sample)."""
    return torch.from_numpy(
        np.stack([sounds.read(place, start, start + n_each) for place, start in at])
    )
