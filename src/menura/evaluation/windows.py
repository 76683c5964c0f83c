"""The spectral embedding: a second of sound as the means and deviations of its log-mel bands."""

import numpy as np
from jaxtyping import Bool, Float32, Float64

from menura.audio import Clip, conform
from menura.evaluation.once_per_clip import once_per_clip
from menura.evaluation.spectra import mel_filters, mel_power

SAMPLE_RATE = 16_000
N_FFT, N_MELS = 1024, 64
FRAMES_A_SECOND = 64
HOP_LENGTH = SAMPLE_RATE // FRAMES_A_SECOND
FRAMES_A_WINDOW = 1 + (SAMPLE_RATE - N_FFT) // HOP_LENGTH  # those that lie wholly in one second
FLOOR = 1e-8  # of a full-scale sine's power: −80 dB. What is quieter should not decide
LEVEL_FREE_RANGE = np.log(1e4)  # 40 dB
IN_WORDS = "mean and deviation of 64 log-mel bands over 1 s, 16 kHz"
N_DIMENSIONS = 2 * N_MELS

Windows = Float64[np.ndarray, "windows dimensions"]


def log_mel_frames(clip: Clip) -> Float32[np.ndarray, "frames mels"]:
    """ln of the power in 64 mel bands, 64 frames a second; a full-scale sine reads about 0.

    The clip is brought to 16 kHz mono. Frames of 64 ms, Hann window, no padding.
    """
    sound = conform(clip, SAMPLE_RATE, 1).samples[0]
    filters = mel_filters(SAMPLE_RATE, N_FFT, N_MELS, of_full_scale=True)
    power = mel_power(sound, filters, HOP_LENGTH)
    logarithms: Float32[np.ndarray, "frames mels"] = np.log(np.maximum(power, np.float32(FLOOR)))
    return logarithms


def window_embeddings(clip: Clip, windows_a_second: int = 1) -> Windows:
    """128 numbers for every whole second of the clip: 64 means, then 64 standard deviations.

    windows_a_second: how many windows begin in each second (they overlap above 1): a divisor
    of 64. Window i begins at i / windows_a_second seconds. A window is there when all its
    frames are, 0.986 s: what a resampler rounds away costs none.
    """
    return _window_embeddings(clip, windows_a_second)


def level_free_embeddings(clip: Clip, windows_a_second: int = 1) -> Windows:
    """As `window_embeddings`, in each window relative to its loudest moment in any band.

    What is more than 40 dB below that moment counts as 40 dB below it: the same music softer,
    or through a lossy coder, stays where it is.
    """
    return _level_free_embeddings(clip, windows_a_second)


# The embeddings are remembered, and not the frames that they are made of, which are twice as large
# as the largest of them: memory grows by a few kilobytes with every second of sound.
@once_per_clip
def _window_embeddings(clip: Clip, windows_a_second: int) -> Windows:
    return _statistics(_views(clip, windows_a_second))


@once_per_clip
def _level_free_embeddings(clip: Clip, windows_a_second: int) -> Windows:
    views = _views(clip, windows_a_second)
    parts = []
    for start in range(0, len(views), 512):  # bounds the memory: windows overlap
        part = views[start : start + 512]
        loudest = part.max(axis=(1, 2), keepdims=True)
        parts.append(_statistics(np.maximum(part - loudest, np.float32(-LEVEL_FREE_RANGE))))
    return np.concatenate(parts) if parts else np.zeros((0, N_DIMENSIONS))


def sounding(
    clip: Clip, windows_a_second: int = 1, least_db: float = -50.0
) -> Bool[np.ndarray, "windows"]:
    """Which of the windows of `window_embeddings` hold sound: an RMS of `least_db` dBFS or more."""
    return _sounding(clip, windows_a_second, least_db)


@once_per_clip
def _sounding(clip: Clip, windows_a_second: int, least_db: float) -> Bool[np.ndarray, "windows"]:
    sound = conform(clip, SAMPLE_RATE, 1).samples[0].astype(np.float64)
    energy = np.concatenate([[0.0], np.cumsum(np.square(sound))])
    n_windows = len(_views(clip, windows_a_second))
    starts = np.arange(n_windows) * (SAMPLE_RATE // windows_a_second)
    power = (energy[np.minimum(starts + SAMPLE_RATE, len(sound))] - energy[starts]) / SAMPLE_RATE
    loud: Bool[np.ndarray, "windows"] = power >= 10 ** (least_db / 10)
    return loud


def _views(clip: Clip, windows_a_second: int) -> Float32[np.ndarray, "windows mels frames"]:
    """The log-mel frames of every window; they share memory."""
    if windows_a_second < 1 or FRAMES_A_SECOND % windows_a_second:
        raise ValueError(f"windows_a_second must divide {FRAMES_A_SECOND}: {windows_a_second}")
    frames = log_mel_frames(clip)
    if len(frames) < FRAMES_A_WINDOW:
        return np.zeros((0, N_MELS, FRAMES_A_WINDOW), np.float32)
    views = np.lib.stride_tricks.sliding_window_view(frames, FRAMES_A_WINDOW, axis=0)
    return views[:: FRAMES_A_SECOND // windows_a_second]


def _statistics(views: Float32[np.ndarray, "windows mels frames"]) -> Windows:
    means, deviations = views.mean(axis=2, dtype=np.float64), views.std(axis=2, dtype=np.float64)
    return np.concatenate([means, deviations], axis=1)
