"""How far a figure could be off because of the clips that happened to be made.

The bootstrap (Efron 1979) draws as many clips again, with replacement, and looks where the figure
falls. Two things speak against measuring every draw: it costs a hundred times the measuring, and a
set distance is larger for clips drawn twice than for new ones, so that the draws lie beside the
figure itself. So what is drawn are the clips' *parts* in the figure. Where it is a mean over clips
these are their own values, and nothing is approximated; elsewhere they are the jackknife's
pseudo-values (Tukey 1958; Efron & Tibshirani 1993, chapter 11), which take one measuring without
each clip, or without some: then groups count by their size (`evaluation/jackknife.py`). The spread
of the draws is put around the figure, widened by what it is too narrow for n parts: by
√((n − 1) / n), and as the normal distribution is beside Student's. Where the parts do not differ
the draws say nothing; of a share the limits are then Clopper's and Pearson's, else there are none.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from menura.audio import Clip
from menura.evaluation.jackknife import Values, deviations, pseudo_values
from menura.evaluation.metrics import Measurement, Metric
from menura.evaluation.shares import clopper_pearson
from menura.foundation import seeds

DRAWS = 4000
COVERAGE = 0.95
FEWEST = 3  # clips, or groups of them: the spread of two says next to nothing
SAME = 1e-9  # no more do parts differ by that are equal, of the largest where that is above 1
MOST_PARTS = 10  # more clips are left out some at a time: each costs a measuring

Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Parts:
    """What clips, or groups of them, make of a figure. sizes: how many clips each is of."""

    values: Values
    sizes: Sequence[int]

    @property
    def are_equal(self) -> bool:
        return bool(np.ptp(self.values) <= SAME * max(1.0, float(np.abs(self.values).max())))


def interval(
    metric: Metric,
    reference: Mapping[str, Clip],
    candidate: Mapping[str, Clip],
    measured: Measurement,
    seed: int,
) -> Interval | None:
    """95 % limits of `measured`, which is the score of these two, over other draws of candidates.

    It says nothing of other references, nor of a system trained again. No limit is better than the
    metric's ideal, where that bounds it, none is below 0, and none of a share above 1. None where
    there are too few clips, the metric does not suit fewer of them, or all make the same of a
    figure that is no share: how clips differ is then not known.
    """
    parts = _own_values(measured)
    if parts is None:
        parts = _pseudo_values(metric, reference, candidate, measured.value, seed)
    if parts is None or not np.isfinite(parts.values).all():
        return None
    if parts.are_equal:
        return clopper_pearson(measured.value, len(candidate)) if metric.is_share else None
    limits = around(measured.value, parts, seeds.derive(seed, "interval"))
    return None if limits is None else _within(metric, measured.value, *limits)


def _within(metric: Metric, value: float, low: float, high: float) -> Interval:
    """The limits, no farther than values of the metric can be; the figure itself is within."""
    least, most = 0.0, 1.0 if metric.is_share else math.inf
    if metric.ideal_bounds and metric.higher_is_better:
        most = metric.ideal
    elif metric.ideal_bounds:
        least = metric.ideal
    return max(low, min(least, value)), min(high, max(most, value))


def around(value: float, parts: Parts, seed: int) -> Interval | None:
    """`value`, and around it the bootstrap limits of the mean of `parts`; None of too few."""
    n = len(parts.values)
    if n < FEWEST:
        return None
    apart = deviations(parts.values, parts.sizes)
    rng = np.random.default_rng(seed)
    means = apart[rng.integers(n, size=(DRAWS, n))].mean(axis=1)
    outside = 50 * (1 - COVERAGE)
    low, high = np.percentile(means, [outside, 100 - outside]) * _wider(n)
    return value + float(low), value + float(high)


def _wider(n: int) -> float:
    """Student's limits of n parts over the normal distribution's."""
    from scipy.stats import norm, t

    at = 0.5 + COVERAGE / 2
    return float(t.ppf(at, n - 1) / norm.ppf(at))


def _own_values(measured: Measurement) -> Parts | None:
    """Those that the metric itself tells, if their mean is what it says they are."""
    values = np.array([measured.of_each[name] for name in sorted(measured.of_each)], np.float64)
    if not len(values) or not math.isclose(
        float(values.mean()), measured.value, rel_tol=1e-6, abs_tol=1e-9
    ):
        return None
    return Parts(values, [1] * len(values))


def _pseudo_values(
    metric: Metric,
    reference: Mapping[str, Clip],
    candidate: Mapping[str, Clip],
    value: float,
    seed: int,
) -> Parts | None:
    """Of each clip, or of ten groups of them, by measuring what is left without it."""
    names = sorted(candidate)
    n = min(len(names), MOST_PARTS)
    if n < FEWEST:
        return None
    order = np.random.default_rng(seeds.derive(seed, "parts")).permutation(len(names))
    groups, without = np.array_split(order, n), []
    for part in groups:
        left_out = {names[i] for i in part}
        rest = {name: candidate[name] for name in names if name not in left_out}
        if metric.unsuited(reference, rest) is not None:
            return None
        without.append(metric.value(reference, rest))
    sizes = [len(group) for group in groups]
    return Parts(pseudo_values(value, without, sizes), sizes)
