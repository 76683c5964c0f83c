"""The Fréchet distance without what it owes to the number of candidates: FAD∞."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from menura.evaluation.gaussian import Gaussian
from menura.evaluation.jackknife import deviations, pseudo_values
from menura.foundation import seeds

FEWEST_CLIPS = 10
FEWEST_PARTS, POINTS_A_DIMENSION = 2, 2  # a line takes two parts; fewer points have no covariance
MOST_BLOCKS = 40  # clips are put together into so many; what is kept of each does not grow
MOST_PARTS = 4
ORDERS = 2
GROUPS = 10  # of blocks, left out one after the other
STUDENT_T = 2.262  # its 97.5 % point, 9 degrees of freedom


@dataclass(frozen=True)
class Unbiased:
    """FAD∞, and where it lies with 95 % confidence. May be below 0, as chance has it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class _Moments:
    """Of points: how many, their mean, and the sum of squares and products around it. A leading
    axis holds several sets."""

    n: Float64[np.ndarray, "*sets"]
    mean: Float64[np.ndarray, "*sets dimensions"]
    scatter: Float64[np.ndarray, "*sets dimensions dimensions"]

    def together(self, chosen: Int[np.ndarray, "chosen"]) -> "_Moments":
        """Of the chosen sets as one (Chan, Golub & LeVeque 1983)."""
        n, mean = self.n[chosen], self.mean[chosen]
        total = n.sum()
        middle = n @ mean / total
        apart = (mean - middle) * np.sqrt(n)[:, None]
        scatter = self.scatter[chosen].sum(axis=0) + apart.T @ apart
        return _Moments(np.asarray(total), middle, scatter)


def unbiased(
    reference: Gaussian, points: Sequence[Float[np.ndarray, "_ dimensions"]]
) -> Unbiased | None:
    """FAD∞ of candidates, whose points are given clip by clip; None where they are too few.

    The distance of n points to a fixed reference is too large by about c / n (Chong & Forsyth,
    CVPR 2020, section 3; Gui et al., ICASSP 2024, for sound). The clips are divided into k parts
    of one size, k = 1…4, in two random orders; a line is fitted to the means of the k distances
    over 1 / n, and read where that is 0. Ours: whole clips are drawn, since points of one clip
    are alike, and each serves once in every k; drawn again and again, as in a bootstrap, they
    would keep the bias that is to go. The interval is that of a jackknife which leaves out a
    tenth of the clips at a time; it holds for this reference. Ten clips are needed, and twice as
    many points as dimensions in each of two parts.
    """
    heard = [part for part in points if len(part)]
    if not _enough(heard):
        return None
    n_parts = min(MOST_PARTS, sum(map(len, heard)) // (POINTS_A_DIMENSION * heard[0].shape[1]))
    rng = np.random.default_rng(seeds.derive(0, "fad-infinity"))
    shuffled = [heard[i] for i in rng.permutation(len(heard))]
    blocks = _moments(shuffled)
    everyone = np.arange(len(blocks.n))
    orders = [rng.permutation(everyone) for _ in range(ORDERS)]
    value = _extrapolated(reference, blocks, orders, n_parts)
    groups = np.array_split(everyone, GROUPS)
    without = [
        _extrapolated(
            reference, blocks, [order[~np.isin(order, left_out)] for order in orders], n_parts
        )
        for left_out in groups
    ]
    sizes = [float(blocks.n[group].sum()) for group in groups]
    apart = deviations(pseudo_values(value, without, sizes), sizes)
    spread = float(np.linalg.norm(apart)) / GROUPS
    return Unbiased(value, value - STUDENT_T * spread, value + STUDENT_T * spread)


def why_not(points: Sequence[Float[np.ndarray, "_ dimensions"]], counted: str) -> str:
    """The remark that there is no FAD∞ of so few. counted: what a point is, e.g. "windows"."""
    heard = [part for part in points if len(part)]
    return (
        f"no FAD∞, which takes {FEWEST_CLIPS} clips and {_points_needed(heard)} {counted} of the "
        f"candidates: there are {len(heard)} and {sum(map(len, heard))}"
    )


def _enough(clips: Sequence[Float[np.ndarray, "_ dimensions"]]) -> bool:
    return len(clips) >= FEWEST_CLIPS and sum(map(len, clips)) >= _points_needed(clips)


def _points_needed(clips: Sequence[Float[np.ndarray, "_ dimensions"]]) -> int:
    n_dimensions: int = clips[0].shape[1]
    return FEWEST_PARTS * POINTS_A_DIMENSION * n_dimensions


def _moments(clips: Sequence[Float[np.ndarray, "_ dimensions"]]) -> _Moments:
    """Of blocks of successive clips, alike in their number of clips."""
    found = []
    for block in np.array_split(np.arange(len(clips)), min(len(clips), MOST_BLOCKS)):
        together = np.concatenate([clips[i] for i in block]).astype(np.float64)
        mean = together.mean(axis=0)
        apart = together - mean
        found.append((float(len(together)), mean, apart.T @ apart))
    return _Moments(*(np.stack(column) for column in zip(*found, strict=True)))


def _extrapolated(
    reference: Gaussian,
    blocks: _Moments,
    orders: Sequence[Int[np.ndarray, "blocks"]],
    n_parts: int,
) -> float:
    """The line's value at 1 / n = 0."""
    inverse_n, distances = [], []
    for k in range(1, n_parts + 1):
        parts = [blocks.together(p) for order in orders for p in np.array_split(order, k)]
        inverse_n.append(np.mean([1 / part.n for part in parts]))
        distances.append(np.mean([_distance(reference, part) for part in parts]))
    return float(np.polyfit(inverse_n, distances, 1)[1])


def _distance(reference: Gaussian, part: _Moments) -> float:
    """As `frechet_distance`, with the trace of the root by the eigenvalues of F Σ Fᵀ: the square
    root of what rounding leaves is far below what the line is read to."""
    between = reference.mean - part.mean
    covariance = part.scatter / max(1.0, float(part.n) - 1)
    product = reference.factor @ covariance @ reference.factor.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(product), 0)).sum()
    return float(between @ between + reference.variance + np.trace(covariance) - 2 * shared)
