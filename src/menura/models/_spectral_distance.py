"""How unlike two sounds are, over several resolutions: what a codec is trained to lower."""

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.audio.mel import mel_filter_bank
from menura.models._overlap import analyse
from menura.models._precision import in_float32

Sound = Float32[Tensor, "rows time"]
Power = Float32[Tensor, "rows bins frames"]
N_FFTS = 4096, 2048, 1024, 512, 256
QUIETEST = 1e-2  # magnitudes of a row taken together; what is quieter than that counts as much


class SpectralDistance(nn.Module):
    """Mean |difference| of log-mel spectra plus spectral convergence, averaged over resolutions.

    Log-mel as in DAC (Kumar et al. 2023, section 3.3), in nepers (natural logarithm of the
    amplitude); what is under floor_db counts alike. Spectral convergence (Arık, Jun & Diamos 2019,
    section 3.1): the norm of the difference of magnitudes over that of the real ones. The one
    hears everything, the other what is loud; log magnitudes of single bins, also in use, spend a
    small codec on the texture of noise.
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
        return self.both(made, real)[0]

    def both(self, made: Sound, real: Sound) -> tuple[Float32[Tensor, ""], Float32[Tensor, ""]]:
        """The distance, and how unlike the textures are, in nepers too.

        Texture: mean and deviation of each log-mel band over the whole sound (the first two
        statistics of McDermott & Simoncelli 2011). The distance alone is lowest where noise, which
        nobody can foresee, is made smooth and soft; then every band is duller than it should be.
        """
        total, texture = made.new_zeros(()), made.new_zeros(())
        with in_float32(made):
            for n_fft in self.n_ffts:
                ours, theirs = _power(made, n_fft), _power(real, n_fft)
                total = total + _convergence(ours, theirs)
                ours, theirs = self._log_mel(ours), self._log_mel(theirs)
                total = total + (ours - theirs).abs().mean()
                texture = texture + (ours.mean(dim=2) - theirs.mean(dim=2)).abs().mean()
                texture = texture + (_deviation(ours) - _deviation(theirs)).abs().mean()
        return total / len(self.n_ffts), texture / len(self.n_ffts)

    def _log_mel(self, power: Power) -> Float32[Tensor, "rows mels frames"]:
        mel: Tensor = getattr(self, f"mel_{2 * (power.shape[1] - 1)}")
        return 0.5 * (mel @ power + 10 ** (self.floor_db / 10)).log()


def _power(sound: Sound, n_fft: int) -> Power:
    """A full-scale sine has 1 (its magnitude under a Hann window is n_fft / 4)."""
    hop_length = n_fft // 4
    n = sound.shape[1] // hop_length * hop_length
    spectrum = analyse(sound[:, :n], n_fft, hop_length) * (4 / n_fft)
    return spectrum.real.square() + spectrum.imag.square()


def _deviation(level: Float32[Tensor, "rows mels frames"]) -> Float32[Tensor, "rows mels"]:
    return (level.var(dim=2, correction=0) + 1e-6).sqrt()  # the root has no slope at 0


def _convergence(ours: Power, theirs: Power) -> Float32[Tensor, ""]:
    a, b = (ours + 1e-10).sqrt(), (theirs + 1e-10).sqrt()  # the root has no slope at 0
    apart = ((a - b).square().sum(dim=(1, 2)) + 1e-12).sqrt()
    return (apart / b.square().sum(dim=(1, 2)).sqrt().clamp_min(QUIETEST)).mean()
