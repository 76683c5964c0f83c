"""Loudness and true peak as broadcasting measures them."""

import math

import numpy as np
from jaxtyping import Float32

from menura.audio.clip import Clip
from menura.audio.mixing import mix
from menura.audio.resampling import resample

OVERSAMPLING = 4
PEAK_BLOCK = 1 << 18
PEAK_MARGIN = 64  # input samples on each side of a block, longer than the interpolation filter
BLOCK_S = 0.4
# Below this rate the weighting filter's corner near 1.7 kHz has no room under Nyquist.
LOWEST_METER_RATE_HZ = 8000


def integrated_lufs(clip: Clip) -> float:
    """Integrated loudness in LUFS (ITU-R BS.1770-4 §2, EBU R 128).

    −inf for silence, and for sound that the −70 LUFS gate leaves out. A clip shorter than one
    gating block (0.4 s) is measured as if it were repeated. More than two channels are measured
    as their stereo mix, because their places around the listener are not known.
    """
    import pyloudnorm  # here, because it takes half a second to import

    if clip.n_samples == 0 or not np.any(clip.samples):
        return -math.inf
    if clip.sample_rate < LOWEST_METER_RATE_HZ:
        clip = resample(clip, 48_000)
    samples = mix(clip.samples, 2) if clip.n_channels > 2 else clip.samples
    n_block = math.ceil(BLOCK_S * clip.sample_rate)
    if clip.n_samples < n_block:
        samples = np.tile(samples, math.ceil(n_block / clip.n_samples))
    meter = pyloudnorm.Meter(clip.sample_rate, block_size=BLOCK_S)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(meter.integrated_loudness(samples.T.astype(np.float64)))


def true_peak(samples: Float32[np.ndarray, "channels time"]) -> float:
    """The largest magnitude between and at the samples, 1.0 being full scale.

    By four-fold oversampling (ITU-R BS.1770-4 annex 2).
    """
    from scipy.signal import resample_poly  # here, because it takes half a second to import

    peak = float(np.abs(samples).max(initial=0.0))
    for start in range(0, samples.shape[1], PEAK_BLOCK):
        first = max(0, start - PEAK_MARGIN)
        part = samples[:, first : start + PEAK_BLOCK + PEAK_MARGIN]
        between = resample_poly(part, OVERSAMPLING, 1, axis=1)
        # The margins ring where they were cut off.
        between = between[:, (start - first) * OVERSAMPLING :][:, : PEAK_BLOCK * OVERSAMPLING]
        peak = max(peak, float(np.abs(between).max()))
    return peak


def to_loudness(clip: Clip, lufs: float, peak_db: float = -1.0) -> tuple[Clip, float]:
    """The clip at `lufs` integrated loudness, or quieter where its true peak would pass `peak_db`.

    Also returns the loudness reached, in LUFS. peak_db: highest true peak in dB relative to full
    scale (EBU R 128 asks for −1). What is too quiet to measure is returned as it is, with −inf.
    """
    measured = integrated_lufs(clip)
    if measured == -math.inf:
        return clip, measured
    room_db = peak_db - 20 * math.log10(true_peak(clip.samples))
    gain_db = min(lufs - measured, room_db)
    raised = Clip(clip.samples * np.float32(10 ** (gain_db / 20)), clip.sample_rate)
    return raised, measured + gain_db
