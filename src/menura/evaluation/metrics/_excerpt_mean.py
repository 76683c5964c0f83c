"""What is counted in excerpts of one length, on both sides, and compared by the means."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

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
from menura.evaluation.pieces import SHORTEST_S
from menura.evaluation.presence import not_counted

MOST_EXCERPTS = 32
FEWEST = 8

Figures = Sequence[float | None]


class ExcerptMean(OfWhatIsThere):
    """|mean over the candidates' excerpts − mean over the reference's|.

    Excerpts are as long as the shortest clip of both sets and `longest_s` at most, because more is
    found in more sound; clips below `shortest_s` are not heard, nor of many clips those few that
    would make all excerpts short. At most 32 of either side are heard (evaluation/excerpts.py).
    Where the figure is of something that an excerpt may not have, the means are over those that
    have it.
    in_words: what is counted, and how. details: both means, and the seconds of an excerpt.
    """

    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-9
    in_words: ClassVar[str]
    shortest_s: ClassVar[float] = SHORTEST_S
    longest_s: ClassVar[float] = 4.0

    def counts(self, reference: Clips, candidate: Clips) -> tuple[Counts, Counts]:
        _, real, made = self._figures(reference, candidate)
        return _counts(real), _counts(made)

    @abstractmethod
    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float | None:
        """The figure of one excerpt; None of one that has nothing which it could be of."""

    def places(self, reference: Clips, candidate: Clips) -> tuple[float, list[list[Excerpt]]]:
        """Seconds of an excerpt, and where those of the reference and of the candidates begin."""
        sides = [at_least(side, self.shortest_s) for side in (reference, candidate)]
        seconds = common_seconds(sides, self.longest_s)
        return seconds, [excerpts(side, seconds, MOST_EXCERPTS) for side in sides]

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        seconds, real, made = self._figures(reference, candidate)
        (n_real, all_real), (n_made, all_made) = _counts(real), _counts(made)
        fewest = min(n_real, n_made)
        said = f"only {fewest} excerpts of a side: their mean is mostly chance; {FEWEST} are needed"
        few = self.sample(reference, candidate, *([said] if fewest < FEWEST else []))
        return Measurement(
            abs(_mean(made) - _mean(real)),
            self.in_words,
            "excerpts",
            n_real,
            n_made,
            details={
                "candidates": _mean(made),
                "reference": _mean(real),
                "seconds each": seconds,
            },
            remarks=(
                *few.remarks,
                *not_counted(self.what, "candidates", n_made, all_made),
                *not_counted(self.what, "reference", n_real, all_real),
                *left_out((reference, candidate), seconds),
            ),
            too_few=few.too_few,
            still_compares=few.still_compares,
        )

    def _figures(self, reference: Clips, candidate: Clips) -> tuple[float, Figures, Figures]:
        """Seconds of an excerpt, and the figures of the reference's and of the candidates'."""
        seconds, places = self.places(reference, candidate)
        real, made = ([self.of_excerpt(*place, seconds) for place in side] for side in places)
        return seconds, real, made


def _counts(figures: Figures) -> Counts:
    return sum(figure is not None for figure in figures), len(figures)


def _mean(figures: Figures) -> float:
    return float(np.mean([figure for figure in figures if figure is not None]))
