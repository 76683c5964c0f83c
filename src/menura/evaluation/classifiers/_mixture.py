"""A mixture of Gaussians over descriptors that tells labels: what both starts of it share."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float64

from menura.evaluation.classifiers._described import (
    DescribedClassifier,
    Numbers,
    Scaled,
    normalised,
)
from menura.evaluation.classifiers.contract import Probabilities

MOST_ROUNDS = 200
LEAST_VARIANCE = 1e-3  # is added to each, of descriptors of variance 1

Start = Literal["k-means", "random", "class-means", "class-samples"]


@dataclass(frozen=True)
class MixtureConfig:
    """start: where the means set off from: "k-means", "random" tracks, "class-means" (of the
        tracks of each label) or "class-samples" (one track of each).
    n_components: Gaussians; 0 takes one for each label.
    covariance: "diagonal" or "full". Full ones want more tracks than descriptors.
    naming: how a Gaussian comes to its label: "votes" of the tracks that lie in it; or "number",
        as if the first Gaussian were the first label, whatever it has come to lie on.
    """

    start: Start = "k-means"
    n_components: int = 0
    covariance: Literal["diagonal", "full"] = "diagonal"
    naming: Literal["votes", "number"] = "votes"

    def __post_init__(self) -> None:
        if self.n_components < 0:
            raise ValueError(f"n_components must be 0 or more, not {self.n_components}")
        if self.n_components and (self.naming == "number" or self.start.startswith("class")):
            raise ValueError("n_components must be 0 (one a label) with this naming or start")


class Mixture(DescribedClassifier):
    """Fitted without labels by scikit-learn; what the Gaussians stand for is told afterwards."""

    Config = MixtureConfig
    learnt = ("weights", "means", "precisions", "names")

    def learn(
        self, rows: Scaled, numbers: Numbers, groups: Sequence[str], seed: int
    ) -> dict[str, np.ndarray]:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        config, n_labels = self.config, len(self.labels)
        mixture = GaussianMixture(
            n_components=min(config.n_components or n_labels, len(rows)),
            covariance_type="diag" if config.covariance == "diagonal" else "full",
            reg_covar=LEAST_VARIANCE,
            init_params="random_from_data" if config.start == "random" else "kmeans",
            **_start(config, rows, numbers, n_labels, seed),
            max_iter=MOST_ROUNDS,
            random_state=seed % 2**32,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(rows)
        arrays: dict[str, Any] = {
            "weights": mixture.weights_,
            "means": mixture.means_,
            "precisions": mixture.precisions_cholesky_,
        }
        arrays["names"] = (
            np.eye(n_labels)
            if config.naming == "number"
            else _votes(_belonging(rows, arrays), numbers, n_labels)
        )
        return arrays

    def judge(self, rows: Scaled) -> Probabilities:
        probabilities: Probabilities = _belonging(rows, self._arrays) @ self._arrays["names"]
        return probabilities


def _start(
    config: MixtureConfig, rows: Scaled, numbers: Numbers, n_labels: int, seed: int
) -> dict[str, np.ndarray]:
    """What the mixture sets off from, where that is not left to scikit-learn.

    With the means of the labels go their shares and spreads: else scikit-learn takes those of
    clusters of its own, whose numbers have nothing to do with the labels'.
    """
    of_label = [rows[numbers == label] for label in range(n_labels)]
    if config.start == "class-samples":
        rng = np.random.default_rng(seed)
        return {"means_init": np.stack([own[rng.integers(len(own))] for own in of_label])}
    if config.start != "class-means":
        return {}
    if config.covariance == "diagonal":
        precisions = [1 / (own.var(axis=0) + LEAST_VARIANCE) for own in of_label]
    else:
        least = LEAST_VARIANCE * np.eye(rows.shape[1])
        precisions = [np.linalg.inv(np.cov(own.T, bias=True) + least) for own in of_label]
    return {
        "means_init": np.stack([own.mean(axis=0) for own in of_label]),
        "weights_init": np.array([len(own) / len(rows) for own in of_label]),
        "precisions_init": np.stack(precisions),
    }


def _votes(
    belonging: Float64[np.ndarray, "tracks gaussians"], numbers: Numbers, n_labels: int
) -> Float64[np.ndarray, "gaussians labels"]:
    """How likely each label is in each Gaussian; of one without tracks, as likely as in all."""
    of_labels = np.eye(n_labels)[numbers]
    counts = belonging.T @ of_labels + of_labels.mean(axis=0)
    shares: Float64[np.ndarray, "gaussians labels"] = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _belonging(rows: Scaled, arrays: dict[str, Any]) -> Float64[np.ndarray, "tracks gaussians"]:
    """How likely each track is of each Gaussian.

    precisions: of each Gaussian, the inverse deviations, or the Cholesky factor of the inverse of
    its covariance.
    """
    logarithms = []
    for weight, mean, precision in zip(
        arrays["weights"], arrays["means"], arrays["precisions"], strict=True
    ):
        if precision.ndim == 1:
            away, scale = (rows - mean) * precision, np.log(precision).sum()
        else:
            away, scale = (rows - mean) @ precision, np.log(np.diagonal(precision)).sum()
        with np.errstate(divide="ignore"):  # a Gaussian may have lost all of its tracks
            logarithms.append(np.log(weight) + scale - 0.5 * np.square(away).sum(axis=1))
    return normalised(np.stack(logarithms, axis=1))
