"""The state of a source: enough of it to tell later whether it is still what was prepared."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from menura.corpora import Track
from menura.prepared.marks import read_plain_json, write_plain_json

TIMES = "source_times.json"


@dataclass(frozen=True)
class SourceState:
    """What a source was like when it was looked at.

    facts: hash of the names, sizes and facts of all tracks. A copy on another machine has it too.
    listing: the same with the times of last change, which a copy may or may not keep.
    times: id → when the file was last changed, in ns; −1 for one that cannot be asked.
    """

    facts: str
    listing: str
    times: dict[str, int]

    @staticmethod
    def of(tracks: Iterable[Track]) -> "SourceState":
        """Ask the file system; no file is opened."""
        source, listing = hashlib.blake2b(digest_size=16), hashlib.blake2b(digest_size=16)
        times: dict[str, int] = {}
        for track in tracks:
            try:
                stat = track.path.stat()
                size, times[track.id] = stat.st_size, stat.st_mtime_ns
            except OSError:
                size, times[track.id] = -1, -1
            labels = dict(track.labels)
            facts = [track.id, track.group, labels, track.licence, track.split, size]
            if track.score is not None and not track.is_score:
                facts.append(_size(track.score))
            source.update(_line(facts))
            listing.update(_line([*facts, times[track.id]]))
        return SourceState(source.hexdigest(), listing.hexdigest(), times)

    def write_times(self, folder: Path) -> None:
        """Keep the times in the prepared corpus `folder`: the one file that differs between
        corpora prepared from two copies of a source."""
        write_plain_json(folder / TIMES, self.times)

    def add_times(self, folder: Path, prefix: str) -> None:
        """Keep them beside the times of other sources; ids get `prefix`."""
        ours = {prefix + id: time for id, time in self.times.items()}
        write_plain_json(folder / TIMES, (read_plain_json(folder / TIMES) or {}) | ours)

    def changed_since(self, folder: Path, prefix: str = "") -> list[str]:
        """Ids of the files with another time than when `folder` was prepared, where they have
        `prefix`."""
        before = read_plain_json(folder / TIMES) or {}
        return [id for id, time in self.times.items() if before.get(prefix + id, time) != time]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _line(facts: list[Any]) -> bytes:
    return json.dumps(facts, sort_keys=True).encode("ascii") + b"\n"
