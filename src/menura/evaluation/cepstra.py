"""Mel-frequency cepstral coefficients, as librosa computes them by default."""

import numpy as np
import scipy.fft
from jaxtyping import Float32

from menura.audio import Clip, conform
from menura.evaluation.once_per_clip import once_per_clip
from menura.evaluation.spectra import centred, mel_filters, mel_power

SAMPLE_RATE = 16_000
N_FFT, HOP_LENGTH, N_MELS = 2048, 512, 128
N_MFCC, N_KEPT = 40, 13
QUIETEST_POWER = 1e-10
RANGE_DB = 80.0
IN_WORDS = f"first {N_KEPT} of {N_MFCC} MFCC, 16 kHz"


@once_per_clip
def cepstra(clip: Clip) -> Float32[np.ndarray, "frames coefficients"]:
    """The first 13 of 40 coefficients of every frame, 31.25 frames a second.

    The clip is brought to 16 kHz mono. Equals `librosa.feature.mfcc(y, sr=16000, n_mfcc=40)[:13].T`
    (Davis & Mermelstein 1980; Slaney filters, power in dB down to 80 dB below the clip's loudest
    band, orthonormal DCT-II). The first coefficient follows the level.
    """
    sound = conform(clip, SAMPLE_RATE, 1).samples[0]
    filters = mel_filters(SAMPLE_RATE, N_FFT, N_MELS)
    power = mel_power(centred(sound, N_FFT), filters, HOP_LENGTH)
    decibels = 10 * np.log10(np.maximum(power, QUIETEST_POWER))
    decibels = np.maximum(decibels, decibels.max(initial=-np.inf) - RANGE_DB)
    coefficients = scipy.fft.dct(decibels, type=2, axis=1, norm="ortho")[:, :N_KEPT]
    return np.ascontiguousarray(coefficients, np.float32)
