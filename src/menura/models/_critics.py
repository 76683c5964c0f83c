"""Critics that tell made sound from real by its spectra, and what a codec learns from them.

Small multi-resolution STFT discriminators (Encodec, Défossez et al. 2022, section 3.4), strided
in frequency and time so that they cost little; least-squares losses (Mao et al. 2017) and feature
matching (Kumar et al. 2019).
"""

from itertools import pairwise

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from menura.models._overlap import analyse

Sound = Float32[Tensor, "rows time"]
Features = list[Float[Tensor, "rows channels bins frames"]]


class Critic(nn.Module):
    """Judges the spectrum of one resolution, real and imaginary parts as two channels."""

    def __init__(self, n_fft: int, width: int):
        super().__init__()
        self.n_fft = n_fft
        widths = [2, width, width, 2 * width, 2 * width]
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, (7, 3), stride=(4 if i < 2 else 2, 2 if i % 2 else 1), padding=(3, 1))
            for i, (a, b) in enumerate(pairwise(widths))
        )
        self.verdict = nn.Conv2d(widths[-1], 1, 3, padding=1)

    def forward(self, sound: Sound) -> Features:
        """The features of every layer; the last is the verdict (1 is real, 0 made)."""
        hop_length = self.n_fft // 4
        n = sound.shape[1] // hop_length * hop_length
        spectrum = analyse(sound[:, :n], self.n_fft, hop_length) * (8 / self.n_fft**0.5)
        h: Tensor = torch.stack([spectrum.real, spectrum.imag], dim=1)
        features = []
        for layer in self.layers:
            h = leaky_relu(layer(h), 0.2)
            features.append(h)
        return [*features, self.verdict(h)]


class Critics(nn.Module):
    """Several resolutions."""

    def __init__(self, n_ffts: tuple[int, ...], width: int):
        super().__init__()
        self.critics = nn.ModuleList(Critic(n_fft, width) for n_fft in n_ffts)

    def own_loss(self, made: Sound, real: Sound) -> Float32[Tensor, ""]:
        """What the critics themselves lower: real should be 1, made 0."""
        total = made.new_zeros(())
        for critic in self.critics:
            total = total + (critic(real)[-1].float() - 1).square().mean()
            total = total + critic(made.detach())[-1].float().square().mean()
        return total / len(self.critics)

    def lesson(self, made: Sound, real: Sound) -> tuple[Float32[Tensor, ""], Float32[Tensor, ""]]:
        """What the codec lowers: (made should be 1, its features should be those of the real)."""
        fooling, matching = made.new_zeros(()), made.new_zeros(())
        for critic in self.critics:
            with torch.no_grad():
                wanted = critic(real)[:-1]
            *features, verdict = critic(made)
            fooling = fooling + (verdict.float() - 1).square().mean()
            for a, b in zip(features, wanted, strict=True):
                scale = b.float().abs().mean().clamp_min(1e-4)
                matching = matching + (a.float() - b.float()).abs().mean() / scale / len(wanted)
        return fooling / len(self.critics), matching / len(self.critics)
