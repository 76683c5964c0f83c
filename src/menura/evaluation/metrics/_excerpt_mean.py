"""What is counted in excerpts of one length, on both sides, and compared by the means."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from menura.audio import Clip
from menura.evaluation.excerpts import (
    Excerpt,
    at_least,
    common_seconds,
    excerpts,
    left_out,
    too_short,
)
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.pairing import require
from menura.evaluation.pieces import SHORTEST_S

MOST_EXCERPTS = 32
FEWEST = 8


class ExcerptMean(Metric):
    """|mean over the candidates' excerpts − mean over the reference's|.

    Excerpts are as long as the shortest clip of both sets and `longest_s` at most, because more is
    found in more sound; clips below `shortest_s` are not heard, nor of many clips those few that
    would make all excerpts short. At most 32 of either side are heard (evaluation/excerpts.py).
    in_words: what is counted, and how. details: both means, and the seconds of an excerpt.
    """

    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-9
    in_words: ClassVar[str]
    shortest_s: ClassVar[float] = SHORTEST_S
    longest_s: ClassVar[float] = 4.0

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        return too_short(reference, candidate, self.shortest_s)

    @abstractmethod
    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float:
        """The figure of one excerpt."""

    def places(self, reference: Clips, candidate: Clips) -> tuple[float, list[list[Excerpt]]]:
        """Seconds of an excerpt, and where those of the reference and of the candidates begin."""
        sides = [at_least(side, self.shortest_s) for side in (reference, candidate)]
        seconds = common_seconds(sides, self.longest_s)
        return seconds, [excerpts(side, seconds, MOST_EXCERPTS) for side in sides]

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        seconds, places = self.places(reference, candidate)
        real, made = ([self.of_excerpt(*place, seconds) for place in side] for side in places)
        fewest = min(len(real), len(made))
        few = f"only {fewest} excerpts of a side: their mean is mostly chance; {FEWEST} are needed"
        return Measurement(
            abs(float(np.mean(made)) - float(np.mean(real))),
            self.in_words,
            "excerpts",
            len(real),
            len(made),
            details={
                "candidates": float(np.mean(made)),
                "reference": float(np.mean(real)),
                "seconds each": seconds,
            },
            remarks=(
                *([few] if fewest < FEWEST else []),
                *left_out((reference, candidate), seconds),
            ),
            too_few=fewest < FEWEST,
        )
