"""Support vector machine on descriptors, as a report tried it.

Report mel-interpolation: C among 0.001, 0.01, 0.1, 1, 10, 100, 150 and 200, the best 100 (accuracy
0.59 of eight genres, on another test set than its other tables). The kernel is not stated; ours is
scikit-learn's usual one, exp(−γ|x − y|²) with γ = 1 / (columns · variance), and labels weigh the
same, however many tracks they have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float64

from menura.evaluation.classifiers._described import (
    DescribedClassifier,
    Numbers,
    Scaled,
    normalised,
)
from menura.evaluation.classifiers.contract import Probabilities
from menura.evaluation.divisions import folds_of
from menura.foundation import seeds

AT_ONCE = 2**23  # values of the kernel held at once
N_FOLDS = 3
SHARPNESSES = np.geomspace(0.05, 50.0, 61)


@dataclass(frozen=True)
class Config:
    """c: what a track on the wrong side costs. balanced: labels weigh the same."""

    c: float = 100.0
    balanced: bool = True

    def __post_init__(self) -> None:
        if not self.c > 0:
            raise ValueError(f"c must be above 0, not {self.c:g}")


class Svm(DescribedClassifier):
    """Scikit-learn finds the support vectors; what is saved are these and their weights, and the
    decision is computed here, equal to scikit-learn's.

    One machine for each two labels; the label with the most wins. Probabilities are the softmax
    of the decisions times a sharpness, found on recordings that a machine had not learnt from.
    """

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {"laptop": Config(), "tiny": Config(), "paper": Config()}
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {
        "c": (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 150.0, 200.0)
    }
    learnt = ("vectors", "counts", "weights", "offsets", "gamma", "sharpness")

    def learn(
        self, rows: Scaled, numbers: Numbers, groups: Sequence[str], seed: int
    ) -> dict[str, np.ndarray]:
        machine = self._machine(rows, numbers)
        return machine | {"sharpness": np.array(self._sharpness(rows, numbers, groups, seed))}

    def judge(self, rows: Scaled) -> Probabilities:
        return normalised(decisions(rows, self._arrays) * self._arrays["sharpness"])

    def _machine(self, rows: Scaled, numbers: Numbers) -> dict[str, np.ndarray]:
        from sklearn.svm import SVC

        machine = SVC(
            C=self.config.c,
            class_weight="balanced" if self.config.balanced else None,
            decision_function_shape="ovr",
            break_ties=True,
        ).fit(rows, numbers)
        return {
            "vectors": machine.support_vectors_,
            "counts": machine.n_support_.astype(np.int64),
            "weights": machine.dual_coef_,
            "offsets": machine.intercept_,
            "gamma": np.array(machine._gamma),
        }

    def _sharpness(self, rows: Scaled, numbers: Numbers, groups: Sequence[str], seed: int) -> float:
        """That by which the labels of tracks not learnt from are the most likely."""
        folds = folds_of(
            groups, [str(n) for n in numbers], N_FOLDS, seeds.derive(seed, "sharpness")
        )
        made, meant = [], []
        for fold in range(N_FOLDS):
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            if len(set(numbers[inside])) < len(self.labels) or not len(outside):
                continue  # a label has one recording only: without it there is no machine for it
            made.append(decisions(rows[outside], self._machine(rows[inside], numbers[inside])))
            meant.append(numbers[outside])
        if not made:
            return 1.0
        values, truth = np.concatenate(made), np.concatenate(meant)
        costs = [
            -np.log(normalised(values * sharpness)[np.arange(len(truth)), truth] + 1e-12).mean()
            for sharpness in SHARPNESSES
        ]
        return float(SHARPNESSES[int(np.argmin(costs))])


def decisions(rows: Scaled, arrays: dict[str, Any]) -> Float64[np.ndarray, "tracks labels"]:
    """One figure for each label: the pairs that it wins, and by how much (below a third in all).

    Equal to `SVC.decision_function` of shape "ovr"; of two labels, minus and plus the one
    decision that there is.
    """
    vectors = arrays["vectors"]
    n_at_once = max(1, AT_ONCE // len(vectors))
    parts = [
        _of_pairs(rows[start : start + n_at_once], arrays)
        for start in range(0, len(rows), n_at_once)
    ]
    pairs = np.concatenate(parts)
    n_labels = len(arrays["counts"])
    if n_labels == 2:
        return np.concatenate([-pairs, pairs], axis=1)
    votes = np.zeros((len(rows), n_labels))
    margins = np.zeros((len(rows), n_labels))
    for column, (one, other) in enumerate(combinations(range(n_labels), 2)):
        margins[:, one] += pairs[:, column]
        margins[:, other] -= pairs[:, column]
        votes[:, one] += pairs[:, column] >= 0
        votes[:, other] += pairs[:, column] < 0
    decided: Float64[np.ndarray, "tracks labels"] = votes + margins / (3 * (np.abs(margins) + 1))
    return decided


def _of_pairs(rows: Scaled, arrays: dict[str, Any]) -> Float64[np.ndarray, "tracks pairs"]:
    """Above 0 where the first label of a pair wins (of two labels, the second)."""
    vectors, weights, offsets = arrays["vectors"], arrays["weights"], arrays["offsets"]
    squares = (
        np.square(rows).sum(axis=1)[:, None] + np.square(vectors).sum(axis=1) - 2 * rows @ vectors.T
    )
    kernel = np.exp(-arrays["gamma"] * np.maximum(squares, 0.0))
    ends = np.cumsum(arrays["counts"])
    of = [slice(end - count, end) for end, count in zip(ends, arrays["counts"], strict=True)]
    if len(of) == 2:
        of_one: Float64[np.ndarray, "tracks pairs"] = kernel @ weights.T + offsets
        return of_one
    # As in libsvm, a label's vectors have a weight in each pair that it is in.
    columns = [
        kernel[:, of[one]] @ weights[other - 1, of[one]]
        + kernel[:, of[other]] @ weights[one, of[other]]
        + offsets[pair]
        for pair, (one, other) in enumerate(combinations(range(len(of)), 2))
    ]
    return np.stack(columns, axis=1)
