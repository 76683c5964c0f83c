"""The short-time Fourier transform in librosa's conventions.

Centred frames, zero padding at the ends, periodic Hann window, no scaling: `stft` equals
`librosa.stft(y, n_fft=n_fft, hop_length=hop_length, pad_mode="constant")`.
"""

import torch
from jaxtyping import Complex64, Float32
from torch import Tensor

Mono = Float32[Tensor, "rows time"]
Spectrum = Complex64[Tensor, "rows bins frames"]
Power = Float32[Tensor, "rows bins frames"]


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


def stft_power(audio: Mono, n_fft: int, hop_length: int) -> Power:
    """|stft|², without the square root that `abs` takes (and without its slope at silence).

    Frame by frame in memory, seen bins first: products over bins then read along it, and nothing
    is turned over. Twice as fast as by `stft`.
    """
    window = torch.hann_window(n_fft, device=audio.device)
    padded = torch.nn.functional.pad(audio, (n_fft // 2, n_fft // 2))
    parts = torch.view_as_real(torch.fft.rfft(padded.unfold(1, n_fft, hop_length) * window))
    power = parts[..., 0].square().addcmul(parts[..., 1], parts[..., 1])
    return power.transpose(1, 2)


def overlap_added(pieces: Float32[Tensor, "rows frames length"], hop_length: int) -> Mono:
    """The sum of pieces that begin `hop_length` samples after each other, to the end of the last.

    Block by block: a few long additions in place of one scatter. Its gradient is slow where hops
    are short.
    """
    rows, n_frames, length = pieces.shape
    n_over = -(-length // hop_length)  # blocks that a piece reaches over
    blocks = pieces.new_zeros(rows, n_frames - 1 + n_over, hop_length)
    for number, start in enumerate(range(0, length, hop_length)):
        stop = min(start + hop_length, length)
        blocks[:, number : number + n_frames, : stop - start] += pieces[:, :, start:stop]
    return blocks.flatten(1)[:, : (n_frames - 1) * hop_length + length]
