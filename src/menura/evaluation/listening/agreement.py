"""Do raters agree? Krippendorff's alpha: 1 where they do, 0 where chance would do as well."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float64

Level = Literal["nominal", "ordinal"]
Squared = Float64[np.ndarray, "values values"]


def alpha(units: Iterable[Sequence[float]], level: Level) -> float | None:
    """Krippendorff's alpha of the values that each unit was given, in any order.

    units: for each thing that was judged, one value for each rater who judged it; those with a
    single value tell nothing and are passed over.
    None where no two values can be compared, or all are the same: then agreement cannot be told
    from never choosing otherwise.

    Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.
    """
    pairable = [values for values in units if len(values) > 1]
    if not pairable:
        return None
    values = np.array(sorted({value for unit in pairable for value in unit}))
    index = {value: place for place, value in enumerate(values.tolist())}
    coincidences = np.zeros((len(values), len(values)))
    for unit in pairable:
        counts = np.bincount([index[value] for value in unit], minlength=len(values))
        together = np.outer(counts, counts) - np.diag(counts)
        coincidences += together / (len(unit) - 1)
    totals = coincidences.sum(axis=0)
    distance = _DISTANCES[level](values.astype(float), totals)
    n = float(totals.sum())
    expected = float((np.outer(totals, totals) * distance).sum() / (n - 1))
    if expected == 0:
        return None
    observed = float((coincidences * distance).sum())
    return 1 - observed / expected


def by_unit(given: Iterable[tuple[Hashable, float]]) -> list[list[float]]:
    """(what was judged, value) → the values of each, as `alpha` takes them."""
    units: dict[Hashable, list[float]] = {}
    for unit, value in given:
        units.setdefault(unit, []).append(value)
    return list(units.values())


def _nominal(values: np.ndarray, totals: np.ndarray) -> Squared:
    differs: Squared = (values[:, None] != values[None, :]).astype(float)
    return differs


def _ordinal(values: np.ndarray, totals: np.ndarray) -> Squared:
    """As many as were given between two values, and half of those at the ends, squared."""
    below = np.cumsum(totals)
    between = np.abs(below[:, None] - below[None, :])
    # From c to k the sum runs over both ends; half of each is taken off again.
    lower = np.minimum(np.arange(len(values))[:, None], np.arange(len(values))[None, :])
    whole = between + totals[lower]
    distance: Squared = whole - (totals[:, None] + totals[None, :]) / 2
    np.fill_diagonal(distance, 0.0)
    squared: Squared = np.square(distance)
    return squared


_DISTANCES: Mapping[Level, Callable[[np.ndarray, np.ndarray], Squared]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
}
