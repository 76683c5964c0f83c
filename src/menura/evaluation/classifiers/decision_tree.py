"""Decision tree on descriptors (CART), as a report tried it.

Report mel-interpolation: the least leaf among 1, 3, 5, 7, 10 and 25 tracks, the best 10 (accuracy
0.26 of eight genres). Ours: labels weigh the same, however many tracks they have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from menura.evaluation.classifiers._described import DescribedClassifier, Numbers, Scaled
from menura.evaluation.classifiers.contract import Probabilities


@dataclass(frozen=True)
class Config:
    """min_leaf: tracks in a leaf, at least. balanced: labels weigh the same."""

    min_leaf: int = 10
    balanced: bool = True

    def __post_init__(self) -> None:
        if self.min_leaf < 1:
            raise ValueError(f"min_leaf must be 1 or more, not {self.min_leaf}")


class DecisionTree(DescribedClassifier):
    """Scikit-learn grows it; what is saved are its nodes, walked here in the same way."""

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {
        "laptop": Config(min_leaf=3),
        "tiny": Config(min_leaf=1),
        "paper": Config(),
    }
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"min_leaf": (1, 3, 5, 7, 10, 25)}
    learnt = ("left", "right", "column", "threshold", "shares")

    def learn(
        self, rows: Scaled, numbers: Numbers, groups: Sequence[str], seed: int
    ) -> dict[str, np.ndarray]:
        from sklearn.tree import DecisionTreeClassifier

        tree = DecisionTreeClassifier(
            min_samples_leaf=self.config.min_leaf,
            class_weight="balanced" if self.config.balanced else None,
            random_state=seed % 2**32,
        )
        grown = tree.fit(rows, numbers).tree_
        return {
            "left": grown.children_left.astype(np.int64),
            "right": grown.children_right.astype(np.int64),
            "column": grown.feature.astype(np.int64),
            "threshold": grown.threshold.astype(np.float64),
            "shares": grown.value[:, 0].astype(np.float64),
        }

    def judge(self, rows: Scaled) -> Probabilities:
        left, right = self._arrays["left"], self._arrays["right"]
        column, threshold = self._arrays["column"], self._arrays["threshold"]
        values = rows.astype(np.float32)  # in this precision the thresholds were chosen
        nodes, tracks = np.zeros(len(rows), np.int64), np.arange(len(rows))
        while (inner := left[nodes] >= 0).any():
            goes_left = values[tracks, column[nodes]] <= threshold[nodes]
            nodes = np.where(inner, np.where(goes_left, left[nodes], right[nodes]), nodes)
        shares = self._arrays["shares"][nodes]
        probabilities: Probabilities = shares / shares.sum(axis=1, keepdims=True)
        return probabilities
