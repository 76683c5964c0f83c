"""Verifying: all of a prepared corpus is read and compared with what was written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.prepared.appending import APPENDING
from menura.prepared.corpus import why_none
from menura.prepared.index import (
    INDEX,
    SHARDS,
    TRACKS,
    ShardFacts,
    check_version,
    read_about,
    read_parts,
    read_shards,
    read_tracks,
)
from menura.prepared.marks import mark_path, read_plain_json
from menura.prepared.outcome import REPORT
from menura.prepared.places import Place, Remote, place_of, read_small
from menura.prepared.rendition import DONE
from menura.prepared.shards import checksum, file_blocks, shard_name
from menura.prepared.tracks import PreparedTrack

RENDITIONS = "renditions"
ANEW = "delete the prepared corpus and prepare it again"
AGAIN = (
    "prepare again from the same source with --resume, which makes only this again, or copy it "
    "from a copy that is whole"
)


@dataclass(frozen=True)
class Damage:
    """What is wrong with one file. tracks: ids of those it holds. mend: what to do."""

    part: str
    problem: str
    mend: str
    tracks: tuple[str, ...] = ()


@dataclass
class Verified:
    """What was found. n_bytes: read of shards. notes: what is odd and harms nothing."""

    n_tracks: int = 0
    n_shards: int = 0
    n_bytes: int = 0
    damages: list[Damage] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(where: Path | str, reporter: Reporter) -> Verified:
    """Compare the corpus with its index. Raises MenuraError when there is no index to compare
    with, or it is of another version, or a file cannot be read for another reason than being
    damaged."""
    place, found = place_of(where), Verified()
    about = read_about(place)
    if about is None:
        raise why_none(place)
    check_version(place, about)
    try:
        facts, parts = read_shards(place, about), read_parts(place, about)
    except MenuraError:
        found.damages.append(Damage(INDEX, "does not say what it should", ANEW))
        return found
    try:
        tracks = read_tracks(place, about)
    except MenuraError:
        tracks = ()
        found.damages.append(Damage(TRACKS, "is missing or was changed", ANEW))
    else:
        found.damages.extend(_index(tracks, facts, sum(part.n_shards for part in parts)))
        if isinstance(place, Path) and (place / APPENDING).exists():
            found.notes.append(
                "an append to it was interrupted: the same command with --resume finishes it"
            )
        else:
            found.damages.extend(_report(place, tracks))
    found.n_tracks, found.n_shards = len(tracks), len(facts)
    work = _Reading(found, reporter, sum(shard.bytes for shard in facts))
    for number, shard in enumerate(facts):
        name = f"{SHARDS}/{shard_name(number)}"
        if problem := work.problem(place, name, shard):
            ids = tuple(track.id for track in tracks if track.shard == number)
            found.damages.append(Damage(name, problem, AGAIN, ids))
    if isinstance(place, Path):
        for folder in sorted((place / RENDITIONS).glob("*")):
            found.damages.extend(_rendition(folder, work))
    return found


@dataclass
class _Reading:
    """Files read one after the other, with progress."""

    found: Verified
    reporter: Reporter
    total: int
    read: int = 0

    def problem(self, place: Place, name: str, shard: ShardFacts) -> str | None:
        """What is wrong with a shard, in words; None when it is as it was written."""
        before = self.read
        try:
            digest = checksum(self._counted(place, name))
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read ({(error.strerror or str(error)).lower()})"
        if (size := self.read - before) != shard.bytes:
            return f"has {size} bytes instead of {shard.bytes}"
        return None if digest == shard.checksum else "its content was changed"

    def _counted(self, place: Place, name: str) -> Iterator[bytes]:
        blocks = place.blocks(name) if isinstance(place, Remote) else file_blocks(place / name)
        for block in blocks:
            self.read += len(block)
            self.found.n_bytes += len(block)
            self.reporter.progress(self.read, max(self.read, self.total), "reading all sound")
            yield block


def _index(
    tracks: tuple[PreparedTrack, ...], facts: tuple[ShardFacts, ...], n_shards: int
) -> Iterator[Damage]:
    """Whether every track lies in a shard that the index knows."""
    if n_shards != len(facts):
        yield Damage(INDEX, f"names {len(facts)} shards, and {n_shards} were made", ANEW)
    outside = []
    for track in tracks:
        size = facts[track.shard].bytes if 0 <= track.shard < len(facts) else -1
        ends = [track.offset + track.n_bytes]
        if track.score is not None:
            ends.append(sum(track.score))
        if max(ends) > size:
            outside.append(track.id)
    if outside:
        yield Damage(TRACKS, "names sound that is in no shard", ANEW, tuple(outside))
    if len({track.id for track in tracks}) < len(tracks):
        yield Damage(TRACKS, "names tracks twice", ANEW)


def _report(place: Place, tracks: tuple[PreparedTrack, ...]) -> Iterator[Damage]:
    mend = f"nothing else needs it; to have it again, {ANEW}"
    try:
        said: Any = json.loads(read_small(place, REPORT).decode("utf-8"))
        kept = [item["file"] for item in said["kept"]]
    except OSError:
        yield Damage(REPORT, "is missing", mend)
    except (ValueError, KeyError, TypeError):
        yield Damage(REPORT, "is not as it was written", mend)
    else:
        if kept != [track.id for track in tracks]:
            yield Damage(REPORT, "names other tracks than the index", mend)


def _rendition(folder: Path, work: _Reading) -> Iterator[Damage]:
    """A finished rendition keeps the marks of its shards."""
    if not (folder / DONE).is_file():
        return  # what an interrupted run left: it is checked, or made again, when it is wanted
    for path in sorted(folder.glob("*.pcm")):
        mark = read_plain_json(mark_path(folder, int(path.stem))) if path.stem.isdigit() else None
        if mark is None or "checksum" not in mark:
            continue  # without its mark it is made again when it is wanted
        facts = ShardFacts(mark["bytes"], mark["checksum"])
        work.total += facts.bytes
        if problem := work.problem(folder, path.name, facts):
            yield Damage(
                f"{RENDITIONS}/{folder.name}/{path.name}",
                problem,
                f"delete {RENDITIONS}/{folder.name}; it is made again when it is needed",
            )
