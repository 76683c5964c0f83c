"""Sound played faster or slower, with its pitch or without."""

import numpy as np
import soxr
from jaxtyping import Complex128, Float32, Float64, Int64

from menura.audio.resampling import QUALITY

Samples = Float32[np.ndarray, "channels time"]
Frames = Complex128[np.ndarray, "frames bins"]
N_FFT = 2048
HOP = N_FFT // 4


def played(sound: Samples, speed: float) -> Float32[np.ndarray, "channels played"]:
    """As a tape is at another speed: time / speed samples, and the pitch × speed.

    What would lie above half the sample rate is left out.
    """
    # soxr knows ratios of rates; these are as good as any.
    out = soxr.resample(np.ascontiguousarray(sound.T), speed, 1.0, QUALITY)
    return np.ascontiguousarray(out.T)


def stretched(sound: Samples, factor: float) -> Float32[np.ndarray, "channels stretched"]:
    """round(time · factor) samples of the same pitch, by a phase vocoder. Onsets are blurred over
    its windows of 2048 samples.

    The phase goes on from frame to frame as it does in the sound over one hop of the output, which
    is measured there with a second frame; around each peak of the spectrum all bins are turned as
    the peak is ("identity phase locking", Laroche & Dolson 1999, sections 2 and 4).
    """
    n = round(sound.shape[1] * factor)
    n_frames = -(-n // HOP) + 4
    # Frame k is centred on sample (k − 2) · HOP of the output.
    places = N_FFT + HOP + np.round((np.arange(n_frames) - 2) * HOP / factor).astype(int)
    space = int(places[-1]) + N_FFT - (N_FFT + N_FFT // 2 + HOP) - sound.shape[1]
    around = np.pad(sound, ((0, 0), (N_FFT + N_FFT // 2 + HOP, max(0, space))))
    window = np.hanning(N_FFT + 1)[:-1]
    index = places[:, None] + np.arange(N_FFT)
    return np.stack([_laid(channel, index, window, n) for channel in around])


def _laid(
    channel: Float32[np.ndarray, " time"],
    index: Int64[np.ndarray, "frames window"],
    window: Float64[np.ndarray, " window"],
    n: int,
) -> Float32[np.ndarray, " n"]:
    """n samples from the frames at `index`, laid a hop apart."""
    here, before = (np.fft.rfft(channel[at] * window) for at in (index, index - HOP))
    out = np.zeros(len(index) * HOP + N_FFT)
    for number, frame in enumerate(np.fft.irfft(_turned(here, before), N_FFT)):
        out[number * HOP : number * HOP + N_FFT] += frame * window
    first = 2 * HOP + N_FFT // 2
    # Squared Hann windows a quarter apart add up to 1.5.
    return (out[first : first + n] / 1.5).astype(np.float32)


def _turned(here: Frames, before: Frames) -> Frames:
    """The frames, turned so that each goes on where the one before it ends."""
    bins = np.arange(here.shape[1])
    sizes = np.pad(np.abs(here), ((0, 0), (2, 2)))
    inside = sizes[:, 2:-2]
    highest = np.maximum.reduce([sizes[:, k : k + here.shape[1]] for k in (0, 1, 3, 4)])
    phase, advance = np.angle(here), np.angle(here) - np.angle(before)
    turned, last = np.empty_like(here), phase[0]
    for number, frame in enumerate(here):
        peaks = np.flatnonzero(inside[number] > highest[number])
        if number == 0 or not peaks.size:
            turned[number], last = frame, phase[number]
            continue
        mine = peaks[np.searchsorted((peaks[1:] + peaks[:-1]) / 2, bins)]  # the nearest peak
        turn = (last + advance[number] - phase[number])[mine]
        turned[number], last = frame * np.exp(1j * turn), phase[number] + turn
    return turned
