"""The nearest neighbours of a track's descriptors vote, as a report tried it.

Report mel-interpolation: 5, 10, 20 or 40 neighbours, the best 40 of some thousand tracks (accuracy
0.34 of eight genres). The laptop preset, for smaller corpora, takes 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from menura.evaluation.classifiers._described import DescribedClassifier, Numbers, Scaled
from menura.evaluation.classifiers.contract import Arrays, Probabilities

AT_ONCE = 2**24  # distances held at once


@dataclass(frozen=True)
class Config:
    """n_neighbours: how many vote; all that there are, where there are fewer."""

    n_neighbours: int = 40

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise ValueError(f"n_neighbours must be 1 or more, not {self.n_neighbours}")


class KNn(DescribedClassifier):
    """What is saved is the table that it learnt from, and the labels of its rows."""

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {
        "laptop": Config(n_neighbours=5),
        "tiny": Config(n_neighbours=3),
        "paper": Config(),
    }
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"n_neighbours": (5, 10, 20, 40)}
    learnt = ("rows", "numbers")

    def learn(
        self, rows: Scaled, numbers: Numbers, groups: Sequence[str], seed: int
    ) -> dict[str, np.ndarray]:
        return {"rows": rows, "numbers": numbers}

    def restore(self, arrays: Arrays) -> None:
        super().restore(arrays)
        if (n := int(arrays["numbers"].max()) + 1) > len(self.labels):
            raise ValueError(f"it tells {n} labels, not {len(self.labels)}")

    def judge(self, rows: Scaled) -> Probabilities:
        known, numbers = self._arrays["rows"], self._arrays["numbers"]
        n_votes = min(self.config.n_neighbours, len(known))
        lengths = np.square(known).sum(axis=1)
        probabilities = np.zeros((len(rows), len(self.labels)))
        n_at_once = max(1, AT_ONCE // len(known))
        for start in range(0, len(rows), n_at_once):
            part = rows[start : start + n_at_once]
            # The squared distances, but for the length of the row itself, which moves none ahead.
            distances = lengths - 2 * part @ known.T
            nearest = np.argpartition(distances, n_votes - 1, axis=1)[:, :n_votes]
            for label in range(len(self.labels)):
                votes = (numbers[nearest] == label).mean(axis=1)
                probabilities[start : start + n_at_once, label] = votes
        return probabilities
