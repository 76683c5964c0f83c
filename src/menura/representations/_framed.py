"""What the representations that keep the phase share: uncentred frames, and exactly back.

Frame t covers the samples from (t − n_lead)·hop_length on, n_fft of them, under a periodic Hann
window. With n_lead 0 the first n_fft − hop_length samples lie under fewer windows than the rest;
with n_lead = ⌈n_fft / hop_length⌉ − 1 the frames begin before the sound does, and all lie alike.
"""

from abc import abstractmethod
from dataclasses import dataclass
from math import log
from typing import Any, ClassVar

import torch
from jaxtyping import Complex64, Float, Float32
from torch import Tensor
from torch.nn import functional as F

from menura.audio import Axis
from menura.audio.axis import Panel
from menura.representations._normaliser import Bounds, Kind, Normaliser
from menura.representations._stft import overlap_added
from menura.representations.contract import Frames, Mono, MonoFrames, Representation, Spec

Spectrum = Complex64[Tensor, "rows bins frames"]
Sizes = Float32[Tensor, "rows bins frames"]
Angles = Float[Tensor, "rows bins frames"]

# Where the windows add up to less than this share of what they do inside, the sound fades in:
# dividing by next to nothing would make a click of any error in the frames.
THINNEST = 1e-2


@dataclass(frozen=True)
class FramedConfig:
    """Geometry as librosa names it.

    frame_multiple: a sound is padded with zeros at its end to this multiple of frames.
    floor_db: below it a bin is silent and its phase 0; 0 is a full-scale sine.
    normalisation, bounds: how magnitudes are scaled; bounds are for "range".
    """

    n_fft: int = 1024
    hop_length: int = 256
    frame_multiple: int = 1
    floor_db: float = -120.0
    normalisation: Kind = "range"
    bounds: Bounds = (-1.0, 1.0)

    def __post_init__(self) -> None:
        if self.n_fft < 4 or self.n_fft % 2:
            raise ValueError(f"n_fft must be even and at least 4, not {self.n_fft}")
        if not 0 < self.hop_length <= self.n_fft // 2:
            raise ValueError(f"hop_length must be 1…n_fft/2 = {self.n_fft // 2} for a way back")
        if self.frame_multiple < 1:
            raise ValueError(f"frame_multiple must be at least 1, not {self.frame_multiple}")
        if not -200 <= self.floor_db < 0:
            raise ValueError(f"floor_db must be −200…0, not {self.floor_db:g}")
        if not self.bounds[0] < self.bounds[1]:
            raise ValueError(f"bounds must rise, not {self.bounds[0]:g}…{self.bounds[1]:g}")


