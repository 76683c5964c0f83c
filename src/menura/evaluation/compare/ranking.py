"""Who stands where: ranks by each metric, and their mean."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata


@dataclass(frozen=True)
class Direction:
    """Which way is better, and what real music scores; None where that is not known."""

    higher_is_better: bool
    floor: float | None = None

    def worse(self, value: float | None) -> float:
        """Larger is worse. What is better than real music is as good as real music: below its
        floor a figure tells nothing more. None is worse than any."""
        if value is None:
            return math.inf
        sign = -1.0 if self.higher_is_better else 1.0
        return sign * value if self.floor is None else max(sign * value, sign * self.floor)


def mean_ranks(
    values: Mapping[str, Mapping[str, float | None]], directions: Mapping[str, Direction]
) -> dict[str, float]:
    """Row → the mean of its ranks (1 best) over the metrics; rows that are equal share a rank.

    values: row → metric → figure; None of a row that has no figure because it has nothing to
    measure where real music has (`Metric.lacking`): it is last by that metric, so that no row is
    better off for having no notes. Only metrics count that all rows have, so that none is for what
    could not be measured of it. Empty where there is no such metric, or only one row.
    """
    shared = set(directions)
    for figures in values.values():
        shared &= set(figures)
    if not shared or len(values) < 2:
        return {}
    rows = list(values)
    ranks = [
        rankdata([directions[metric].worse(values[row][metric]) for row in rows])
        for metric in sorted(shared)
    ]
    means = np.mean(ranks, axis=0)
    return {row: float(mean) for row, mean in zip(rows, means, strict=True)}
