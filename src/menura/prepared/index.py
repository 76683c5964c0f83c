"""The index of a prepared corpus: prepared.json, and tracks.jsonl with a line for each track.

Byte order: all sound is little-endian, whatever machine wrote it; the index says so. Nothing in
it names a place, so the folder may be copied anywhere.

tracks.jsonl only ever grows, and prepared.json, which is written last, says how much of it counts.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.version import __version__
from menura.prepared.marks import write_plain_json
from menura.prepared.outcome import Outcome
from menura.prepared.places import Place, read_small
from menura.prepared.planning import Settings
from menura.prepared.tracks import PreparedTrack, track_from

FORMAT = "menura prepared corpus"
VERSION = 3
INDEX = "prepared.json"
TRACKS = "tracks.jsonl"
SHARDS = "shards"


@dataclass(frozen=True)
class Part:
    """What was prepared from one source.

    name: of the source folder, no path. hash: `SourceState.facts`. prefix: stands before the ids
    of its tracks, which would else be those of other tracks. n_shards: its shards come after
    those of the parts before.
    """

    name: str
    hash: str
    settings: Settings
    n_shards: int
    prefix: str = ""


@dataclass(frozen=True)
class ShardFacts:
    """Size in bytes, and XXH3 of 128 bits in hexadecimal."""

    bytes: int
    checksum: str


def write_index(
    folder: Path,
    lines: str,
    outcome: Outcome,
    parts: Sequence[Part],
    shards: Sequence[ShardFacts],
) -> None:
    """Write prepared.json. tracks.jsonl must begin with `lines` already."""
    names = list(dict.fromkeys(part.name for part in parts))
    about = {
        "format": FORMAT,
        "version": VERSION,
        "menura": __version__,
        "byte_order": "little",
        "source": {"name": " + ".join(names)},
        "parts": [asdict(part) for part in parts],
        "totals": {
            "tracks": len(outcome.tracks),
            "seconds": round(outcome.seconds, 3),
            "dropped": len(outcome.dropped),
            "splits": outcome.splits(),
        },
        "shards": [asdict(shard) for shard in shards],
        "tracks_bytes": len(lines),
        "fingerprint": fingerprint_of(lines.encode("ascii")),
    }
    write_plain_json(folder / INDEX, about)


def read_about(place: Place) -> dict[str, Any] | None:
    """The content of prepared.json; None where there is none of ours."""
    try:
        about = json.loads(read_small(place, INDEX).decode("utf-8"))
    except (OSError, ValueError):
        return None
    return about if isinstance(about, dict) and about.get("format") == FORMAT else None


def check_version(place: Place, about: dict[str, Any]) -> None:
    """Raise MenuraError for the index of another version."""
    if about.get("version") != VERSION:
        raise MenuraError(
            f"{printable(str(place))} was prepared in form {about.get('version')} and this Menura "
            f"reads form {VERSION}; delete it and prepare it again"
        )


def read_lines(place: Place, about: dict[str, Any]) -> str:
    """The lines of tracks.jsonl that count. Raises MenuraError when they were changed."""
    try:
        lines = read_small(place, TRACKS)[: about["tracks_bytes"]]
        if fingerprint_of(lines) != about["fingerprint"]:
            raise ValueError("they were changed")
        return lines.decode("ascii")
    except (OSError, ValueError, KeyError, TypeError):
        raise damaged(place, TRACKS) from None


def read_tracks(place: Place, about: dict[str, Any]) -> tuple[PreparedTrack, ...]:
    """The tracks. Raises MenuraError when tracks.jsonl is not as it was written."""
    lines = read_lines(place, about)
    try:
        return tuple(map(track_from, lines.splitlines()))
    except (ValueError, UsageError):
        raise damaged(place, TRACKS) from None


def read_parts(place: Place, about: dict[str, Any]) -> tuple[Part, ...]:
    """What came from which source. Raises MenuraError when the index does not say so."""
    try:
        return tuple(from_dict(Part, part) for part in about["parts"])
    except (KeyError, TypeError, UsageError):
        raise damaged(place, INDEX) from None


def read_shards(place: Place, about: dict[str, Any]) -> tuple[ShardFacts, ...]:
    """Sizes and checksums. Raises MenuraError when the index does not say so."""
    try:
        return tuple(from_dict(ShardFacts, shard) for shard in about["shards"])
    except (KeyError, TypeError, UsageError):
        raise damaged(place, INDEX) from None


def fingerprint_of(lines: bytes) -> str:
    """Fingerprint of a corpus whose tracks.jsonl holds `lines`."""
    return hashlib.blake2b(lines, digest_size=16).hexdigest()


def damaged(place: Place, part: str, mend: str = "delete it and prepare it again") -> MenuraError:
    """The error for a prepared corpus that cannot be trusted."""
    return MenuraError(
        f"{printable(str(place))} is damaged ({part} is missing or not as it was written); {mend}"
    )
