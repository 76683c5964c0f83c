"""What every classifier promises: labelled tracks in, a probability for each label out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Float64, Int64

from menura.audio import Clip
from menura.foundation.errors import UsageError, unknown_name
from menura.foundation.reporting import Reporter

Rows = Float32[np.ndarray, "tracks columns"]
Probabilities = Float64[np.ndarray, "tracks labels"]
Arrays = Mapping[str, np.ndarray]


@runtime_checkable
class Sounds(Protocol):
    """Sound of many tracks in mono, read a range at a time."""

    @property
    def sample_rate(self) -> int:
        """In Hz, of all."""

    def n_samples(self, place: int) -> int:
        """Length of the track at `place`."""

    def read(self, place: int, start: int, stop: int) -> Float32[np.ndarray, " time"]:
        """Samples `start` … `stop` of it; outside the track they are 0."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Tracks to learn from, or to be judged.

    groups: the recording of each. labels: its label; "" where it is not known.
    rows: the 518 descriptors of FMA of each, at 22,050 Hz. sounds, places: where its sound is.
    Classifiers of descriptors hear `rows` alone, the others `sounds` alone.
    """

    ids: tuple[str, ...]
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    rows: Rows | None = None
    sounds: Sounds | None = None
    places: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, chosen: Sequence[int]) -> "Examples":
        """Those at the numbers `chosen`, in that order."""

        def of(values: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(values[i] for i in chosen)

        return replace(
            self,
            ids=of(self.ids),
            groups=of(self.groups),
            labels=of(self.labels),
            rows=None if self.rows is None else self.rows[np.array(chosen, np.int64)],
            places=of(self.places) if self.places else (),
        )


@dataclass(frozen=True)
class Training:
    """How long, where and from which seed a classifier is fitted.

    epochs, minutes: at most so much, of those that learn step by step; None leaves it to their
    own settings. device, precision: as of `menura train`. kept_when_stopped: Ctrl-C ends such
    learning as the end of its time would, and what was learnt is kept; else it is raised.
    """

    seed: int = 0
    epochs: int | None = None
    minutes: float | None = None
    device: str = "auto"
    precision: str = "auto"
    kept_when_stopped: bool = False


class Classifier(ABC):
    """Tells which label a sound has. One file a classifier; its file name is its name.

    Config: a frozen dataclass of plain values, each with a default. presets: by name; "laptop",
    "tiny" (for tests) and "paper", the values of the report.
    grid: setting → values to choose among, as the report tried them.
    is_deep: learns step by step from stretches of sound; others from a row of descriptors each.
    labels: sorted names. A new classifier knows nothing until `fit` or `restore`.
    """

    Config: ClassVar[type]
    presets: ClassVar[Mapping[str, Any]]
    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    is_deep: ClassVar[bool]

    def __init__(self, config: Any, labels: Sequence[str]):
        if len(labels) < 2 or list(labels) != sorted(set(labels)):
            raise UsageError(f"a classifier takes two or more sorted labels, not {list(labels)}")
        self.config, self.labels = config, tuple(labels)

    @property
    @abstractmethod
    def sample_rate(self) -> int:
        """Hz that sound is brought to before it is heard."""

    @abstractmethod
    def fit(
        self,
        learn_from: Examples,
        choose_by: Examples | None,
        training: Training,
        reporter: Reporter,
    ) -> str:
        """Learn, and say how in words.

        choose_by: tracks of other recordings, by which those that learn step by step know when to
        stop. Raises UsageError for a label that is none of `labels`, and MenuraError where there
        is nothing to learn from.
        """

    @abstractmethod
    def probabilities(self, examples: Examples) -> Probabilities:
        """How likely each track has each label; rows sum to 1. A track's verdict is that of its
        row of descriptors, or the mean over its stretches of sound."""

    @abstractmethod
    def predict(self, clip: Clip) -> Float64[np.ndarray, " labels"]:
        """How likely `clip` has each label. Raises MenuraError where it cannot be heard."""

    @abstractmethod
    def arrays(self) -> Arrays:
        """All that was learnt, for saving."""

    @abstractmethod
    def restore(self, arrays: Arrays) -> None:
        """Take what `arrays` gave. Raises ValueError, saying what, where it does not fit."""

    def numbers(self, labels: Sequence[str]) -> Int64[np.ndarray, " tracks"]:
        """The place of each label in `labels` of the classifier."""
        places = {label: place for place, label in enumerate(self.labels)}
        for label in labels:
            if label not in places:
                raise unknown_name("label", label, list(self.labels))
        return np.array([places[label] for label in labels], np.int64)


@runtime_checkable
class Embeds(Protocol):
    """A classifier whose last layer but one says what a second of sound is like."""

    @property
    def n_dimensions(self) -> int:
        """Numbers a second."""

    def embed(self, clip: Clip) -> Float32[np.ndarray, "windows dimensions"]:
        """One row for each whole second of the clip; one for a clip that is shorter."""
