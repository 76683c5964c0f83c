"""The short-time Fourier transform in librosa's conventions, and the way back from magnitudes.

Centred frames, zero padding at the ends, periodic Hann window, no scaling: `stft` equals
`librosa.stft(y, n_fft=n_fft, hop_length=hop_length, pad_mode="constant")`.
"""

import torch
from jaxtyping import Complex64, Float32
from torch import Tensor

Mono = Float32[Tensor, "rows time"]
Spectrum = Complex64[Tensor, "rows bins frames"]
Magnitude = Float32[Tensor, "rows bins frames"]


def stft(audio: Mono, n_fft: int, hop_length: int) -> Spectrum:
    """1 + time // hop_length frames of 1 + n_fft // 2 bins."""
    window = torch.hann_window(n_fft, device=audio.device)
    return torch.stft(
        audio, n_fft, hop_length, window=window, pad_mode="constant", return_complex=True
    )


def istft(spectrum: Spectrum, n_fft: int, hop_length: int) -> Mono:
    """The least-squares inverse (Griffin & Lim 1984, eq. 6): (frames − 1) · hop_length samples."""
    if spectrum.shape[2] < 2:
        return spectrum.real.new_zeros(spectrum.shape[0], 0)
    window = torch.hann_window(n_fft, device=spectrum.device)
    return torch.istft(spectrum, n_fft, hop_length, window=window)


def griffin_lim(
    magnitude: Magnitude, n_fft: int, hop_length: int, n_iter: int, momentum: float = 0.99
) -> Mono:
    """Sound with (nearly) these magnitudes.

    Fast Griffin-Lim (Perraudin, Balazs & Søndergaard, WASPAA 2013, algorithm 2).
    Starts from a fixed pseudo-random phase, so equal magnitudes give equal sound.
    """
    if magnitude.shape[2] < 2:
        return magnitude.new_zeros(magnitude.shape[0], 0)
    rng = torch.Generator().manual_seed(0)
    # One phase pattern for all rows: a row must not depend on its neighbours.
    turn = torch.rand(1, *magnitude.shape[1:], generator=rng).to(magnitude.device)
    phase = torch.polar(torch.ones_like(turn), 2 * torch.pi * turn).expand(magnitude.shape)
    previous = torch.zeros_like(phase)
    for _ in range(n_iter):
        projected = stft(istft(magnitude * phase, n_fft, hop_length), n_fft, hop_length)
        ahead = projected + momentum * (projected - previous)
        phase = ahead / ahead.abs().clamp_min(1e-16)
        previous = projected
    return istft(magnitude * phase, n_fft, hop_length)
