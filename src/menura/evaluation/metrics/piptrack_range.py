"""The "pitch range" of a report: from the lowest spectral peak to the highest."""

import numpy as np

from menura.audio import Clip
from menura.evaluation.metrics._excerpt_mean import ExcerptMean
from menura.evaluation.peaks import IN_WORDS, peaks_hz


class PiptrackRange(ExcerptMean):
    """Hz from the lowest to the highest peak of an excerpt, on average: the difference.

    As a report of 2024 computed it, whose figures end at some 3840 Hz, since `librosa.piptrack`
    looks between 150 and 4000 Hz. One peak of noise in one frame decides; `pitch-range` is of
    notes. Silent excerpts have no peaks, and are not counted.
    """

    means = "by how much the band in which spectral peaks lie is too narrow or too wide"
    about = "pitch"
    unit = "Hz"
    in_words = IN_WORDS
    what = "peaks"

    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float | None:
        peaks = peaks_hz(clip, start_s, seconds)
        return float(np.ptp(peaks)) if len(peaks) else None
