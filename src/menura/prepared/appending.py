"""Appending: the tracks of another source come into a corpus that is prepared already.

They are prepared in a folder of their own within it, as any corpus is. Then their shards are put
behind those that are there, and at the very last the index is replaced: until then the corpus is
what it was, whatever happens.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from menura.corpora import Dropped, Split, Track
from menura.foundation.atomic import write_text
from menura.foundation.printable import printable
from menura.prepared.corpus import PreparedCorpus
from menura.prepared.fingerprints import keep, kept, marked
from menura.prepared.finishing import clear_unfinished, shard_facts
from menura.prepared.index import SHARDS, TRACKS, Part, read_lines, read_parts, write_index
from menura.prepared.marks import write_plain_json
from menura.prepared.matching import from_text, matches
from menura.prepared.outcome import (
    REPORT,
    REPORT_TEXT,
    Outcome,
    read_report,
    report,
    report_text,
)
from menura.prepared.planning import Plan
from menura.prepared.shards import shard_path
from menura.prepared.sources import SourceState
from menura.prepared.tracks import PreparedTrack, to_lines

APPENDING = "appending"
_STRICTEST_FIRST: tuple[Split, ...] = ("test", "valid", "train")


def prefix_for(there: Iterable[str], coming: Iterable[str], name: str) -> str:
    """What stands before the ids `coming` from the source `name` so that none is among those
    `there`: nothing, or else the name of the source, numbered if need be."""
    taken, ids = set(there), list(coming)
    prefix, number = "", 1
    while any(prefix + id in taken for id in ids):
        prefix = f"{name}/" if number == 1 else f"{name}-{number}/"
        number += 1
    return prefix


def take_back(folder: Path, n_shards: int, staging: Path) -> None:
    """Undo the moving of shards of an append that was interrupted: those behind the `n_shards`
    that the index knows belong into `staging`, where they are found to be done."""
    number = 0
    while (stray := shard_path(folder / SHARDS, n_shards + number)).is_file():
        home = shard_path(staging / SHARDS, number)
        if home.parent.is_dir() and not home.exists():
            stray.replace(home)
        number += 1


def add(
    corpus: PreparedCorpus,
    folder: Path,
    staging: Path,
    source: Path,
    state: SourceState,
    plan: Plan,
    outcome: Outcome,
    tracks: Mapping[str, Track],
) -> Outcome:
    """Put what is done in `staging` into the corpus in `folder`; the outcome is of the whole.

    Tracks that are there keep everything. New tracks of a recording that is there (by their
    group, or by their sound) come to its side of the split.
    """
    name = printable(source.resolve().name)
    prefix = prefix_for((track.id for track in corpus.tracks), tracks, name)
    first = len(corpus.facts)
    old, new = kept(folder), marked(staging, plan)
    heard = _heard(
        corpus.tracks, old, outcome.tracks, new if plan.settings.duplicates != "ignore" else {}
    )
    added, remarks = _beside(corpus.tracks, outcome.tracks, tracks, prefix, first, heard)
    if prefix:
        remarks.insert(
            0, f"ids of {name} begin with {prefix!r}: some of them were those of other tracks"
        )
    facts = [*corpus.facts, *shard_facts(staging / SHARDS, plan)]
    for number in range(len(plan.shards)):
        shard_path(staging / SHARDS, number).replace(shard_path(folder / SHARDS, first + number))
    before = read_report(folder, corpus.tracks)
    whole = Outcome(
        (*corpus.tracks, *added),
        (*before.dropped, *(Dropped(prefix + item.file, item.reason) for item in outcome.dropped)),
        (*before.notes, *outcome.notes, *remarks),
    )
    part = Part(name, plan.source, plan.settings, len(plan.shards), prefix)
    parts = [*read_parts(folder, corpus.about), part]
    lines = read_lines(folder, corpus.about) + to_lines(added)
    write_text(folder / TRACKS, lines)
    write_plain_json(folder / REPORT, report(whole))
    names = " + ".join(part.name for part in parts)
    write_text(folder / REPORT_TEXT, report_text(names, whole))
    keep(folder, old | {prefix + id: words for id, words in new.items()})
    state.add_times(folder, prefix)
    write_index(folder, lines, whole, parts, facts)
    clear_unfinished(staging)
    return whole


def _heard(
    there: Sequence[PreparedTrack],
    old: Mapping[str, str],
    coming: Sequence[PreparedTrack],
    new: Mapping[str, str],
) -> dict[str, list[PreparedTrack]]:
    """Id of a coming track → those there that hold some of its recording, by fingerprint."""
    # Recordings that are there, and those that come, are known to belong together or not.
    prints = [(f"there {t.group}", old.get(t.id, "")) for t in there]
    prints += [(f"coming {t.group}", new.get(t.id, "")) for t in coming]
    known: dict[str, int] = {}
    groups = [known.setdefault(group, len(known)) for group, _ in prints]
    found: dict[str, list[PreparedTrack]] = defaultdict(list)
    if any(new.values()):
        for match in matches([from_text(words) for _, words in prints], groups):
            if match.first < len(there) <= match.second:
                found[coming[match.second - len(there)].id].append(there[match.first])
    return found


def _beside(
    there: Sequence[PreparedTrack],
    coming: Sequence[PreparedTrack],
    sources: Mapping[str, Track],
    prefix: str,
    first_shard: int,
    heard: Mapping[str, Sequence[PreparedTrack]],
) -> tuple[list[PreparedTrack], list[str]]:
    """The tracks `coming` as they stand beside those `there`, and what is to be said of it."""

    def name_of(group: str) -> str:
        # A recording that is one file is named like the file, and gets its prefix too.
        return prefix + group if group in sources else group

    sides: dict[str, set[tuple[str, Split]]] = defaultdict(set)
    for track in there:
        sides[f"group {track.group}"].add((track.group, track.split))
        sides[f"content {track.content}"].add((track.group, track.split))
    found: dict[str, set[tuple[str, Split]]] = defaultdict(set)
    for track in coming:
        for key in (
            f"group {name_of(sources[track.id].group)}",
            f"group {name_of(track.group)}",
            f"content {track.content}",
        ):
            found[track.group] |= sides.get(key, set())
        found[track.group] |= {(other.group, other.split) for other in heard.get(track.id, ())}
    added, remarks, n_known = [], [], 0
    for track in coming:
        group, split = name_of(track.group), track.split
        if known := found[track.group]:
            group, split = min(known, key=lambda side: (_STRICTEST_FIRST.index(side[1]), side[0]))
            n_known += 1
            if len({side[1] for side in known}) > 1:
                remarks.append(
                    f"{printable(prefix + track.id)}: of recordings that are on several sides of "
                    f"the split already; it goes to {split}"
                )
        shard = track.shard + first_shard
        added.append(replace(track, id=prefix + track.id, group=group, split=split, shard=shard))
    if n_known:
        remarks.append(
            f"{n_known} of the {len(added)} added tracks are of recordings that were there, and "
            "are on their side of the split"
        )
    return added, remarks
