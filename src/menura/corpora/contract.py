"""What every corpus gives: tracks, with what is known of each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

Split = Literal["train", "valid", "test"]


@dataclass(frozen=True)
class Track:
    """One item of a corpus. Its sound is read lazily, by whoever needs it, from `path`.

    id: unique within the corpus and stable between machines (the path below the root).
    group: the recording it comes from. Tracks of one group never fall into different splits.
    labels: kind → value, e.g. {"genre": "rock"}; a folder of folders gives {"label": folder}.
    licence: in words, as the corpus states it; None where it states none.
    split: where the corpus states one, else None (prepare divides by group).
    """

    id: str
    group: str
    path: Path
    labels: Mapping[str, str] = field(default_factory=dict)
    licence: str | None = None
    split: Split | None = None


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


class Corpus(ABC):
    """A dataset in one layout. One file a layout; its file name is its name."""

    licence: ClassVar[str]
    citation: ClassVar[str]

    @abstractmethod
    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Scan `root` without opening audio. Raises MenuraError when nothing can be used."""

    @abstractmethod
    def miniature(self, folder: Path) -> None:
        """Write a small fake of the real layout into `folder`, for tests."""
