"""The end of a preparation: from finished shards to an index, splits and a report."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import menura
from menura.corpora import Dropped, Track
from menura.foundation.atomic import write_text
from menura.foundation.printable import printable
from menura.prepared.corpus import FORMAT, INDEX, SHARDS, TRACKS, VERSION, fingerprint_of
from menura.prepared.marks import (
    clear_marks,
    clear_shards,
    clear_temporary,
    read_mark,
    write_plain_json,
)
from menura.prepared.outcome import REPORT, REPORT_TEXT, Outcome, report, report_text
from menura.prepared.planning import PLAN, Plan
from menura.prepared.shards import shard_path
from menura.prepared.sources import TIMES, SourceState
from menura.prepared.splitting import Candidate, divide
from menura.prepared.tracks import PreparedTrack, to_lines


def gather(folder: Path, plan: Plan, tracks: dict[str, Track]) -> Outcome:
    """All that the finished shards of `plan` in `folder` hold, divided into splits."""
    entries: list[dict[str, Any]] = []
    dropped, notes = list(plan.dropped), list(plan.notes)
    for number in range(len(plan.shards)):
        mark = read_mark(folder / SHARDS, number)
        assert mark is not None, f"shard {number} is not done"
        entries.extend({**entry, "shard": number} for entry in mark["tracks"])
        dropped.extend(Dropped(name, reason) for name, reason in mark["dropped"].items())
    for entry in entries:
        notes.extend(f"{printable(entry['id'])}: {note}" for note in entry.pop("notes"))
    division = divide(
        [_candidate(entry, tracks[entry["id"]]) for entry in entries],
        plan.settings.held_out,
        plan.settings.seed,
    )
    prepared = []
    for entry in entries:
        track = tracks[entry["id"]]
        group, split = division.places[track.id]
        silent = tuple((start, stop) for start, stop in entry.pop("silent"))
        prepared.append(
            PreparedTrack(
                group=group,
                split=split,
                labels=dict(track.labels),
                licence=track.licence,
                silent=silent,
                **entry,
            )
        )
    dropped.sort(key=lambda item: (item.file, item.reason))
    return Outcome(tuple(prepared), tuple(dropped), (*notes, *division.notes))


def finish(folder: Path, source: Path, state: SourceState, plan: Plan, outcome: Outcome) -> None:
    """Write index, report and, last of all, prepared.json; then clear what served the work."""
    lines = to_lines(outcome.tracks)
    write_text(folder / TRACKS, lines)
    write_plain_json(folder / REPORT, report(outcome))
    write_text(folder / REPORT_TEXT, report_text(source, outcome))
    state.write_times(folder)
    numbers = range(len(plan.shards))
    sizes = [shard_path(folder / SHARDS, number).stat().st_size for number in numbers]
    about = {
        "format": FORMAT,
        "version": VERSION,
        "menura": menura.__version__,
        "source": {"name": printable(source.resolve().name), "hash": plan.source},
        "settings": asdict(plan.settings),
        "totals": {
            "tracks": len(outcome.tracks),
            "seconds": round(outcome.seconds, 3),
            "dropped": len(outcome.dropped),
            "splits": outcome.splits(),
        },
        "shard_bytes": sizes,
        "fingerprint": fingerprint_of(lines.encode("ascii")),
    }
    write_plain_json(folder / INDEX, about)
    clear_work(folder)


def clear_work(folder: Path) -> None:
    """Delete what only an unfinished preparation needs."""
    clear_marks(folder / SHARDS)
    clear_temporary(folder / SHARDS)
    clear_temporary(folder)
    (folder / PLAN).unlink(missing_ok=True)


def clear_unfinished(folder: Path) -> None:
    """Delete all of an unfinished preparation, and nothing else that lies in the folder."""
    shards = folder / SHARDS
    if shards.is_dir():
        clear_shards(shards)
        if not any(shards.iterdir()):
            shards.rmdir()
    clear_temporary(folder)
    for name in (TRACKS, TIMES, REPORT, REPORT_TEXT, PLAN):  # while the plan is there, it is ours
        (folder / name).unlink(missing_ok=True)


def _candidate(entry: dict[str, Any], track: Track) -> Candidate:
    seconds = entry["n_samples"] / entry["sample_rate"]
    return Candidate(track.id, track.group, track.labels, track.split, seconds, entry["content"])
