"""Phase-vocoder frames: how loud each bin is, and how far off its centre it sounds."""

from dataclasses import dataclass, replace
from math import tau

import torch
from jaxtyping import Float, Float32
from torch import Tensor

from menura.audio import Axis
from menura.representations._framed import Angles, FramedConfig, Sizes
from menura.representations._normaliser import Kind
from menura.representations._turning import Start, Turning, steps_between, summed, widened, wrapped
from menura.representations.contract import MonoFrames, Promise

LOUDEST = 10.0
"""20 dB above a full-scale sine: nothing recorded is louder, though a model may overshoot."""


@dataclass(frozen=True)
class PhaseVocoderConfig(FramedConfig):
    """As FramedConfig; amplitudes are scaled per bin.

    exponent: that amplitudes are raised to. 1 leaves soft sound to lie where silence lies; at 0.3,
    about loudness (Stevens 1957), what is soft is told from it as well as what is loud.
    """

    normalisation: Kind = "per-bin"
    exponent: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.1 <= self.exponent <= 1:
            raise ValueError(f"exponent must be 0.1…1, not {self.exponent:g}")


class PhaseVocoder(Turning):
    """Amplitude and frequency deviation of every bin (Flanagan & Golden 1966; Dolson 1986).

    Amplitude: |STFT| / (n_fft / 4), a full-scale sine is 1, to the exponent. Deviation: the
    frequency that takes the phase from the last frame to this one, less the bin's centre, in bins,
    within ± n_fft / (2 hop_length). The way back adds the phases up. What the RNN of Glover (2015)
    saw.

    A silent bin deviates by 0, and its phase starts from 0 again when it sounds.
    """

    Config = PhaseVocoderConfig
    promise = Promise("snr-db", 60.0)
    keeps_nyquist = True

    @property
    def axis(self) -> Axis:
        return replace(super().axis, linear="amplitude" if self.config.exponent == 1 else "")

    @property
    def radians_a_bin(self) -> float:
        """Phase that a hop adds for each bin of frequency."""
        return float(tau * self.config.hop_length / self.config.n_fft)

    def centres(self, like: Tensor) -> Float[Tensor, "bins 1"]:
        """Phase that a hop adds at the centre of each bin, less whole turns."""
        hops = torch.arange(self.n_bins, device=like.device) * int(self.config.hop_length)
        turned: Tensor = (hops % int(self.config.n_fft))[:, None] * (tau / self.config.n_fft)
        return turned.to(like.dtype)

    def frequencies_hz(
        self, deviations: Float32[Tensor, "*rows bins frames"]
    ) -> Float32[Tensor, "*rows bins frames"]:
        """The frequency that each bin sounds, Hz, of the second half of the features."""
        bins = torch.arange(self.n_bins, device=deviations.device)[:, None]
        hz: Tensor = (bins + deviations) * (self.sample_rate / self.config.n_fft)
        return hz

    def from_polar(self, size: Sizes, angle: Angles) -> MonoFrames:
        beyond = wrapped(steps_between(angle) - self.centres(angle)) / self.radians_a_bin
        deviation = torch.where(size > 0, beyond, torch.zeros_like(beyond))
        level = (size / (self.config.n_fft / 4)) ** self.config.exponent
        return torch.cat([level, deviation], dim=1)

    def to_polar(
        self,
        levels: Float32[Tensor, "rows levels frames"],
        phases: Float32[Tensor, "rows levels frames"],
    ) -> tuple[Sizes, Angles]:
        size = self._amplitudes(levels).clamp(max=LOUDEST) * (self.config.n_fft / 4)
        heard = torch.where(self._silent(levels), torch.zeros_like(size), size)
        return heard, self.running(levels, phases, None)

    def running(
        self,
        levels: Float32[Tensor, "rows levels frames"],
        steps: Float32[Tensor, "rows levels frames"],
        start: Start | None,
    ) -> Float[Tensor, "rows levels frames"]:
        radians = self.centres(steps) + widened(steps) * self.radians_a_bin
        return summed(radians, start, self._silent(levels))

    def first_step(self, phase: Start) -> Float32[Tensor, "rows bins 1"]:
        return (wrapped(phase - self.centres(phase)) / self.radians_a_bin).float()

    def _silent(self, levels: Tensor) -> Tensor:
        # Sounding bins are above the floor; scaling and back may move a silent one off 0 a little.
        silent: Tensor = self._amplitudes(levels) * (self.config.n_fft / 4) < self.floor / 2
        return silent

    def _amplitudes(self, levels: Tensor) -> Tensor:
        amplitudes: Tensor = levels.clamp_min(0) ** (1 / self.config.exponent)
        return amplitudes
