"""When notes begin: peaks of the spectral flux."""

import numpy as np
from jaxtyping import Float32, Float64, Int
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from menura.audio import Clip, conform
from menura.evaluation.once_per_clip import once_per_clip
from menura.evaluation.spectra import mel_filters, mel_power

SAMPLE_RATE = 16_000
N_FFT, N_MELS = 1024, 80
FRAMES_A_SECOND = 100
HOP_LENGTH = SAMPLE_RATE // FRAMES_A_SECOND
LAG = 3  # frames: half a window, so that a step in the sound shows whole
FLOOR = 1e-6  # of a full-scale sine's power: −60 dB. A rise below it is not heard as a note
RISE_DB = 1.0  # by which a peak must stand above the mean flux around it
IN_WORDS = "peaks of the spectral flux, 80 mel bands, 16 kHz"


@once_per_clip
def onset_times_s(clip: Clip) -> Float64[np.ndarray, "onsets"]:
    """When notes begin, in seconds, at least 50 ms apart.

    Spectral flux with the maximum filter of Böck & Widmer (DAFx 2013, section 3) and the peak
    picking of Böck, Krebs & Schedl (ISMIR 2012, section 2.3): a peak is the largest value within
    30 ms, stands above the mean of the 100 ms before and after it by 1 dB, and is the first in
    50 ms. Constants ours.
    """
    flux = flux_db(clip)
    peaks = _peaks(flux) if len(flux) else np.zeros(0, np.int64)
    times: Float64[np.ndarray, "onsets"] = peaks / FRAMES_A_SECOND + N_FFT / 2 / SAMPLE_RATE
    return times


@once_per_clip
def flux_db(clip: Clip) -> Float64[np.ndarray, "frames"]:
    """How much the bands rise, in dB on average, in each hundredth of a second."""
    sound = conform(clip, SAMPLE_RATE, 1).samples[0]
    filters = mel_filters(SAMPLE_RATE, N_FFT, N_MELS, of_full_scale=True)
    # No padding: an end that is cut off must not sound like a beginning.
    power = mel_power(sound, filters, HOP_LENGTH)
    return _flux_db(power) if len(power) else np.zeros(0)


def _flux_db(power: Float32[np.ndarray, "frames mels"]) -> Float64[np.ndarray, "frames"]:
    """Mean rise over the bands in dB against the louder neighbour bands of LAG frames before."""
    decibels = 10 * np.log10(np.maximum(power, FLOOR)).astype(np.float64)
    before = maximum_filter1d(decibels, 3, axis=1)
    # The first frames compare with the first of all: sound that is there from the start is none
    # that begins.
    lagged = np.concatenate([before[:1]] * LAG + [before])[: len(decibels)]
    flux: Float64[np.ndarray, "frames"] = np.maximum(decibels - lagged, 0).mean(axis=1)
    return flux


def _peaks(flux: Float64[np.ndarray, "frames"]) -> Int[np.ndarray, "onsets"]:
    around = uniform_filter1d(flux, 21, mode="nearest")
    highest = maximum_filter1d(flux, 7, mode="nearest")
    chosen: list[int] = []
    for frame in np.flatnonzero((flux == highest) & (flux >= around + RISE_DB)):
        if not chosen or frame - chosen[-1] >= 5:
            chosen.append(int(frame))
    return np.array(chosen, np.int64)
