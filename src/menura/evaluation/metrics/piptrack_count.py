"""The "number of pitches" of a report: different spectral peaks of a few seconds."""

import numpy as np

from menura.audio import Clip
from menura.evaluation.metrics._excerpt_mean import ExcerptMean
from menura.evaluation.peaks import IN_WORDS, peaks_hz


class PiptrackCount(ExcerptMean):
    """Different values that `librosa.piptrack` gives for an excerpt, on average: the difference.

    As a report of 2024 on GAN, LSTM, WaveNet and CVAE computed it, where fewer are better; here
    the reference says how many there should be. Peaks are interpolated between bins, so hardly two
    are equal, and the figure counts peaks rather than notes: overtones, and above all noise.
    `pitch-count` counts notes.
    """

    means = (
        "by how many the spectral peaks of a few seconds are too few or too many: noise adds them"
    )
    about = "pitch"
    unit = "peaks"
    in_words = IN_WORDS

    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float:
        return float(len(np.unique(peaks_hz(clip, start_s, seconds))))
