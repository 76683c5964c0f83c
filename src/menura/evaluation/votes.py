"""The label of a point by the votes of its nearest neighbours among points of known labels."""

import numpy as np
from jaxtyping import Float64, Int64

N_NEIGHBOURS = 15
AT_ONCE = 512  # points: bounds the memory

Points = Float64[np.ndarray, "points dimensions"]
Known = Float64[np.ndarray, "known dimensions"]
Shares = Float64[np.ndarray, "points labels"]


def votes(points: Points, known: Known, labels: Int64[np.ndarray, "known"]) -> Shares:
    """The share of the votes that each label has at each point; rows sum to 1.

    labels: numbers from 0, each of them there. The fifteen nearest vote, the nearer the more
    (1 / distance: Dudani, IEEE Trans. SMC 6, 1976), and a point at the very place alone. Votes
    count by how few points there are of their label, so that a label is not told more often for
    being better known: the estimate of its density is then by equal priors.
    """
    from sklearn.neighbors import NearestNeighbors

    n_of_label = np.bincount(labels).astype(np.float64)
    n_voting = min(N_NEIGHBOURS, len(known))
    nearest = NearestNeighbors(n_neighbors=n_voting, algorithm="brute").fit(known)
    shares = np.zeros((len(points), len(n_of_label)))
    for start in range(0, len(points), AT_ONCE):
        part = points[start : start + AT_ONCE]
        at = nearest.kneighbors(part, return_distance=False)
        # Measured again: the distances by which they were found have lost their last digits.
        distances = np.linalg.norm(part[:, None] - known[at], axis=2)
        least = distances.min(axis=1, keepdims=True)
        weights = np.divide(least, distances, out=np.ones_like(distances), where=distances > 0)
        weights /= n_of_label[labels[at]]
        rows = np.arange(start, start + len(part))[:, None]
        np.add.at(shares, (rows, labels[at]), weights)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
