"""Logistic regression on descriptors, as a report tried it.

Report mel-interpolation: C among 0.001, 0.01, 0.1, 1, 10 and 100, the best 0.1 (accuracy 0.35 of
eight genres). Ours: labels weigh the same, however many tracks they have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from menura.evaluation.classifiers._described import (
    DescribedClassifier,
    Numbers,
    Scaled,
    normalised,
)
from menura.evaluation.classifiers.contract import Probabilities

MOST_ROUNDS = 5000


@dataclass(frozen=True)
class Config:
    """c: how little the weights are held back. balanced: labels weigh the same."""

    c: float = 0.1
    balanced: bool = True

    def __post_init__(self) -> None:
        if not self.c > 0:
            raise ValueError(f"c must be above 0, not {self.c:g}")


class LogisticRegression(DescribedClassifier):
    """One weight a descriptor and label, by scikit-learn (multinomial, quadratic penalty)."""

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {"laptop": Config(), "tiny": Config(), "paper": Config()}
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"c": (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)}
    learnt = ("weights", "offsets")

    def learn(
        self, rows: Scaled, numbers: Numbers, groups: Sequence[str], seed: int
    ) -> dict[str, np.ndarray]:
        from sklearn.linear_model import LogisticRegression as Regression

        regression = Regression(
            C=self.config.c,
            class_weight="balanced" if self.config.balanced else None,
            max_iter=MOST_ROUNDS,
        ).fit(rows, numbers)
        weights, offsets = regression.coef_, regression.intercept_
        if len(weights) == 1:  # of two labels, what speaks for the second
            weights = np.concatenate([np.zeros_like(weights), weights])
            offsets = np.concatenate([np.zeros_like(offsets), offsets])
        return {"weights": weights, "offsets": offsets}

    def judge(self, rows: Scaled) -> Probabilities:
        return normalised(rows @ self._arrays["weights"].T + self._arrays["offsets"])
