"""Power spectra of single-channel sound, in bounded memory."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import scipy.fft
from jaxtyping import Float32

from menura.audio import mel_filter_bank

FRAMES_AT_ONCE = 256  # bounds the memory, and keeps what is worked on near the processor

Samples = Float32[np.ndarray, "time"]


def magnitude_blocks(
    samples: Samples, n_fft: int, hop_length: int
) -> Iterator[Float32[np.ndarray, "frames bins"]]:
    """Magnitudes of the short-time Fourier transform, some frames at a time.

    Periodic Hann window, no scaling, no padding: the frame i begins at sample i · hop_length, and
    only whole frames are taken. Sound shorter than n_fft gives no frames.
    """
    if len(samples) < n_fft:
        return
    window = _hann(n_fft)
    frames = np.lib.stride_tricks.sliding_window_view(samples, n_fft)[::hop_length]
    for start in range(0, len(frames), FRAMES_AT_ONCE):
        part = frames[start : start + FRAMES_AT_ONCE] * window
        yield np.abs(scipy.fft.rfft(part, axis=1)).astype(np.float32, copy=False)


def centred(samples: Samples, n_fft: int) -> Float32[np.ndarray, "padded"]:
    """Zeros on both sides, so that frame i is centred on sample i · hop_length, as librosa's."""
    return np.pad(samples, n_fft // 2)


def magnitudes(samples: Samples, n_fft: int, hop_length: int) -> Float32[np.ndarray, "frames bins"]:
    """All frames of `magnitude_blocks` at once."""
    blocks = list(magnitude_blocks(samples, n_fft, hop_length))
    return np.concatenate(blocks) if blocks else np.zeros((0, n_fft // 2 + 1), np.float32)


def mel_power(
    samples: Samples, filters: Float32[np.ndarray, "mels bins"], hop_length: int
) -> Float32[np.ndarray, "frames mels"]:
    """Power in mel bands: `filters` over the squared magnitudes (n_fft is read from them)."""
    n_fft = 2 * (filters.shape[1] - 1)
    blocks = [
        np.square(block) @ filters.T for block in magnitude_blocks(samples, n_fft, hop_length)
    ]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(filters)), np.float32)


@lru_cache(maxsize=16)
def mel_filters(
    sample_rate: int, n_fft: int, n_mels: int, *, of_full_scale: bool = False
) -> Float32[np.ndarray, "mels bins"]:
    """Filters for `mel_power`: of one area each, as librosa's; or, of_full_scale, of one height,
    so that a full-scale sine reads about 1. Shared by all who ask: not to be written into."""
    if not of_full_scale:
        filters = mel_filter_bank(sample_rate, n_fft, n_mels)
    else:
        high = mel_filter_bank(sample_rate, n_fft, n_mels, norm=None)
        filters = high / np.float32(sine_power(n_fft))
    filters.setflags(write=False)
    return filters


def sine_power(n_fft: int) -> float:
    """The squared magnitude that a sine of amplitude 1 has at its peak: 0 dB full scale."""
    return float((_hann(n_fft).sum() / 2) ** 2)


@lru_cache(maxsize=16)
def _hann(n_fft: int) -> Float32[np.ndarray, "time"]:
    return np.hanning(n_fft + 1)[:-1].astype(np.float32)
