"""The Fréchet distance between two sets of points, each seen as a Gaussian."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from jaxtyping import Float, Float64

ROWS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean and covariance of `n` points. The covariance is kept as a factor F: it is FᵀF."""

    mean: Float64[np.ndarray, "dimensions"]
    factor: Float64[np.ndarray, "rows dimensions"]
    n: int

    @property
    def variance(self) -> float:
        """In all dimensions together: the trace of the covariance."""
        return float(np.square(self.factor).sum())

    @property
    def too_few(self) -> bool:
        """Fewer points than twice the dimensions: a distance is then mostly chance."""
        return self.n < 2 * len(self.mean)


def gaussian_of(points: Float[np.ndarray, "points dimensions"]) -> Gaussian:
    """The Gaussian with the points' mean and (unbiased) covariance; one point has covariance 0."""
    return gaussian_of_all([points])


def gaussian_of_all(parts: Sequence[Float[np.ndarray, "_ dimensions"]]) -> Gaussian:
    """The Gaussian of the points of all parts together, without putting them together."""
    n = sum(map(len, parts))
    if n == 0:
        raise ValueError("there are no points")
    total = np.sum([np.sum(part, axis=0, dtype=np.float64) for part in parts], axis=0)
    mean: Float64[np.ndarray, "dimensions"] = total / n
    # The triangle of a QR decomposition is a factor of the covariance without its squaring, so
    # no digits are lost and covariances of few points, which are singular, need no special care.
    triangle = np.zeros((0, len(mean)))
    for rows in _thick(parts, mean):
        triangle = np.linalg.qr(np.concatenate([triangle, rows]), mode="r")
    return Gaussian(mean, triangle / np.sqrt(max(1, n - 1)), n)


def _thick(
    parts: Sequence[Float[np.ndarray, "_ dimensions"]], mean: Float64[np.ndarray, "dimensions"]
) -> Iterator[Float64[np.ndarray, "rows dimensions"]]:
    """The points less their mean, some thousand at a time: few decompositions, bounded memory."""
    held: list[Float64[np.ndarray, "_ dimensions"]] = []
    for part in parts:
        for start in range(0, len(part), ROWS_AT_ONCE):
            held.append(part[start : start + ROWS_AT_ONCE] - mean)
            if sum(map(len, held)) >= ROWS_AT_ONCE:
                yield np.concatenate(held)
                held = []
    if held:
        yield np.concatenate(held)


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """|μa − μb|² + tr(Σa + Σb − 2 (Σa Σb)^½), at least 0 (Dowson & Landau 1982, eq. 4).

    The Fréchet audio distance of Kilgour et al. (Interspeech 2019) on whatever the points are; a
    squared distance, in the square of their unit. With Σ = FᵀF the trace of the root is the sum
    of the singular values of Fa Fbᵀ: real, symmetric in a and b, and exact where the general
    matrix root is not.
    """
    between = a.mean - b.mean
    shared = float(scipy.linalg.svdvals(a.factor @ b.factor.T).sum())
    return max(0.0, float(between @ between) + a.variance + b.variance - 2 * shared)
