"""Where the rows of batches come from: what batches and statistics ask of sound and notes alike."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from menura.representations import Promise, Spec
from menura.training.augmenting import Change
from menura.training.labels import Kinds, label_flags

RowFrames = Float32[Tensor, "rows features frames"]
RowFlags = Bool[Tensor, "rows labels"]


@dataclass(frozen=True)
class Row:
    """A stretch of frames of track `track` from frame `start`.

    continues: goes on where this row of the batch before ended. semitones: notes heard so much
    higher. change: what is done to sound before it is heard. under: a stretch of sound that is
    heard with it. variant: which of the ways to say the same stretch, where there are several.
    """

    track: int
    start: int
    continues: bool = False
    semitones: int = 0
    change: Change | None = None
    under: "Row | None" = None
    variant: int = 0


class Source(ABC):
    """The tracks of one split, as frames of one representation.

    indices: their numbers. labels: names of those told.
    """

    indices: tuple[int, ...]
    labels: tuple[str, ...]

    @property
    @abstractmethod
    def spec(self) -> Spec:
        """Of the frames, without labels."""

    @property
    @abstractmethod
    def promise(self) -> Promise:
        """The representation's."""

    @abstractmethod
    def n_frames(self, track: int) -> int:
        """Frames that a track has."""

    @abstractmethod
    def encode(self, rows: list[Row], n_frames: int) -> RowFrames:
        """`n_frames` frames of each row. A track shorter than that is looped,
        but for latents that silence follows."""

    @abstractmethod
    def labels_of(self, track: int) -> Kinds:
        """Kind → value."""

    @abstractmethod
    def learn_statistics(self, seconds: float) -> None:
        """Fit the representation to about so many seconds of these tracks at most."""

    @abstractmethod
    def round_trips(self, n_pieces: int) -> Sequence[float]:
        """The promised measure of a few pieces, sent through the representation and back."""

    def encode_across(self, rows: list[list[tuple[Row, int]]]) -> RowFrames:
        """Rows that lie across tracks: the first frame of each stretch, and how many there are."""
        # Laid frame after frame, as models that read windows want them: nothing is turned over.
        laid = [
            torch.cat([self.encode([row], n).transpose(1, 2)[0] for row, n in stretches])
            for stretches in rows
        ]
        return torch.stack(laid).transpose(1, 2)

    def importance(self) -> Float32[Tensor, " features"] | None:
        """How much each feature counts in what is heard; None where all count alike."""
        return None

    def is_silent(self, row: Row, n_frames: int) -> bool:
        """Whether there is nothing to learn from in a row."""
        return False

    def sounding_starts(self, track: int, n_frames: int) -> list[range]:
        """Where rows of so many frames may begin in a track that are not silent."""
        return [range(max(1, self.n_frames(track) - n_frames + 1))]

    def flags(self, rows: Iterable[Row]) -> RowFlags | None:
        """Which labels each row has; None where none are told. Of sounds that are heard together,
        those that all have."""
        if not self.labels:
            return None
        return torch.from_numpy(np.stack([self._flags_of(row) for row in rows]))

    def _flags_of(self, row: Row) -> Bool[np.ndarray, " labels"]:
        own = label_flags(self.labels_of(row.track), self.labels)
        return own if row.under is None else own & self._flags_of(row.under)
