"""The directions in which points of different labels are apart, for their spread within a label."""

import numpy as np
from jaxtyping import Float64, Int64

_TINY = 1e-12

Known = Float64[np.ndarray, "known dimensions"]


def discriminants(
    known: Known, labels: Int64[np.ndarray, "known"]
) -> Float64[np.ndarray, "dimensions directions"]:
    """Directions, one fewer than there are labels, along which each label spreads by 1.

    labels: numbers from 0, each of them there; all count alike, however many points they have.
    Fisher's linear discriminants (Rao 1948): what does not tell the labels apart is gone, and what
    tells them weighs by how surely. The correlations within labels are drawn towards none, as far
    as Ledoit and Wolf (2004) say for so many points, so that few points do not seem to tell all.
    """
    from sklearn.covariance import ledoit_wolf_shrinkage

    n_labels = int(labels.max()) + 1
    own = [known[labels == label] for label in range(n_labels)]
    means = np.stack([points.mean(axis=0) for points in own])
    within = known - means[labels]
    scale = np.sqrt(np.mean([within[labels == i].var(axis=0) for i in range(n_labels)], axis=0))
    scale = np.where(scale > _TINY, scale, 1.0)
    rows = within / scale
    correlation = np.mean(
        [(part := rows[labels == i]).T @ part / len(part) for i in range(n_labels)], axis=0
    )
    drawn = float(ledoit_wolf_shrinkage(rows, assume_centered=True))
    level = max(float(np.trace(correlation)) / len(correlation), _TINY)
    correlation = (1 - drawn) * correlation + (drawn * level + _TINY) * np.eye(len(correlation))
    whitening = np.linalg.inv(np.linalg.cholesky(correlation)).T
    apart = (means - means.mean(axis=0)) / scale @ whitening
    axes = np.linalg.svd(apart, full_matrices=False)[2][: n_labels - 1]
    directions: Float64[np.ndarray, "dimensions directions"] = (whitening @ axes.T) / scale[:, None]
    return directions
