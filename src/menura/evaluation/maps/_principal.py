"""Principal components, which one map shows and the others set off from."""

import numpy as np
from jaxtyping import Float64

from menura.evaluation.maps.contract import Rows

BEFORE = 50
"""Components that neighbours are looked for in: the rest is mostly noise, and they are as many as
van der Maaten & Hinton (2008, section 4.2) take."""


def principal(
    rows: Rows, n: int
) -> tuple[Float64[np.ndarray, "points {n}"], Float64[np.ndarray, " {n}"]]:
    """Where the rows lie along the n widest directions, and each one's share of the variance.

    Directions that there are not are zeros: m rows have at most m − 1.
    """
    from sklearn.decomposition import PCA

    if not np.ptp(rows, axis=0).any():  # nothing differs, and shares of nothing are not known
        return np.zeros((len(rows), n)), np.zeros(n)
    n_there = min(n, *rows.shape)
    # The whole decomposition: no random start, so the same on every run.
    found = PCA(n_there, svd_solver="full")
    scores = found.fit_transform(rows)
    widest = np.zeros((len(rows), n))
    widest[:, :n_there] = scores
    shares = np.zeros(n)
    shares[:n_there] = found.explained_variance_ratio_
    return widest, shares


def reduced(rows: Rows) -> Float64[np.ndarray, "points components"]:
    """The rows as neighbours are looked for among them: at most BEFORE numbers each."""
    if rows.shape[1] <= BEFORE:
        return rows
    scores, _ = principal(rows, min(BEFORE, len(rows) - 1))
    return scores
