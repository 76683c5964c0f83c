"""The mel scale and its filter bank, without a library to load."""

from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64

# Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
HZ_A_MEL = 200.0 / 3
BREAK_HZ = 1000.0
BREAK_MEL = BREAK_HZ / HZ_A_MEL
LOG_STEP = np.log(6.4) / 27.0

# HTK's scale (O'Shaughnessy, 1987): logarithmic all along, nearly linear below 700 Hz.
HTK_MELS = 2595.0
HTK_HZ = 700.0

MelScale = Literal["slaney", "htk"]


def hz_to_mel(
    hz: Float64[np.ndarray, "*n"] | float, mel_scale: MelScale = "slaney"
) -> Float64[np.ndarray, "*n"]:
    """Frequency in Hz → mel, as librosa (htk=False for "slaney", htk=True for "htk")."""
    hz = np.asarray(hz, np.float64)
    if mel_scale == "htk":
        return np.asarray(HTK_MELS * np.log10(1 + hz / HTK_HZ))
    above = BREAK_MEL + np.log(np.maximum(hz, BREAK_HZ) / BREAK_HZ) / LOG_STEP
    return np.where(hz < BREAK_HZ, hz / HZ_A_MEL, above)


def mel_to_hz(
    mel: Float64[np.ndarray, "*n"] | float, mel_scale: MelScale = "slaney"
) -> Float64[np.ndarray, "*n"]:
    """Mel → frequency in Hz, the inverse of `hz_to_mel`."""
    mel = np.asarray(mel, np.float64)
    if mel_scale == "htk":
        return np.asarray(HTK_HZ * (10 ** (mel / HTK_MELS) - 1))
    above = BREAK_HZ * np.exp(LOG_STEP * (np.maximum(mel, BREAK_MEL) - BREAK_MEL))
    return np.where(mel < BREAK_MEL, mel * HZ_A_MEL, above)


def mel_filter_bank(
    sample_rate: int,
    n_fft: int,
    n_mels: int,
    f_min_hz: float = 0.0,
    f_max_hz: float | None = None,
    norm: Literal["slaney"] | None = "slaney",
    mel_scale: MelScale = "slaney",
) -> Float32[np.ndarray, "mels bins"]:
    """Triangles evenly spaced in mel from `f_min_hz` to `f_max_hz` (None: half the rate).

    norm: "slaney" gives each triangle the same area (2 / its width in Hz, so noise reads flat);
    None the height 1 (so a sine keeps its level). Equals librosa.filters.mel, whose htk=True is
    mel_scale "htk" here. A triangle narrower than a bin may hold none and be all zeros.
    """
    top_hz = sample_rate / 2 if f_max_hz is None else f_max_hz
    ends = float(hz_to_mel(f_min_hz, mel_scale)), float(hz_to_mel(top_hz, mel_scale))
    edges = mel_to_hz(np.linspace(*ends, n_mels + 2), mel_scale)
    bins = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    if norm == "slaney":
        triangles *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    filters: Float32[np.ndarray, "mels bins"] = triangles.astype(np.float32)
    return filters
