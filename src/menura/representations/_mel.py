"""What representations in mel bands share: their filters, the way back to bins, a template."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio import Axis
from menura.audio.mel import MelScale, mel_filter_bank
from menura.foundation.errors import UsageError
from menura.representations._mel_filters import MelFilters
from menura.representations._mel_inverse import UNMEL, Unmel
from menura.representations._spectral import Power, Spectral, SpectralConfig

Mel = Float32[Tensor, "rows mels frames"]


@dataclass(frozen=True)
class MelConfig(SpectralConfig):
    """n_mels bands from f_min_hz to f_max_hz (None: half the sample rate).

    Bands narrower than a bin are empty: 512 of them want n_fft 4096 at 32,768 Hz.

    mel_scale: "slaney" is librosa's htk=False, "htk" its htk=True.
    norm: "slaney" gives each triangle the same area, "none" the same height.
    unmel: how bands become bins again. "multiplicative" is fast and keeps every band, "pinv"
        faster and a little too loud, "nnls" slow and exact in power: loud bands decide, quiet
        ones may be far off in logarithm. Errors and speeds: docs/results/representations.md.
    floor_db: as elsewhere relative to the power of a sine in its bin. A Slaney triangle takes 15
        to 25 dB off that, so the floor is lower than where every bin is a feature.
    template: a sound file whose own scaling is used on the way back; needs a normalisation.
    """

    n_mels: int = 128
    f_min_hz: float = 0.0
    f_max_hz: float | None = None
    mel_scale: MelScale = "slaney"
    norm: Literal["slaney", "none"] = "slaney"
    unmel: Unmel = "multiplicative"
    template: str = ""
    floor_db: float = -100.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.drop_nyquist:
            raise ValueError("drop_nyquist has no meaning for mel bands; use f_max_hz")
        if not 0 < self.n_mels <= self.n_fft // 2:
            raise ValueError(f"n_mels must be 1…n_fft/2 = {self.n_fft // 2}, not {self.n_mels}")
        if not 0 <= self.f_min_hz < (self.f_max_hz or float("inf")):
            raise ValueError(
                f"f_min_hz must be from 0 to below f_max_hz, not {self.f_min_hz:g} with "
                f"{self.f_max_hz}"
            )
        if self.template and self.normalisation == "none":
            raise ValueError('a template scales the way back: normalisation must not be "none"')


class MelSpectral(Spectral):
    """A representation of power in mel bands. Subclasses map `to_mel`'s bands to features."""

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        c = config
        top_hz = self.top_hz
        if not c.f_min_hz < top_hz <= sample_rate / 2:
            raise UsageError(
                f"mel bands from {c.f_min_hz:g} to {top_hz:g} Hz do not fit a rate of "
                f"{sample_rate} Hz; set f_min_hz and f_max_hz below {sample_rate / 2:g}"
            )
        norm: Literal["slaney"] | None = None if c.norm == "none" else "slaney"
        self.filters = MelFilters(
            mel_filter_bank(
                sample_rate, c.n_fft, c.n_mels, c.f_min_hz, top_hz, norm, mel_scale=c.mel_scale
            )
        )

    @property
    def top_hz(self) -> float:
        """Where the last triangle ends."""
        f_max_hz = self.config.f_max_hz
        return self.sample_rate / 2 if f_max_hz is None else float(f_max_hz)

    @property
    def template(self) -> str:
        return str(self.config.template)

    @property
    def axis(self) -> Axis:
        kind: Literal["mel", "htk"] = "htk" if self.config.mel_scale == "htk" else "mel"
        return Axis(kind, self.config.f_min_hz, self.top_hz)

    @property
    def loudest(self) -> float:
        """More power than any recording has: 20 dB above a full-scale sine."""
        return float((self.config.n_fft * 2.5) ** 2)

    def to_mel(self, power: Power) -> Mel:
        """Power in bands, not below the floor."""
        mel: Mel = self.filters(power).clamp_min(self.floor)
        return mel

    def from_mel(self, mel: Mel) -> Power:
        """Power in bins that has these bands, by the config's `unmel`."""
        # What sits at the floor was below it: give it nothing rather than a hiss.
        audible = torch.where(mel <= self.floor * 1.001, torch.zeros_like(mel), mel)
        unmel = UNMEL[self.config.unmel]
        return unmel(self.filters, audible.clamp_max(self.loudest))
