"""A prepared corpus: one folder that holds all sound of a corpus, ready to be read in any order."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from menura.corpora import Split
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.locking import LOCK
from menura.prepared.marks import read_plain_json
from menura.prepared.planning import PLAN, is_plan
from menura.prepared.rendition import Rendition, render
from menura.prepared.shards import Shards, shard_path
from menura.prepared.tracks import PreparedTrack, track_from

FORMAT = "menura prepared corpus"
VERSION = 1
INDEX = "prepared.json"
TRACKS = "tracks.jsonl"
SHARDS = "shards"


class PreparedCorpus:
    """Tracks with their labels and splits, and their sound at each track's own rate.

    Made by `menura.workflows.prepare`, opened with `PreparedCorpus.open(folder)`.

    fingerprint: hash of all that is known of the tracks, their sound included.
    about: the content of prepared.json; about["source"]["name"] is the name of the source folder
        (the name alone, no path).
    """

    def __init__(
        self, folder: Path, tracks: tuple[PreparedTrack, ...], about: dict[str, Any]
    ) -> None:
        self.folder, self.tracks, self.about = folder, tracks, about
        self.fingerprint = str(about["fingerprint"])
        self.shards = Shards(folder / SHARDS)

    @staticmethod
    def is_prepared(folder: Path) -> bool:
        """Whether `folder` is meant to be a prepared corpus: finished or not, whole or damaged,
        of any version. `open` says what is wrong with it, if anything is."""
        held = (folder / LOCK).is_file()  # a preparation that has no plan yet
        return held or is_finished(folder) or is_unfinished(folder) or is_remains(folder)

    @staticmethod
    def open(folder: Path) -> "PreparedCorpus":
        """Raises MenuraError when `folder` is none, is not finished, is damaged, or is of another
        version."""
        name = printable(str(folder))
        about = read_plain_json(folder / INDEX)
        if about is None or about.get("format") != FORMAT:
            if is_unfinished(folder) or (folder / LOCK).is_file():
                raise MenuraError(f"{name} is not finished; run prepare again with --resume")
            if is_remains(folder):
                raise damaged(folder, INDEX)
            raise MenuraError(f"{name} is not a prepared corpus; make one with `menura prepare`")
        if about.get("version") != VERSION:
            raise MenuraError(
                f"{name} was prepared in form {about.get('version')} and this Menura reads form "
                f"{VERSION}; delete it and prepare it again"
            )
        tracks = _read_tracks(folder, about)
        _check_shards(folder, about)
        return PreparedCorpus(folder, tracks, about)

    def duration_s(self, split: Split | None = None) -> float:
        """Seconds of all tracks, or of those of one split."""
        return sum(t.duration_s for t in self.tracks if split in (None, t.split))

    def label_values(self) -> dict[str, tuple[str, ...]]:
        """Kind of label → its values, sorted."""
        values: dict[str, set[str]] = {}
        for track in self.tracks:
            for kind, value in track.labels.items():
                values.setdefault(kind, set()).add(value)
        return {kind: tuple(sorted(values[kind])) for kind in sorted(values)}

    def licences(self) -> dict[str, int]:
        """Licence → number of tracks; "not stated" where the corpus says nothing."""
        return dict(sorted(Counter(track.licence or "not stated" for track in self.tracks).items()))

    def read(
        self, track: PreparedTrack, start: int, stop: int
    ) -> Float32[np.ndarray, "channels time"]:
        """Samples `start` … `stop` of `track`, at its own rate; outside the track they are 0."""
        shape = (track.n_channels, track.n_samples)
        return self.shards.read(track.shard, track.offset, shape, track.scale, start, stop)

    def rendition(
        self,
        sample_rate: int,
        n_channels: int,
        reporter: Reporter | None = None,
        folder: Path | None = None,
    ) -> Rendition:
        """All tracks at one rate (Hz) and number of channels (1 or 2), made when not there yet.

        It is kept in `folder`, or in `renditions` beside the shards; what an interrupted run made
        of it there is used, and a process that finds another at work on it waits. Raises
        NotWritableError when that place may not be written, MenuraError when it is full, and
        UsageError for a rate or number of channels that makes no sense.
        """
        place = folder or self.folder / "renditions" / f"{sample_rate}x{n_channels}"
        return render(
            self.folder / SHARDS,
            self.tracks,
            self.fingerprint,
            (sample_rate, n_channels),
            place,
            reporter or Reporter(),
        )


def is_finished(folder: Path) -> bool:
    """Whether a preparation into `folder` came to its end."""
    about = read_plain_json(folder / INDEX)
    return about is not None and about.get("format") == FORMAT


def is_unfinished(folder: Path) -> bool:
    """Whether a preparation into `folder` was begun and did not come to its end."""
    plan = is_plan(folder) or ((folder / PLAN).is_file() and (folder / SHARDS).is_dir())
    return plan and not is_finished(folder)


def is_remains(folder: Path) -> bool:
    """Whether enough is left of a prepared corpus to know it, but no index to read it by."""
    left = any((folder / name).is_file() for name in (INDEX, TRACKS))
    return left and (folder / SHARDS).is_dir() and not is_finished(folder)


def fingerprint_of(lines: bytes) -> str:
    """Fingerprint of a corpus whose tracks.jsonl holds `lines`."""
    return hashlib.blake2b(lines, digest_size=16).hexdigest()


def _read_tracks(folder: Path, about: dict[str, Any]) -> tuple[PreparedTrack, ...]:
    try:
        lines = (folder / TRACKS).read_bytes()
        if fingerprint_of(lines) != about.get("fingerprint"):
            raise ValueError("it was changed")
        return tuple(map(track_from, lines.decode("ascii").splitlines()))
    except (OSError, ValueError, UsageError):
        raise damaged(folder, TRACKS) from None


def _check_shards(folder: Path, about: dict[str, Any]) -> None:
    for number, size in enumerate(about.get("shard_bytes", ())):
        path = shard_path(folder / SHARDS, number)
        if not path.is_file() or path.stat().st_size != size:
            raise damaged(folder, f"{SHARDS}/{path.name}")


def damaged(folder: Path, part: str) -> MenuraError:
    """The error for a prepared corpus that cannot be trusted."""
    return MenuraError(
        f"{printable(str(folder))} is damaged ({part} is missing or not as it was written); "
        "delete it and prepare it again"
    )
