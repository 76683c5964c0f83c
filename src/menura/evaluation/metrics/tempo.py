"""How far the tempi of the candidates are from those of the reference."""

import math
from itertools import pairwise

import numpy as np
from scipy.stats import wasserstein_distance

from menura.audio import Clip
from menura.evaluation.excerpts import at_least, common_seconds, excerpts, left_out, too_short
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.pairing import require
from menura.evaluation.pulse import IN_WORDS, LONGEST_S, SHORTEST_S, pulse

MOST_EXCERPTS = 240
FEWEST = 8
SAME = 0.12  # doublings: 8 %

Tempi = list[tuple[Clip, float]]


class Tempo(Metric):
    """The earth mover's distance between the tempi of both sets, in doublings.

    How far, on a scale where twice as fast is 1, the tempi of one set must be moved to become
    those of the other (first Wasserstein distance of log₂ of the beats a minute). Tempi are of
    excerpts as long as the shortest clip of 3 s or more, 8 s at most; 240 of a side are heard. A
    tempo may come out as its double or half (see `evaluation/pulse.py`); real music pays for that
    too. details: the medians, and how often a clip's next excerpt has the same tempo within 8 %,
    its double or half ("steady"), where clips hold two or more.
    """

    means = "how far apart the tempi are: 0 alike, 1 twice or half as fast"
    about = "rhythm"
    unit = "doublings"
    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-9

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        reason = too_short(reference, candidate, SHORTEST_S)
        if reason is not None:
            return reason
        for side, tempi in zip(
            ("reference", "candidates"), _both(reference, candidate), strict=True
        ):
            if not tempi:
                return f"hardly anything begins in the {side}, so they have no tempo"
        return None

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
        few = f"only {fewest} excerpts of a side: the tempi are mostly chance; {FEWEST} are needed"
        return Measurement(
            float(wasserstein_distance(a, b)),
            IN_WORDS,
            "excerpts",
            len(a),
            len(b),
            details=details,
            remarks=(*([few] if fewest < FEWEST else []), *_left_out(reference, candidate)),
            too_few=fewest < FEWEST,
        )


def _both(reference: Clips, candidate: Clips) -> tuple[Tempi, Tempi]:
    """(clip, beats a minute) of the excerpts of both sets, where anything begins."""
    sides, seconds = _sides(reference, candidate)
    found = [
        [
            (clip, heard.bpm)
            for clip, start_s in excerpts(side, seconds, MOST_EXCERPTS)
            if (heard := pulse(clip, start_s, seconds)).bpm is not None
        ]
        for side in sides
    ]
    return found[0], found[1]


def _sides(reference: Clips, candidate: Clips) -> tuple[list[Clips], float]:
    """What may be heard of both sets, and the seconds of an excerpt."""
    sides: list[Clips] = [at_least(clips, SHORTEST_S) for clips in (reference, candidate)]
    return sides, common_seconds(sides, LONGEST_S)


def _left_out(reference: Clips, candidate: Clips) -> tuple[str, ...]:
    return left_out((reference, candidate), _sides(reference, candidate)[1])


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
