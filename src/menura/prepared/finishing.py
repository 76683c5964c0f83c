"""The end of a preparation: from finished shards to an index, splits and a report."""

from pathlib import Path
from typing import Any

from menura.corpora import Dropped, Track
from menura.foundation.atomic import write_text
from menura.foundation.printable import printable
from menura.prepared.duplicates import Listened, Policy, alike, among_kept, superfluous
from menura.prepared.fingerprints import FINGERPRINTS, keep, marked
from menura.prepared.index import SHARDS, TRACKS, Part, ShardFacts, write_index
from menura.prepared.marks import (
    clear_marks,
    clear_shards,
    clear_temporary,
    read_mark,
    write_plain_json,
)
from menura.prepared.outcome import REPORT, REPORT_TEXT, Outcome, report, report_text
from menura.prepared.planning import PLAN, Plan
from menura.prepared.sources import TIMES, SourceState
from menura.prepared.splitting import Candidate, divide
from menura.prepared.tracks import PreparedTrack, seconds_of, to_lines


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
    cut_s = [entry.pop("cut_s", 0.0) for entry in entries]
    notes.extend(_cut_notes(cut_s, plan.settings.trim_silence_db))
    heard = [_listened(entry, tracks[entry["id"]]) for entry in entries]
    doubles, pairs = _doubles(heard, plan.settings.duplicates)
    dropped.extend(
        Dropped(name, f"the same recording as {printable(other)}, which is kept")
        for name, other in doubles.items()
    )
    entries = [entry for entry in entries if entry["id"] not in doubles]
    division = divide(
        [
            _candidate(it, tracks[it.id], plan.settings.duplicates)
            for it in heard
            if it.id not in doubles
        ],
        plan.settings.held_out,
        plan.settings.seed,
        pairs,
    )
    prepared = []
    for entry in entries:
        track = tracks[entry["id"]]
        group, split = division.places[track.id]
        silent = tuple((start, stop) for start, stop in entry.pop("silent"))
        score = entry.pop("score")
        prepared.append(
            PreparedTrack(
                group=group,
                split=split,
                labels=dict(track.labels),
                licence=track.licence,
                silent=silent,
                score=None if score is None else (score[0], score[1]),
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
    write_text(folder / REPORT_TEXT, report_text(source.resolve().name, outcome))
    state.write_times(folder)
    keep(folder, marked(folder, plan))
    part = Part(printable(source.resolve().name), plan.source, plan.settings, len(plan.shards))
    write_index(folder, lines, outcome, [part], shard_facts(folder / SHARDS, plan))
    clear_work(folder)


def shard_facts(shards: Path, plan: Plan) -> list[ShardFacts]:
    """Size and checksum of each shard of `plan`, all of them done, from their marks."""
    marks = [read_mark(shards, number) or {} for number in range(len(plan.shards))]
    return [ShardFacts(mark["bytes"], mark["checksum"]) for mark in marks]


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
    # While the plan is there, it is ours.
    for name in (TRACKS, TIMES, REPORT, REPORT_TEXT, FINGERPRINTS, PLAN):
        (folder / name).unlink(missing_ok=True)


def _listened(entry: dict[str, Any], track: Track) -> Listened:
    seconds = seconds_of(entry["n_samples"], entry["sample_rate"], entry["score_s"])
    words = entry.pop("words", "")
    return Listened(track.id, track.group, track.split, entry["content"], seconds, words)


def _candidate(heard: Listened, track: Track, policy: Policy) -> Candidate:
    content = heard.id if policy == "ignore" else heard.content
    return Candidate(heard.id, heard.group, track.labels, heard.given, heard.seconds, content)


def _doubles(heard: list[Listened], policy: Policy) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Tracks to leave out → what is kept for them, and pairs of one recording among the others."""
    if policy == "ignore":
        return {}, []
    pairs = alike(heard, within_groups=policy == "drop")
    doubles = superfluous(heard, pairs) if policy == "drop" else {}
    return doubles, among_kept(pairs, doubles)


def _cut_notes(cut_s: list[float], trim_db: float | None) -> list[str]:
    if trim_db is None:
        return []
    n_cut = sum(seconds > 0 for seconds in cut_s)
    return [
        f"{sum(cut_s):.1f} s below {trim_db:g} dBFS cut off the ends of {n_cut} of "
        f"{len(cut_s)} files"
    ]
