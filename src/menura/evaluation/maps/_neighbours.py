"""The nearest neighbours of every row, itself the first."""

import numpy as np
from jaxtyping import Float64, Int64

from menura.evaluation.maps.contract import Rows


def nearest(
    rows: Rows, n: int
) -> tuple[Float64[np.ndarray, "points {n}"], Int64[np.ndarray, "points {n}"]]:
    """Distances to the n nearest rows, and which they are; exact, by scikit-learn."""
    from sklearn.neighbors import NearestNeighbors

    distances, neighbours = NearestNeighbors(n_neighbors=n).fit(rows).kneighbors(rows)
    return distances, neighbours
