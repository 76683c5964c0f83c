"""What every corpus gives: tracks, with what is known of each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

Split = Literal["train", "valid", "test"]


@dataclass(frozen=True)
class Track:
    """One item of a corpus. Its content is read lazily, by whoever needs it, from `path`.

    id: unique within the corpus and stable between machines (the path below the root).
    group: the recording it comes from. Tracks of one group never fall into different splits.
    labels: kind → value, e.g. {"genre": "rock"}; a folder of folders gives {"label": folder}.
    licence: in words, as the corpus states it; None where it states none.
    split: where the corpus states one, else None (prepare divides by group).
    score: its notes as a MIDI file, in time with the sound where it has both. A track of notes
        alone has the same file as `path`.
    details: whatever else the corpus says of it, by the corpus's own names, as plain JSON.
    """

    id: str
    group: str
    path: Path
    labels: Mapping[str, str] = field(default_factory=dict)
    licence: str | None = None
    split: Split | None = None
    score: Path | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_score(self) -> bool:
        """Whether it is notes alone: `path` is no sound."""
        return self.score is not None and self.score == self.path


@dataclass(frozen=True)
class Dropped:
    """A file that was left out, and why, in words for the person whose file it is."""

    file: str
    reason: str


@dataclass(frozen=True)
class Found:
    """What a corpus found under a root: tracks in a fixed order, and what it left out."""

    tracks: tuple[Track, ...]
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()  # remarks, e.g. "genre 'jazz' has no audio"


@dataclass(frozen=True)
class NoSettings:
    """The config of a corpus of which there is nothing to choose."""


class Corpus(ABC):
    """A dataset in one layout. One file a layout; its file name is its name.

    Config: a frozen dataclass of plain values, each with a default: which part of the dataset is
    taken, and how it is divided. `menura prepare --set key=value` changes it.
    """

    Config: ClassVar[type] = NoSettings
    licence: ClassVar[str]
    citation: ClassVar[str]

    def __init__(self, config: Any = None):
        self.config = self.Config() if config is None else config

    @abstractmethod
    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Scan `root` without opening sound or MIDI files: whoever reads them says which are bad.

        Raises MenuraError when nothing can be used.
        """

    @abstractmethod
    def miniature(self, folder: Path) -> None:
        """Write a small fake of the real layout into `folder`, for tests."""
