"""What VGGish hears: log-mel pictures of 0.96 s, as its authors' code makes them."""

import numpy as np
from jaxtyping import Float32, Float64

from menura.audio import hz_to_mel

SAMPLE_RATE = 16_000
N_WINDOW, HOP_LENGTH, N_FFT = 400, 160, 512
N_MELS, LOWEST_HZ, HIGHEST_HZ = 64, 125.0, 7500.0
N_FRAMES = 96
OFFSET = 0.01
FEWEST_SAMPLES = N_WINDOW + (N_FRAMES - 1) * HOP_LENGTH

Examples = Float32[np.ndarray, "examples frames mels"]


def n_examples(n_samples: int) -> int:
    """How many whole pictures, one after another, are in so many samples."""
    return max(0, 1 + (n_samples - N_WINDOW) // HOP_LENGTH) // N_FRAMES


def examples(sound: Float32[np.ndarray, "time"]) -> Examples:
    """Pictures of 96 frames × 64 bands: ln(magnitude + 0.01) of 16 kHz sound in −1…1.

    Hershey et al. (ICASSP 2017, section 3.1): windows of 25 ms every 10 ms, periodic Hann,
    magnitudes and not powers, HTK's mel scale, triangles that are straight in mels.
    """
    n = n_examples(len(sound))
    if n == 0:
        return np.zeros((0, N_FRAMES, N_MELS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, N_WINDOW)[::HOP_LENGTH]
    window, bands = np.hanning(N_WINDOW + 1)[:-1], _bands()
    pictures = np.empty((n, N_FRAMES, N_MELS), np.float32)
    for number in range(n):
        part = frames[number * N_FRAMES : (number + 1) * N_FRAMES] * window
        magnitudes = np.abs(np.fft.rfft(part, N_FFT))
        pictures[number] = np.log(magnitudes @ bands + OFFSET)
    return pictures


def _bands() -> Float64[np.ndarray, "bins mels"]:
    """Weight of each FFT bin in each band; the constant part has none."""
    ends = hz_to_mel(np.array([LOWEST_HZ, HIGHEST_HZ]), "htk")
    edges = np.linspace(*ends, N_MELS + 2)
    bins = hz_to_mel(np.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1), "htk")[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    weights: Float64[np.ndarray, "bins mels"] = np.maximum(0, np.minimum(rising, falling))
    weights[0] = 0
    return weights
