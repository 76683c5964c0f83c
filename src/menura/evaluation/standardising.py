"""A table of numbers made ready for a map: no gaps, nothing that tells nothing, one scale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from menura.evaluation.maps.contract import Rows

_STEP = 1e-6  # as a share of its size: what varies less is rounding


@dataclass(frozen=True)
class Standardised:
    """rows: mean 0 and deviation 1 in every column. columns: their names.

    dropped: name of a column that is left out → why. filled: name → how many of its gaps were
    filled with its median.
    """

    rows: Rows
    columns: tuple[str, ...]
    dropped: dict[str, str]
    filled: dict[str, int]


def standardised(values: Float[np.ndarray, "points columns"], names: Sequence[str]) -> Standardised:
    """The table with each column at mean 0 and deviation 1 (of the population).

    What is not finite is a gap. A column without any value, or with one value for all, is left
    out; single gaps take the median of their column, so that they pull a sound nowhere.
    """
    values = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    dropped: dict[str, str] = {}
    filled: dict[str, int] = {}
    kept: list[int] = []
    for number, name in enumerate(names):
        there = values[np.isfinite(values[:, number]), number]
        if not len(there):
            dropped[name] = "no sound has a value"
        elif np.ptp(there) <= _STEP * np.abs(there).max():
            dropped[name] = f"the same for all sounds ({there[0]:.4g})"
        else:
            kept.append(number)
            if gaps := len(values) - len(there):
                filled[name] = gaps
                values[np.isnan(values[:, number]), number] = np.median(there)
    rows = values[:, kept]
    if kept:
        rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    return Standardised(rows, tuple(names[number] for number in kept), dropped, filled)
