"""Long blocks of samples, as they are or as their Fourier transform (GRUV)."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Float32
from torch import Tensor
from torch.nn import functional as F

from menura.audio import Axis
from menura.foundation.errors import UsageError
from menura.representations._normaliser import Bounds, Kind, Normaliser
from menura.representations._stft import overlap_added
from menura.representations.contract import Mono, MonoFrames, Promise, Representation, Spec


@dataclass(frozen=True)
class FFTBlocksConfig:
    """block_s: length of a block in seconds. kind: what its features are.

    overlap: share of a block, 0…0.5, in which it is cross-faded with the next. At 0 any error in
    a block is a click at its end, four times a second.
    normalisation, bounds: how features are scaled; bounds are for "range".
    """

    block_s: float = 0.25
    kind: Literal["fft", "raw"] = "fft"
    overlap: float = 0.5
    normalisation: Kind = "per-bin"
    bounds: Bounds = (-1.0, 1.0)

    def __post_init__(self) -> None:
        if not 0 < self.block_s <= 60:
            raise ValueError(f"block_s must be above 0 and at most 60, not {self.block_s:g}")
        if not 0 <= self.overlap <= 0.5:
            raise ValueError(f"overlap must be 0…0.5, not {self.overlap:g}")
        if not self.bounds[0] < self.bounds[1]:
            raise ValueError(f"bounds must rise, not {self.bounds[0]:g}…{self.bounds[1]:g}")


class FFTBlocks(Representation):
    """Blocks of 0.25 s as the real, then the imaginary parts of their FFT, or raw samples.

    GRUV (Nayebi & Vitelli, "GRUV: Algorithmic Music Generation using Recurrent Neural Networks",
    Stanford CS224d, 2015), there at 44.1 kHz without overlap. With overlap the ends of a block are
    faded by the root of a Hann window before and after, which add up to 1: exact all the same.

    The FFT is orthonormal: features are as loud as samples. Block t covers the block_s from
    t·hop − fade on, so the first fade lies before the sound.
    """

    Config = FFTBlocksConfig
    promise = Promise("snr-db", 80.0)
    window: Tensor

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        self.n_block: int = round(config.block_s * sample_rate)
        if self.n_block < 2:
            raise UsageError(
                f"block_s {config.block_s:g} is less than two samples at {sample_rate} Hz: "
                "give a longer one"
            )
        self.n_fade: int = int(config.overlap * self.n_block)
        # Computed from the config, hence not saved with the weights.
        self.register_buffer("window", _window(self.n_block, self.n_fade), persistent=False)
        self.normaliser = Normaliser(config.normalisation, self.n_features, config.bounds)

    @property
    def hop_length(self) -> int:
        return self.n_block - self.n_fade

    @property
    def n_features(self) -> int:
        """Features of one audio channel."""
        return self.n_block if self.config.kind == "raw" else 2 * (self.n_block // 2 + 1)

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate,
            self.n_features * self.n_audio_channels,
            self.hop_length,
            n_audio_channels=self.n_audio_channels,
        )

    @property
    def axis(self) -> Axis:
        if self.config.kind == "raw":
            return Axis(label="sample")
        return Axis("hz", 0.0, self.sample_rate / 2, ("real", "imaginary"))

    @property
    def context_frames(self) -> int:
        return 1 if self.n_fade else 0

    def frames_for(self, n_samples: int) -> int:
        """Blocks until every sample lies under the whole of the fades."""
        return -(-(n_samples + self.n_fade) // self.hop_length) if n_samples > 0 else 0

    def samples_for(self, n_frames: int) -> int:
        return max(0, n_frames * self.hop_length - self.n_fade)

    def analyse(self, audio: Mono) -> MonoFrames:
        n_frames = self.frames_for(audio.shape[1])
        if n_frames == 0:
            return audio.new_zeros(audio.shape[0], self.n_features, 0)
        after = n_frames * self.hop_length - audio.shape[1]
        padded = F.pad(audio, (self.n_fade, after))
        blocks = padded.unfold(1, self.n_block, self.hop_length) * self.window
        if self.config.kind == "fft":
            spectrum = torch.fft.rfft(blocks, norm="ortho")
            blocks = torch.cat([spectrum.real, spectrum.imag], dim=2)
        return blocks.transpose(1, 2)

    def synthesise(self, frames: MonoFrames) -> Mono:
        if frames.shape[2] == 0:
            return frames.new_zeros(frames.shape[0], 0)
        blocks = frames.transpose(1, 2)
        if self.config.kind == "fft":
            real, imaginary = blocks.chunk(2, dim=2)
            spectrum = torch.complex(real.contiguous(), imaginary.contiguous())
            blocks = torch.fft.irfft(spectrum, self.n_block, norm="ortho")
        faded: Float32[Tensor, "rows frames block"] = blocks * self.window
        laid = overlap_added(faded, self.hop_length)
        return laid[:, self.n_fade : frames.shape[2] * self.hop_length]


def _window(n_block: int, n_fade: int) -> Float32[Tensor, "block"]:
    """1 with ends whose squares add up to 1 where two blocks overlap: the root of a Hann window."""
    window = torch.ones(n_block)
    rise = torch.sin(torch.pi / 2 * (torch.arange(n_fade) + 0.5) / max(1, n_fade))
    window[:n_fade] = rise
    window[n_block - n_fade :] = rise.flip(0)
    return window


PRESETS = {
    "gruv": FFTBlocksConfig(overlap=0.0),
    "gruv-raw": FFTBlocksConfig(overlap=0.0, kind="raw"),
}
"""The report's blocks, for 44,100 Hz: 11,026 features (or samples: 11,025), four a second."""
