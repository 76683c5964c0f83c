"""Where a set of points is: within reach of one of them, which is as far as its neighbours."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float64

from menura.audio import Clip
from menura.evaluation.windows import window_embeddings
from menura.foundation import seeds
from menura.foundation.each import each

N_NEIGHBOURS = 3
MOST = 4000
AT_ONCE = 512  # rows of distances: bounds the memory

Points = Float64[np.ndarray, "points dimensions"]
Rows = Float64[np.ndarray, "rows dimensions"]
Distances = Float64[np.ndarray, "rows points"]


def equally_many(
    reference: Mapping[str, Clip], candidate: Mapping[str, Clip]
) -> tuple[Points, Points]:
    """Spectral windows of both sets, as many of one as of the other and 4000 at most.

    Drawn by chance from the set that has more: a larger one would reach less far at each point
    and cover more. Fewer are the first of those that more would be, so that leaving out some of
    one side does not draw the other anew.
    """
    both = [
        np.concatenate(each(window_embeddings, (clips[name] for name in sorted(clips))))
        for clips in (reference, candidate)
    ]
    n = min(MOST, *map(len, both))
    return _drawn(both[0], n), _drawn(both[1], n)


def _drawn(points: Points, n: int) -> Rows:
    """n of them, the same way for sets of one size."""
    order = np.random.default_rng(seeds.derive(0, "manifolds")).permutation(len(points))
    drawn: Rows = points[np.sort(order[:n])]
    return drawn


def covered(points: Rows, by: Points) -> Bool[np.ndarray, "rows"]:
    """Which points lie in the manifold of `by`: no farther from one of its points than that
    point's third nearest neighbour among them (Kynkäänniemi et al., NeurIPS 2019, eq. 1)."""
    middle = by.mean(axis=0)  # around it the products below are small, and lose fewer digits
    centred, known = points - middle, by - middle
    reach = _reach(known)
    inside = [
        (_squared(centred[start : start + AT_ONCE], known) <= reach).any(axis=1)
        for start in range(0, len(points), AT_ONCE)
    ]
    return np.concatenate(inside)


def _reach(known: Points) -> Float64[np.ndarray, "points"]:
    """Squared distance of each point to its third nearest neighbour, itself not counted."""
    nth = min(N_NEIGHBOURS, len(known) - 1)
    found = []
    for start in range(0, len(known), AT_ONCE):
        part = _squared(known[start : start + AT_ONCE], known)
        found.append(np.partition(part, nth, axis=1)[:, nth])
    # A point lies within its own reach, whatever rounding makes of a distance of nothing.
    slack = 1e-9 * np.square(known).sum(axis=1) + 1e-12
    reach: Float64[np.ndarray, "points"] = np.concatenate(found) + slack
    return reach


def _squared(rows: Rows, known: Points) -> Distances:
    lengths = np.square(rows).sum(axis=1)[:, None] + np.square(known).sum(axis=1)[None]
    distances: Distances = lengths - 2 * rows @ known.T
    return distances
