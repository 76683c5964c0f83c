"""How unlike two sounds are, over several resolutions: what a codec is trained to lower."""

from collections.abc import Iterator

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.audio.mel import mel_filter_bank
from menura.models._overlap import analyse

Sound = Float32[Tensor, "rows time"]
N_FFTS = (2048, 1024, 512, 256)


class SpectralDistance(nn.Module):
    """Mean |difference| of log-mel spectra plus that of log-magnitude spectra, over resolutions.

    As in DAC (Kumar et al. 2023, section 3.3) and multi-resolution STFT losses (Yamamoto et al.
    2020). In nepers (natural logarithm of the amplitude); what is under floor_db counts alike.
    """

    def __init__(self, sample_rate: int, n_ffts: tuple[int, ...] = N_FFTS, floor_db: float = -80.0):
        super().__init__()
        self.n_ffts, self.floor_db = n_ffts, floor_db
        for n_fft in n_ffts:
            filters = mel_filter_bank(sample_rate, n_fft, max(8, n_fft // 16))
            # Rows that sum to one: a mel band has the level of its bins.
            scaled = filters / filters.sum(axis=1, keepdims=True).clip(1e-8)
            self.register_buffer(f"mel_{n_fft}", torch.from_numpy(scaled), persistent=False)

    def forward(self, made: Sound, real: Sound) -> Float32[Tensor, ""]:
        terms = [
            (a - b).abs().mean()
            for n_fft in self.n_ffts
            for a, b in zip(self._views(made, n_fft), self._views(real, n_fft), strict=True)
        ]
        return torch.stack(terms).sum() / len(self.n_ffts)

    def _views(self, sound: Sound, n_fft: int) -> Iterator[Float32[Tensor, "rows _ frames"]]:
        """Log-mel and log-magnitude spectra."""
        hop_length = n_fft // 4
        n = sound.shape[1] // hop_length * hop_length
        # A full-scale sine has magnitude n_fft / 4 under a Hann window: scaled to 1.
        spectrum = analyse(sound[:, :n], n_fft, hop_length) * (4 / n_fft)
        power = spectrum.real.square() + spectrum.imag.square()
        floor = 10 ** (self.floor_db / 10)
        mel: Tensor = getattr(self, f"mel_{n_fft}")
        yield 0.5 * (mel @ power + floor).log()
        yield 0.5 * (power + floor).log()
