"""How far a mean may be off: intervals by drawing the raters again and again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

DRAWS = 10_000
LEVEL = 0.95
FEWEST = 2  # raters behind a figure, for an interval


@dataclass(frozen=True)
class Interval:
    """A mean, and between what it lies in 95 of 100 such tests; of several figures that are told
    together, between what all of them lie. low, high: None where fewer than two raters stand behind
    it, so that nothing is known of how raters differ."""

    mean: float
    low: float | None
    high: float | None


class Raters:
    """Sets of raters drawn with replacement from those there are: the same sets for every figure,
    so that differences of figures can be told too.

    A rater is drawn with all answers given, because they are not independent of each other
    (a bootstrap of clusters: Davison and Hinkley, "Bootstrap Methods and their Application",
    §3.8). The interval is that of percentiles; of fewer than ten raters it is too narrow.
    """

    def __init__(self, raters: Sequence[int], seed: int):
        self.raters = sorted(set(raters))
        self._place = {rater: place for place, rater in enumerate(self.raters)}
        n = len(self.raters)
        rng = np.random.default_rng(seed)
        shares = np.full(n, 1 / n) if n else np.zeros(0)
        self._weights = rng.multinomial(n, shares, size=DRAWS) if n > 1 else None

    def mean(self, given: Sequence[tuple[int, float]]) -> Interval:
        """Of (rater, value): the mean of all values. Raises ValueError where there is none."""
        if not given:
            raise ValueError("there is nothing to take the mean of")
        plain = float(np.mean([value for _, value in given]))
        return self._interval(plain, self._drawn(given))

    def difference(
        self,
        given: Sequence[tuple[int, float]],
        other: Sequence[tuple[int, float]],
        n_together: int = 1,
    ) -> Interval:
        """The mean of the one minus that of the other; no interval where either has none.

        n_together: how many differences are told at once. Each interval then misses in 5 % divided
        by that, so that all of them hold in 95 of 100 tests (Bonferroni).
        """
        plain = self.mean(given).mean - self.mean(other).mean
        first, second = self._drawn(given), self._drawn(other)
        drawn = None if first is None or second is None else first - second
        return self._interval(plain, drawn, (1 - LEVEL) / n_together)

    def _drawn(self, given: Sequence[tuple[int, float]]) -> Float64[np.ndarray, " draws"] | None:
        """The mean in every draw; NaN where none of those drawn have given a value. None where
        all values are of one rater, whatever others have answered elsewhere."""
        if self._weights is None or len({rater for rater, _ in given}) < FEWEST:
            return None
        sums, counts = np.zeros(len(self.raters)), np.zeros(len(self.raters))
        for rater, value in given:
            sums[self._place[rater]] += value
            counts[self._place[rater]] += 1
        with np.errstate(invalid="ignore"):
            means: Float64[np.ndarray, " draws"] = (self._weights @ sums) / (self._weights @ counts)
        return means

    def _interval(
        self, plain: float, drawn: Float64[np.ndarray, " draws"] | None, misses: float = 1 - LEVEL
    ) -> Interval:
        known = None if drawn is None else drawn[np.isfinite(drawn)]
        if known is None or not len(known):
            return Interval(plain, None, None)
        low, high = np.quantile(known, [misses / 2, 1 - misses / 2])
        return Interval(plain, float(low), float(high))
