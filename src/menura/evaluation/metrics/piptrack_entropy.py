"""The "pitch entropy" of a report: how scattered spectral peaks are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from menura.audio import Clip
from menura.evaluation.excerpts import Excerpt
from menura.evaluation.metrics._excerpt_mean import ExcerptMean
from menura.evaluation.metrics.contract import Clips, Measurement
from menura.evaluation.peaks import IN_WORDS, Hz, peaks_hz
from menura.evaluation.pitches import entropy_bits


class PiptrackEntropy(ExcerptMean):
    """−Σ p log₂ p over the peaks of an excerpt, to the whole hertz, on average: the difference.

    A report of 2024 prints the formula for 128 pitches, but figures up to 8.15 bits, and 128
    classes give 7 at most. Over the different values themselves, which hardly repeat, its 290
    peaks of an organ would give 8 bits; it prints 2.6, which is what six steady partials give
    when they are counted by the hertz; four seconds of real piano read 8 so, and 10.6 by the
    values. So that is taken; details has the other too ("of all values", the log₂ of their number
    at most). Silent excerpts have no peaks, and are not counted.
    """

    means = "by how much the spectral peaks of a few seconds are too steady or too scattered"
    about = "pitch"
    unit = "bits"
    in_words = IN_WORDS
    what = "peaks"

    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float | None:
        peaks = peaks_hz(clip, start_s, seconds)
        return entropy_bits(np.round(peaks).astype(np.int64)) if len(peaks) else None

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        measured = super().score(reference, candidate)
        seconds, (real, made) = self.places(reference, candidate)
        more = {
            f"{side}, of all values": float(
                np.mean([_of_all_values(peaks) for peaks in _found(places, seconds)])
            )
            for side, places in (("candidates", made), ("reference", real))
        }
        return replace(measured, details={**measured.details, **more})


def _found(places: Sequence[Excerpt], seconds: float) -> Iterator[Hz]:
    """The peaks of the excerpts that have some."""
    for clip, start_s in places:
        if len(peaks := peaks_hz(clip, start_s, seconds)):
            yield peaks


def _of_all_values(peaks: Hz) -> float:
    return entropy_bits(peaks.view(np.int32).astype(np.int64))  # equal bits are equal values
