"""How far a figure could be off because of the clips that happened to be made.

The bootstrap (Efron 1979) draws as many clips again, with replacement, and looks where the figure
falls. Two things speak against measuring every draw: it costs a hundred times the measuring, and a
set distance is larger for clips drawn twice than for new ones, so that the draws lie beside the
figure itself. So what is drawn are the clips' *parts* in the figure. Where it is a mean over clips
these are their own values, and nothing is approximated; elsewhere they are the jackknife's
pseudo-values (Tukey 1958; Efron & Tibshirani 1993, chapter 11), which take one measuring without
each clip. The spread of the draws is put around the figure, widened by what it is too narrow for n
parts: by √((n − 1) / n), and as the normal distribution is beside Student's. Where the parts do not
differ the draws say nothing; of a share the limits are then Clopper's and Pearson's.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from menura.audio import Clip
from menura.evaluation.metrics import Measurement, Metric
from menura.evaluation.shares import clopper_pearson
from menura.foundation import seeds

DRAWS = 4000
COVERAGE = 0.95
FEWEST = 3  # clips, or groups of them: the spread of two says next to nothing
SAME = 1e-9  # no more do parts differ by that are equal
MOST_PARTS = 10  # more clips are left out some at a time: each costs a measuring

Interval = tuple[float, float]
Values = Float64[np.ndarray, "values"]


def interval(
    metric: Metric,
    reference: Mapping[str, Clip],
    candidate: Mapping[str, Clip],
    measured: Measurement,
    seed: int,
) -> Interval | None:
    """95 % limits of `measured`, which is the score of these two, over other draws of candidates.

    It says nothing of other references, nor of a system trained again. No limit is better than the
    metric's ideal, and none of what is better the higher it is (shares) below 0. None where there
    are too few clips, or the metric does not suit fewer of them.
    """
    parts = _own_values(measured)
    if parts is None:
        parts = _pseudo_values(metric, reference, candidate, measured.value, seed)
    if parts is None or not np.isfinite(parts).all():
        return None
    if metric.is_share and np.ptp(parts) < SAME:
        return clopper_pearson(measured.value, len(candidate))
    limits = around(measured.value, parts, seeds.derive(seed, "interval"))
    if limits is None:
        return None
    low, high = limits
    if metric.higher_is_better:
        return max(low, min(0.0, measured.value)), min(high, max(metric.ideal, measured.value))
    return max(low, min(metric.ideal, measured.value)), high


def around(value: float, parts: Sequence[float] | Values, seed: int) -> Interval | None:
    """`value`, and around it the bootstrap limits of the mean of `parts`; None of too few."""
    numbers = np.asarray(parts, np.float64)
    if len(numbers) < FEWEST:
        return None
    rng = np.random.default_rng(seed)
    means = numbers[rng.integers(len(numbers), size=(DRAWS, len(numbers)))].mean(axis=1)
    outside = 50 * (1 - COVERAGE)
    low, high = np.percentile(means, [outside, 100 - outside]) - numbers.mean()
    n = len(numbers)
    low, high = np.array([low, high]) * math.sqrt(n / (n - 1)) * _wider(n)
    return value + float(low), value + float(high)


def _wider(n: int) -> float:
    """Student's limits of n parts over the normal distribution's."""
    from scipy.stats import norm, t

    at = 0.5 + COVERAGE / 2
    return float(t.ppf(at, n - 1) / norm.ppf(at))


def _own_values(measured: Measurement) -> Values | None:
    """Those that the metric itself tells, if their mean is what it says they are."""
    values = np.array([measured.of_each[name] for name in sorted(measured.of_each)], np.float64)
    if not len(values) or not math.isclose(
        float(values.mean()), measured.value, rel_tol=1e-6, abs_tol=1e-9
    ):
        return None
    return values


def _pseudo_values(
    metric: Metric,
    reference: Mapping[str, Clip],
    candidate: Mapping[str, Clip],
    value: float,
    seed: int,
) -> Values | None:
    """n · figure − (n − 1) · figure without the part, for each of n parts of the candidates."""
    names = sorted(candidate)
    n = min(len(names), MOST_PARTS)
    if n < FEWEST:
        return None
    order = np.random.default_rng(seeds.derive(seed, "parts")).permutation(len(names))
    found = []
    for part in np.array_split(order, n):
        left_out = {names[i] for i in part}
        rest = {name: candidate[name] for name in names if name not in left_out}
        if metric.unsuited(reference, rest) is not None:
            return None
        found.append(n * value - (n - 1) * metric.value(reference, rest))
    return np.array(found)
