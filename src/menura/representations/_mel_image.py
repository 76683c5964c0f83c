"""Phase images on the mel scale: as many bands as wanted, none of them empty."""

import numpy as np
from jaxtyping import Float32, Float64

from menura.audio.mel import HTK_HZ, HTK_MELS, hz_to_mel, mel_to_hz

Matrix = Float32[np.ndarray, "to from"]


def mel_matrix(sample_rate: int, n_fft: int, n_mels: int) -> Float64[np.ndarray, "mels bins"]:
    """Triangles of height 1 on HTK's mel scale from 0 Hz to half the rate, without the DC bin.

    None is narrower than one and a half bins, so that low bands are not empty (GANSynth's code,
    spectral_ops.linear_to_mel_weight_matrix). Bins are n_fft / 2, without the Nyquist bin.
    """
    edges = np.linspace(0.0, float(hz_to_mel(sample_rate / 2, "htk")), n_mels + 2)
    centre = mel_to_hz(edges[1:-1], "htk")
    # The half-width in mel that makes a band around `centre` one and a half bins wide in Hz.
    widths = 0.75 * sample_rate / n_fft / (centre + HTK_HZ)
    narrowest = HTK_MELS / np.log(10) * np.arcsinh(widths)
    half = np.maximum(edges[1] - edges[0], narrowest)
    low, high = mel_to_hz(edges[1:-1] - half, "htk"), mel_to_hz(edges[1:-1] + half, "htk")
    bins = np.arange(n_fft // 2) * sample_rate / n_fft
    rising = (bins - low[:, None]) / (centre - low)[:, None]
    falling = (high[:, None] - bins) / (high - centre)[:, None]
    triangles: Float64[np.ndarray, "mels bins"] = np.maximum(0.0, np.minimum(rising, falling))
    triangles[:, 0] = 0
    return triangles


def sizes_back(mel: Float64[np.ndarray, "mels bins"]) -> Matrix:
    """bins × mels: the transpose, scaled so that an even spectrum comes back even."""
    return _divided(mel.T, mel.T @ mel.sum(axis=1))


def means(weights: Float64[np.ndarray, "to from"]) -> Matrix:
    """The matrix whose rows are weighted means: each row sums to 1, or is empty."""
    return _divided(weights, weights.sum(axis=1))


def _divided(rows: Float64[np.ndarray, "to from"], by: Float64[np.ndarray, "to"]) -> Matrix:
    divisor = np.where(by > 1e-8, by, 1.0)
    matrix: Matrix = (rows / divisor[:, None]).astype(np.float32)
    return matrix
