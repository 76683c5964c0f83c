"""The pulse of music: how fast it is, and how clearly it comes back."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.signal import windows

from menura.audio import Clip
from menura.evaluation.once_per_clip import once_per_clip
from menura.evaluation.onsets import FRAMES_A_SECOND, flux_db, onset_times_s

SLOWEST_BPM, FASTEST_BPM = 40.0, 300.0
USUAL_BPM, OCTAVES = 120.0, 1.0  # which of several tempi that fit is taken
FEWEST_ONSETS = 3  # two notes are always as far apart as they are: that is no beat yet
SMOOTHED = 7  # frames: beats some 20 ms early or late still meet
SHORTEST_S, LONGEST_S = 3.0, 8.0  # of what is listened to at once: two of the slowest beats or more
IN_WORDS = "autocorrelation of the spectral flux, 40 to 300 beats a minute"


@dataclass(frozen=True)
class Pulse:
    """bpm: beats a minute; None where hardly anything begins. clarity: 0 none, 1 every beat as
    the last."""

    bpm: float | None
    clarity: float


@once_per_clip
def pulse(clip: Clip, start_s: float, seconds: float) -> Pulse:
    """Of an excerpt: the lag at which its flux is most like itself.

    Autocorrelation of the flux around its mean, made free of the shrinking overlap. clarity is its
    largest value at lags of 0.2 to 1.5 s (Lartillot et al., ISMIR 2008, their "maximum"); the tempo
    is the lag where it, times a bell over log₂ of the tempo around 120 (Ellis, JNMR 2007, eq. 7),
    is largest, so a tempo may come out as its double or half. Of an excerpt with fewer than three
    onsets neither is told: where nothing begins, as in noise or a held note, the flux is what
    chance makes of it, and chance has its lag too.
    """
    onsets = onset_times_s(clip)
    n_onsets = ((onsets >= start_s) & (onsets < start_s + seconds)).sum()
    if n_onsets < FEWEST_ONSETS:
        return Pulse(None, 0.0)
    first = round(start_s * FRAMES_A_SECOND)
    flux = flux_db(clip)[first : first + round(seconds * FRAMES_A_SECOND)]
    likeness = _likeness(flux)
    shortest, longest = (round(60 * FRAMES_A_SECOND / bpm) for bpm in (FASTEST_BPM, SLOWEST_BPM))
    lags = np.arange(shortest, min(longest + 1, len(likeness) - 1))
    if not len(lags) or not likeness.any():
        return Pulse(None, 0.0)
    bpm = 60 * FRAMES_A_SECOND / lags
    usual = np.exp(-0.5 * np.square(np.log2(bpm / USUAL_BPM) / OCTAVES))
    best = int(lags[(np.maximum(likeness[lags], 0) * usual).argmax()])
    between = best + _top(likeness[best - 1 : best + 2])
    return Pulse(60 * FRAMES_A_SECOND / between, max(0.0, float(likeness[lags].max())))


def _likeness(flux: Float64[np.ndarray, "frames"]) -> Float64[np.ndarray, "lags"]:
    """Autocorrelation at each lag up to half of the frames, 1 at lag 0; zeros for a flat flux."""
    if len(flux) < 4:
        return np.zeros(len(flux))
    bell = windows.hann(SMOOTHED + 2)[1:-1]
    smooth = np.convolve(flux, bell / bell.sum(), mode="same")
    around = smooth - smooth.mean()
    n = len(around)
    spectrum = np.fft.rfft(around, 2 * n)
    products = np.fft.irfft(np.square(np.abs(spectrum)))[: n // 2 + 1]
    if products[0] <= 1e-9:
        return np.zeros(n // 2 + 1)
    overlap = (n - np.arange(len(products))) / n
    likeness: Float64[np.ndarray, "lags"] = products / products[0] / overlap
    return likeness


def _top(three: Float64[np.ndarray, "3"]) -> float:
    """Where a parabola through three neighbours is highest, from the middle one, −0.5…0.5."""
    bend = three[0] - 2 * three[1] + three[2]
    return 0.0 if bend >= 0 else float(np.clip((three[0] - three[2]) / (2 * bend), -0.5, 0.5))
