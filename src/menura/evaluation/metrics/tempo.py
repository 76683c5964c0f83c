"""How far the tempi of the candidates are from those of the reference."""

import math
from itertools import pairwise

import numpy as np
from scipy.stats import wasserstein_distance

from menura.audio import Clip
from menura.evaluation.excerpts import (
    Excerpt,
    at_least,
    common_seconds,
    excerpts,
    left_out,
)
from menura.evaluation.metrics._present import Counts, OfWhatIsThere
from menura.evaluation.metrics.contract import Clips, Measurement
from menura.evaluation.pairing import require
from menura.evaluation.presence import not_counted
from menura.evaluation.pulse import IN_WORDS, LONGEST_S, SHORTEST_S, pulse

MOST_EXCERPTS = 240
FEWEST = 8
SAME = 0.12  # doublings: 8 %

Tempi = list[tuple[Clip, float]]


class Tempo(OfWhatIsThere):
    """The earth mover's distance between the tempi of both sets, in doublings.

    How far, on a scale where twice as fast is 1, the tempi of one set must be moved to become
    those of the other (first Wasserstein distance of log₂ of the beats a minute). Tempi are of
    excerpts as long as the shortest clip of 3 s or more, 8 s at most; 240 of a side are heard. A
    tempo may come out as its double or half (see `evaluation/pulse.py`); real music pays for that
    too.
    details: the medians, and how often a clip's next excerpt has the same tempo within 8 %,
    its double or half ("steady"), where clips hold two or more.
    """

    means = "how far apart the tempi are: 0 alike, 1 twice or half as fast"
    about = "rhythm"
    unit = "doublings"
    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-9
    what = "a tempo"
    shortest_s = SHORTEST_S

    def counts(self, reference: Clips, candidate: Clips) -> tuple[Counts, Counts]:
        real, made = _both(reference, candidate)
        (all_real, all_made), _ = _places(reference, candidate)
        return (len(real), len(all_real)), (len(made), len(all_made))

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        real, made = _both(reference, candidate)
        a, b = (np.log2([bpm for _, bpm in side]) for side in (real, made))
        details = {
            "candidates a minute": float(2 ** np.median(b)),
            "reference a minute": float(2 ** np.median(a)),
        }
        for name, side in (("candidates", made), ("reference", real)):
            if (share := _steady(side)) is not None:
                details[f"{name} steady"] = share
        fewest = min(len(a), len(b))
        said = f"only {fewest} excerpts of a side: the tempi are mostly chance; {FEWEST} are needed"
        few = self.sample(reference, candidate, *([said] if fewest < FEWEST else []))
        return Measurement(
            float(wasserstein_distance(a, b)),
            IN_WORDS,
            "excerpts",
            len(a),
            len(b),
            details=details,
            remarks=(
                *few.remarks,
                *self._not_heard(reference, candidate),
            ),
            too_few=few.too_few,
            still_compares=few.still_compares,
        )

    def _not_heard(self, reference: Clips, candidate: Clips) -> tuple[str, ...]:
        """The remarks on what has no tempo, and on what is too short to have one."""
        real, made = self.counts(reference, candidate)
        return (
            *not_counted(self.what, "candidates", *made),
            *not_counted(self.what, "reference", *real),
            *left_out((reference, candidate), _places(reference, candidate)[1]),
        )


def _both(reference: Clips, candidate: Clips) -> tuple[Tempi, Tempi]:
    """(clip, beats a minute) of the excerpts of both sets that have a tempo."""
    places, seconds = _places(reference, candidate)
    found = [
        [
            (clip, heard.bpm)
            for clip, start_s in side
            if (heard := pulse(clip, start_s, seconds)).bpm is not None
        ]
        for side in places
    ]
    return found[0], found[1]


def _places(reference: Clips, candidate: Clips) -> tuple[list[list[Excerpt]], float]:
    """The excerpts of both sets, and their seconds."""
    sides = [at_least(clips, SHORTEST_S) for clips in (reference, candidate)]
    seconds = common_seconds(sides, LONGEST_S)
    return [excerpts(side, seconds, MOST_EXCERPTS) for side in sides], seconds


def _steady(tempi: Tempi) -> float | None:
    """The share of a clip's successive excerpts that keep the tempo."""
    changes = [
        abs(math.log2(after / before))
        for (clip, before), (same, after) in pairwise(tempi)
        if clip is same
    ]
    if not changes:
        return None
    return float(np.mean([abs(change - round(change)) <= SAME for change in changes]))
