"""Short-time transforms in which time / hop_length frames make time samples, and back.

Frame i is centred on the middle of its hop, so that a stretch of whole hops has whole frames at
both ends ("same" padding, as Vocos has it) and any stretch can be cut out of a longer one.
"""

from math import gcd, pi

import torch
from jaxtyping import Complex64, Float32
from torch import Tensor
from torch.nn.functional import fold, pad

Sound = Float32[Tensor, "rows time"]
Spectrum = Complex64[Tensor, "rows bins frames"]


def analyse(sound: Sound, n_fft: int, hop_length: int) -> Spectrum:
    """Windowed (Hann) spectra of 1 + n_fft // 2 bins; time must be whole hops."""
    around = (n_fft - hop_length) // 2
    frames = pad(sound, (around, n_fft - hop_length - around)).unfold(-1, n_fft, hop_length)
    window = torch.hann_window(n_fft, device=sound.device)
    spectrum: Tensor = torch.fft.rfft(frames * window)
    return spectrum.transpose(1, 2)


def synthesise(spectrum: Spectrum, n_fft: int, hop_length: int) -> Sound:
    """Windowed overlap-add, divided by what the windows add up to: the inverse of `analyse`."""
    n_frames = spectrum.shape[2]
    window = torch.hann_window(n_fft, device=spectrum.device)
    frames = torch.fft.irfft(spectrum.transpose(1, 2), n_fft) * window
    length = (n_frames - 1) * hop_length + n_fft
    weights = window.square()[None, :, None].expand(1, -1, n_frames)
    laid = _lay(frames.transpose(1, 2), length, n_fft, hop_length)
    weight = _lay(weights, length, n_fft, hop_length)
    around = (n_fft - hop_length) // 2
    kept = slice(around, around + n_frames * hop_length)
    return laid[:, kept] / weight[:, kept].clamp_min(1e-4)


def turning(n_frames: int, n_fft: int, hop_length: int) -> Float32[Tensor, "bins frames"]:
    """Phase, 0…2π, that a steady sine in the middle of each bin has at each frame: that of the
    first frame is 0. It comes round after `turn_frames`."""
    bins, frames = torch.arange(1 + n_fft // 2), torch.arange(n_frames)
    turned: Tensor = bins[:, None] * frames * hop_length % n_fft * (2 * pi / n_fft)
    return turned


def turn_frames(n_fft: int, hop_length: int) -> int:
    """Frames after which sines in the middle of all bins are where they were."""
    return n_fft // gcd(n_fft, hop_length)


def _lay(
    frames: Float32[Tensor, "rows window frames"], length: int, n_fft: int, hop_length: int
) -> Float32[Tensor, "rows length"]:
    laid = fold(frames, (1, length), kernel_size=(1, n_fft), stride=(1, hop_length))
    return laid[:, 0, 0]
