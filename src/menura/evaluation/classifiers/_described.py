"""What classifiers of descriptors share: the scaling of their rows, and how a clip becomes one."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float64, Int64

from menura.audio import Clip
from menura.evaluation.classifiers.contract import (
    Arrays,
    Classifier,
    Examples,
    Probabilities,
    Rows,
    Training,
)
from menura.evaluation.descriptors import FMA_COLUMNS, UndescribableError, describe
from menura.evaluation.descriptors.describing import middle_of
from menura.evaluation.descriptors.frames import FMA_AXIS_HZ
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter

HEARD_S = 30.0
"""A longer track is described by so much of its middle, as the clips of FMA were cut: statistics
such as a maximum grow with length, and the memory of whoever describes it does too."""

Scaled = Float64[np.ndarray, "tracks columns"]
Numbers = Int64[np.ndarray, " tracks"]


class DescribedClassifier(Classifier):
    """Learns from FMA's 518 descriptors, each scaled to mean 0 and deviation 1 over what it
    learns from; a descriptor that does not vary there counts for nothing.

    All tracks are described at 22,050 Hz: at their own rates, the rate would tell the label where
    the recordings of one label come from one place.
    """

    is_deep = False
    learnt: ClassVar[tuple[str, ...]]
    """Names of the arrays, besides those of the scaling."""

    def __init__(self, config: Any, labels: Sequence[str]):
        super().__init__(config, labels)
        self._arrays: dict[str, np.ndarray] = {}

    @property
    def sample_rate(self) -> int:
        return FMA_AXIS_HZ

    def fit(
        self,
        learn_from: Examples,
        choose_by: Examples | None,
        training: Training,
        reporter: Reporter,
    ) -> str:
        rows, numbers = _rows_of(learn_from), self.numbers(learn_from.labels)
        if len(set(numbers.tolist())) < len(self.labels):
            missing = sorted(set(self.labels) - set(learn_from.labels))
            raise MenuraError(f"nothing to learn {missing[0]!r} from")
        # float64: 32 bits do not hold the mean of columns in the thousands to all their digits.
        mean = rows.mean(axis=0, dtype=np.float64)
        scale = rows.std(axis=0, dtype=np.float64)
        # A column of one value may have a deviation of rounding.
        steady = scale <= 1e-9 * np.maximum(1.0, np.abs(mean))
        self._arrays = {"mean": mean, "scale": np.where(steady, np.inf, scale)}
        self._arrays |= self.learn(self._scaled(rows), numbers, learn_from.groups, training.seed)
        n_recordings = len(set(learn_from.groups))
        return f"on the descriptors of {len(learn_from)} tracks of {n_recordings} recordings"

    @abstractmethod
    def learn(
        self, rows: Scaled, numbers: Numbers, groups: Sequence[str], seed: int
    ) -> dict[str, np.ndarray]:
        """The arrays named in `learnt`. numbers: of the labels. groups: the recordings."""

    @abstractmethod
    def judge(self, rows: Scaled) -> Probabilities:
        """By the arrays that `learn` gave."""

    def probabilities(self, examples: Examples) -> Probabilities:
        return self.judge(self._scaled(_rows_of(examples)))

    def predict(self, clip: Clip) -> Float64[np.ndarray, " labels"]:
        try:
            values = describe(middle_of(clip, HEARD_S), FMA_AXIS_HZ).values
        except UndescribableError as error:
            raise MenuraError(f"the clip cannot be described: {error}") from None
        row = values[None, : len(FMA_COLUMNS)]
        judged: Float64[np.ndarray, " labels"] = self.judge(self._scaled(row))[0]
        return judged

    def arrays(self) -> Arrays:
        return self._arrays

    def restore(self, arrays: Arrays) -> None:
        wanted = {"mean", "scale", *self.learnt}
        for problem in sorted(wanted ^ arrays.keys()):
            raise ValueError(f"{problem} is {'missing' if problem in wanted else 'not part of it'}")
        self._arrays = dict(arrays)
        try:
            judged = self.judge(self._scaled(np.zeros((1, len(arrays["mean"])), np.float32)))
        except (ValueError, IndexError) as error:
            raise ValueError(f"its arrays do not go together ({error})") from None
        if judged.shape != (1, len(self.labels)):
            raise ValueError(f"it tells {judged.shape[1]} labels, not {len(self.labels)}")

    def _scaled(self, rows: Rows) -> Scaled:
        mean, scale = self._arrays["mean"], self._arrays["scale"]
        if rows.shape[1] != len(mean):
            raise ValueError(f"{rows.shape[1]} descriptors, and {len(mean)} were learnt")
        scaled: Scaled = (rows.astype(np.float64) - mean) / scale
        return scaled


def normalised(logarithms: Float64[np.ndarray, "tracks labels"]) -> Probabilities:
    """Probabilities in proportion to what these are the logarithms of."""
    likely = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    probabilities: Probabilities = likely / likely.sum(axis=1, keepdims=True)
    return probabilities


def _rows_of(examples: Examples) -> Rows:
    if examples.rows is None:
        raise ValueError("these tracks have no descriptors")
    if len(examples) == 0:
        raise MenuraError("there are no tracks to hear")
    return examples.rows
