"""Spectral peaks as a report counted pitches: what `librosa.piptrack` finds."""

import numpy as np
from jaxtyping import Float32

from menura.audio import Clip, conform
from menura.evaluation.once_per_clip import once_per_clip

SAMPLE_RATE = 16_000
IN_WORDS = "peaks by librosa.piptrack, 150 to 4000 Hz, 16 kHz"

Hz = Float32[np.ndarray, "peaks"]


@once_per_clip
def peaks_hz(clip: Clip, start_s: float, seconds: float) -> Hz:
    """Frequencies of all peaks of all frames of an excerpt, as they are found.

    `librosa.piptrack` with its defaults: n_fft 2048, hop 512, peaks of a tenth of the frame's
    loudest bin or more, interpolated by a parabola.
    """
    import librosa  # takes long

    part = clip.between(start_s, start_s + seconds)
    sound = conform(part, SAMPLE_RATE, 1).samples[0]
    found, _ = librosa.piptrack(y=sound, sr=SAMPLE_RATE)
    peaks: Hz = found[found > 0].astype(np.float32)
    return peaks