class Framed(Representation):
    """A representation of the STFT's sizes and angles. The first half of its features are scaled.

    Subclasses map sizes (|STFT|, 0 where silent) and angles (radians) to features and back.
    """

    leads: ClassVar[bool] = False
    """Whether frames begin before the sound, so that every sample lies under all its windows."""
    keeps_nyquist: ClassVar[bool] = False
    second_panel: ClassVar[Panel] = "phase"

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        self.normaliser = Normaliser(config.normalisation, self.n_levels, config.bounds)

    @property
    def n_bins(self) -> int:
        return int(self.config.n_fft) // 2 + (1 if self.keeps_nyquist else 0)

    @property
    def n_levels(self) -> int:
        """Features that say how loud, followed by as many that say which phase."""
        return self.n_bins

    @property
    def n_lead(self) -> int:
        """Hops of silence put before the sound."""
        return self.context_frames - 1 if self.leads else 0

    @property
    def floor(self) -> float:
        """The size of `floor_db`. A full-scale sine peaks at n_fft / 4 under a Hann window."""
        return floor_size(self.config.n_fft, self.config.floor_db)

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate,
            2 * self.n_levels * self.n_audio_channels,
            self.config.hop_length,
            n_audio_channels=self.n_audio_channels,
        )

    @property
    def axis(self) -> Axis:
        return Axis("hz", 0.0, self._last_hz, ("magnitude", self.second_panel))

    @property
    def _last_hz(self) -> float:
        """The centre of the last bin."""
        return float((self.n_bins - 1) * self.sample_rate / self.config.n_fft)

    @property
    def context_frames(self) -> int:
        return -(-int(self.config.n_fft) // int(self.config.hop_length))

    def frames_for(self, n_samples: int) -> int:
        """⌈n_samples / hop_length⌉ and the lead, up to the next `frame_multiple`."""
        if n_samples <= 0:
            return 0
        c = self.config
        n_frames = -(-n_samples // int(c.hop_length)) + self.n_lead
        return -(-n_frames // int(c.frame_multiple)) * int(c.frame_multiple)

    def samples_for(self, n_frames: int) -> int:
        return max(0, n_frames - self.n_lead) * int(self.config.hop_length)

    def analyse(self, audio: Mono) -> MonoFrames:
        c = self.config
        n_frames = self.frames_for(audio.shape[1])
        spectrum = framed_stft(audio, c.n_fft, c.hop_length, n_frames, self.n_lead)
        return self.from_polar(*polar(spectrum[:, : self.n_bins], self.floor))

    def synthesise(self, frames: MonoFrames) -> Mono:
        c = self.config
        size, angle = self.to_polar(frames[:, : self.n_levels], frames[:, self.n_levels :])
        spectrum = cartesian(size, angle)
        if not self.keeps_nyquist:
            spectrum = F.pad(spectrum, (0, 0, 0, 1))
        return framed_istft(spectrum, c.n_fft, c.hop_length, self.n_lead)

    def image(self, frames: Frames) -> Float32[Tensor, "rows bins frames 2"]:
        """Frames as pictures of two layers, [..., 0] loudness and [..., 1] phase.

        One row for each audio channel of each clip, in that order.
        """
        rows = frames.reshape(-1, 2, self.n_levels, frames.shape[2])
        return rows.movedim(1, 3)

    def log_size(self, size: Sizes) -> Sizes:
        """ln of sizes, above the floor."""
        return size.clamp_min(self.floor).log()

    def size_of(self, log_size: Sizes) -> Sizes:
        """Sizes again."""
        return sizes_of_logs(log_size, self.config.n_fft, self.floor)

    @abstractmethod
    def from_polar(self, size: Sizes, angle: Angles) -> MonoFrames:
        """Features: `n_levels` of loudness, then as many of phase."""

    @abstractmethod
    def to_polar(
        self,
        levels: Float32[Tensor, "rows levels frames"],
        phases: Float32[Tensor, "rows levels frames"],
    ) -> tuple[Sizes, Angles]:
        """Sizes (finite, not negative) and angles of raw features."""


def floor_size(n_fft: int, floor_db: float) -> float:
    """|STFT| at floor_db. A full-scale sine peaks at n_fft / 4 under a Hann window."""
    return float(n_fft / 4 * 10 ** (floor_db / 20))


def polar(spectrum: Spectrum, floor: float) -> tuple[Sizes, Angles]:
    """Sizes and angles; both are 0 where there is no more than the floor."""
    size = spectrum.abs()
    heard = size > floor
    # The phase of next to nothing is noise, and its gradient infinite.
    angle = torch.where(heard, spectrum, torch.ones_like(spectrum)).angle()
    return torch.where(heard, size, torch.zeros_like(size)), angle


def cartesian(size: Sizes, angle: Angles) -> Spectrum:
    """The spectrum of sizes and angles."""
    turned = angle.remainder(2 * torch.pi).to(size.dtype)
    return torch.complex(size * turned.cos(), size * turned.sin())


def sizes_of_logs(log_size: Sizes, n_fft: int, floor: float) -> Sizes:
    """Sizes of their logarithms: nothing for what sits at the floor, rather than a hiss.

    A model may overshoot; nothing recorded is more than 20 dB above a full-scale sine.
    """
    size = log_size.clamp_max(log(n_fft / 4 * 10)).exp()
    return torch.where(log_size > log(floor) + 1e-3, size, torch.zeros_like(size))


def framed_stft(audio: Mono, n_fft: int, hop_length: int, n_frames: int, n_lead: int) -> Spectrum:
    """`n_frames` frames of 1 + n_fft // 2 bins, the first n_lead hops before the sound."""
    if n_frames == 0:
        return torch.zeros(
            audio.shape[0], n_fft // 2 + 1, 0, dtype=torch.complex64, device=audio.device
        )
    before = n_lead * hop_length
    after = (n_frames - 1) * hop_length + n_fft - before - audio.shape[1]
    window = torch.hann_window(n_fft, device=audio.device)
    return torch.stft(
        F.pad(audio, (before, after)),
        n_fft,
        hop_length,
        window=window,
        center=False,
        return_complex=True,
    )


def framed_istft(spectrum: Spectrum, n_fft: int, hop_length: int, n_lead: int) -> Mono:
    """The least-squares inverse (Griffin & Lim 1984, eq. 6): a hop of samples for each frame
    after the lead. Fades in where hardly a window lies."""
    n_frames = spectrum.shape[2]
    if n_frames <= n_lead:
        return spectrum.real.new_zeros(spectrum.shape[0], 0)
    return whole_istft(spectrum, n_fft, hop_length)[:, n_lead * hop_length : n_frames * hop_length]


def whole_istft(spectrum: Spectrum, n_fft: int, hop_length: int) -> Mono:
    """As `framed_istft` without a lead, and to the end of the last window:
    (frames − 1) · hop_length + n_fft samples."""
    n_frames = spectrum.shape[2]
    window = torch.hann_window(n_fft, device=spectrum.device)
    pieces = torch.fft.irfft(spectrum.transpose(1, 2), n_fft) * window
    weights = window.square()
    weight = overlap_added(weights.expand(1, n_frames, n_fft), hop_length)
    thinnest = THINNEST * float(weights.sum()) / hop_length
    return overlap_added(pieces, hop_length) / weight.clamp_min(thinnest)
