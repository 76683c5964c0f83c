"""A preparation from its plan to its end, by one process at a time, gone on with after a kill."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from menura.corpora import Dropped, Found, Track
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.appending import APPENDING, add, take_back
from menura.prepared.corpus import PreparedCorpus, is_finished, is_remains, is_unfinished
from menura.prepared.engines import Engine
from menura.prepared.finishing import clear_unfinished, clear_work, finish, gather
from menura.prepared.index import (
    INDEX,
    SHARDS,
    Part,
    check_version,
    damaged,
    read_about,
    read_parts,
    read_shards,
)
from menura.prepared.locking import LOCK, alone
from menura.prepared.marks import clear_temporary, is_temporary, read_mark
from menura.prepared.outcome import Outcome, nothing_usable, read_report, say_dropped, say_kept
from menura.prepared.planning import PLAN, Plan, Settings, make_plan, read_plan
from menura.prepared.refusals import written_into
from menura.prepared.repairing import damaged_shards, make_again
from menura.prepared.sources import SourceState

_PROBE = "menura.prepared.building:probe_files"
_BUILD = "menura.prepared.building:build_shard"
_FILES_PROBED_AT_ONCE = 16  # few enough that all workers start while headers are looked at


def build(
    source: Path,
    out: Path,
    found: Found,
    settings: Settings,
    *,
    engine: Engine,
    resume: bool,
    reporter: Reporter,
    append: bool = False,
) -> Outcome:
    """Bring the tracks that a corpus `found` in `source` into the folder `out`.

    engine: does the work on the files; it is begun.

    What `out` holds already, made of the same source with the same settings, is not made again;
    files that look edited since (they have another time of last change) are named in a warning.
    resume: go on where an interrupted run stopped; the result is the same, byte for byte. Of a
    finished corpus, what was damaged since is made again.
    append: add the tracks to the prepared corpus that `out` holds; the outcome is of the whole.

    Raises MenuraError when no file can be used, when `out` is in the way or cannot be written,
    and when another process is preparing into it.
    """
    elsewhere = replace(found, dropped=tuple(_dropped_elsewhere(found, source, out)))
    place = out / APPENDING if append else out
    work = _Preparation(source, place, elsewhere, settings, engine, resume, reporter)
    return work.appended(out) if append else work.outcome()


def _dropped_elsewhere(found: Found, source: Path, out: Path) -> Iterator[Dropped]:
    """What was left out, but for `out` itself and the folders around it: they may lie in the
    source only because this very preparation was begun before."""
    place = out.resolve()
    for item in found.dropped:
        if not (item.file.endswith("/") and place.is_relative_to((source / item.file).resolve())):
            yield item


class AnotherSourceError(MenuraError):
    """The folder holds a corpus that was prepared, and not from what it is to be prepared from."""


@dataclass
class _Preparation:
    source: Path
    out: Path
    found: Found
    settings: Settings
    engine: Engine
    resume: bool
    reporter: Reporter
    name: str = field(init=False)
    state: SourceState = field(init=False)
    tracks: dict[str, Track] = field(init=False)

    def __post_init__(self) -> None:
        self.name = printable(str(self.out))
        self.state = SourceState.of(self.found.tracks)
        self.tracks = {track.id: track for track in self.found.tracks}

    def outcome(self) -> Outcome:
        """Of what is there, or else is made now."""
        busy = any((self.out / name).is_file() for name in (PLAN, LOCK))
        if is_finished(self.out) and not busy:  # nothing is written: it may be read-only
            return self._already()
        with _held(self.out):
            if is_finished(self.out):  # but its last traces were not cleared
                clear_work(self.out)
                return self._already()
            plan, outcome = self._made()
            finish(self.out, self.source, self.state, plan, outcome)
            say_kept(self.out, outcome, self.reporter)
            return outcome

    def appended(self, folder: Path) -> Outcome:
        """Of the corpus in `folder` once the tracks are in it; `self.out` is a folder in there."""
        corpus = PreparedCorpus.open(folder)
        if self._added_to(corpus, folder) and not self.out.exists():
            return self._said_already(folder, corpus)  # nothing is written: it may be read-only
        with _held(folder):
            corpus = PreparedCorpus.open(folder)
            if self._added_to(corpus, folder):  # but its last traces were not cleared
                clear_unfinished(self.out)
                with suppress(OSError):
                    self.out.rmdir()
                return self._said_already(folder, corpus)
            take_back(folder, len(corpus.facts), self.out)
            with _held(self.out):
                plan, outcome = self._made()
                whole = add(
                    corpus, folder, self.out, self.source, self.state, plan, outcome, self.tracks
                )
                self.reporter.say(f"added from {printable(str(self.source))}: {outcome.summary()}")
                say_kept(folder, whole, self.reporter)
                return whole

    def _added_to(self, corpus: PreparedCorpus, folder: Path) -> bool:
        """Whether the corpus holds this source. Recordings of one length, numbered alike, have
        equal names and sizes in other folders too: the folder's own name must be the same."""
        found = self._part_of(folder, corpus.about)
        return found is not None and found[0].name == printable(self.source.resolve().name)

    def _made(self) -> tuple[Plan, Outcome]:
        """All shards, from those that an interrupted run has left; only the index is missing."""
        self._check_engine()
        plan = self._resumed_plan() or self._new_plan()
        self._build(plan)
        outcome = gather(self.out, plan, self.tracks)
        say_dropped(outcome, self.reporter)
        if not outcome.tracks:
            clear_unfinished(self.out)
            raise nothing_usable(self.source, outcome)
        return plan, outcome

    def _already(self) -> Outcome:
        """The outcome of what is there, when it is what would be made."""
        if self.resume:
            self._repair()
        corpus = PreparedCorpus.open(self.out)
        if self._part_of(self.out, corpus.about) is None:
            raise AnotherSourceError(
                f"{self.name} holds a prepared corpus made from another source or with other "
                "settings; add this source to it with --append, name another --out, or delete it "
                "first"
            )
        return self._said_already(self.out, corpus)

    def _said_already(self, folder: Path, corpus: PreparedCorpus) -> Outcome:
        """The outcome of a corpus that holds this source; edits since are named."""
        name, part = printable(str(folder)), self._part_of(folder, corpus.about)
        self.reporter.say(f"{name} is already prepared from this source with these settings")
        if changed := self.state.changed_since(folder, part[0].prefix if part else ""):
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            self.reporter.warn(
                f"changed in the source since {name} was prepared, by the files' times: "
                f"{', '.join(map(printable, changed[:3]))}{more}; what was prepared then is used; "
                "to take in an edit, delete it and prepare again"
            )
        return read_report(folder, corpus.tracks)

    def _part_of(self, folder: Path, about: dict[str, Any]) -> tuple[Part, range] | None:
        """The part of a corpus that was made from this source with these settings, and the
        numbers of its shards; where several could be, the one from a folder of its name."""
        same, first = [], 0
        for part in read_parts(folder, about):
            if (part.hash, part.settings) == (self.state.facts, self.settings):
                same.append((part, range(first, first + part.n_shards)))
            first += part.n_shards
        name = printable(self.source.resolve().name)
        return min(same, key=lambda found: found[0].name != name, default=None)

    def _repair(self) -> None:
        """Make shards of this source again that are not as they were written."""
        about = read_about(self.out) or {}
        check_version(self.out, about)
        facts, found = read_shards(self.out, about), self._part_of(self.out, about)
        if found is None:
            return
        numbers = damaged_shards(self.out, facts, found[1], self.reporter)
        if not numbers:
            return
        first = found[1].start
        with _held(self.out):
            self._check_engine()
            self.reporter.say(f"making {len(numbers)} of {len(facts)} parts again")
            plan = self._planned()
            wanted = [number for number in numbers if number - first < len(plan.shards)]

            def make(folder: Path) -> None:
                payloads = [self._payload(plan, folder, n - first) | {"shard": n} for n in wanted]
                self._build_all(payloads)

            make_again(self.out, facts, wanted, make)

    def _check_engine(self) -> None:
        """Workers must see what this process sees; any file of the source shows whether."""
        seen = next((track for track in self.tracks.values() if track.path.is_file()), None)
        if seen is not None:
            self.engine.check(seen.path.absolute(), self.out.resolve())

    def _resumed_plan(self) -> Plan | None:
        """The plan of an interrupted run; None when a new one must be made."""
        if all(path.name == LOCK or is_temporary(path) for path in self.out.iterdir()):
            return None
        if not is_unfinished(self.out):
            if is_remains(self.out):
                raise damaged(self.out, INDEX)
            raise MenuraError(f"{self.name} is not empty; name a new folder for --out, or empty it")
        if not self.resume:
            raise MenuraError(
                f"{self.name} holds an unfinished preparation; add --resume, or delete it"
            )
        plan = read_plan(self.out)
        if plan is None:
            changed = "the plan of the interrupted run cannot be used"
        elif plan.settings != self.settings:
            changed = "the settings are not those of the interrupted run"
        elif plan.listing != self.state.listing:
            changed = "the source has changed since the interrupted run"
        else:
            n_shards = len(plan.shards)
            done = n_shards - len(self._missing(plan))
            self.reporter.say(f"going on: {done} of {n_shards} parts are done")
            return plan
        self.reporter.warn(f"{changed}; starting anew")
        clear_unfinished(self.out)
        return None

    def _new_plan(self) -> Plan:
        plan = self._planned()
        plan.write(self.out)
        return plan

    def _planned(self) -> Plan:
        files = [self._file(name) for name in self.tracks]
        payloads: list[dict[str, Any]] = [
            {"files": files[start : start + _FILES_PROBED_AT_ONCE]}
            for start in range(0, len(files), _FILES_PROBED_AT_ONCE)
        ]
        sizes: dict[str, int] = {}
        refused: dict[str, str] = {}
        with closing(self.engine.results(_PROBE, payloads)) as results:
            for _, result in results:
                sizes |= result["bytes"]
                refused |= result["dropped"]
                seen = len(sizes) + len(refused)
                self.reporter.progress(seen, len(files), "looking at the files")
        return make_plan(self.settings, self.found, self.state, sizes, refused)

    def _build(self, plan: Plan) -> None:
        """Build the shards that are not there yet."""
        folder = self.out / SHARDS
        folder.mkdir(exist_ok=True)
        clear_temporary(self.out)
        clear_temporary(folder)
        try:
            self._build_all([self._payload(plan, folder, n) for n in self._missing(plan)])
        finally:
            clear_temporary(folder)  # half-made shards would only take room

    def _payload(self, plan: Plan, folder: Path, number: int) -> dict[str, Any]:
        """What a worker is told of one shard."""
        return {
            "folder": str(folder.resolve()),
            "shard": number,
            "files": [self._file(name) for name in plan.shards[number]],
            "min_seconds": plan.settings.min_seconds,
            "trim_silence_db": plan.settings.trim_silence_db,
            "fingerprinted": plan.settings.duplicates != "ignore",
        }

    def _build_all(self, payloads: list[dict[str, Any]]) -> None:
        total = sum(len(payload["files"]) for payload in payloads)
        done, started = 0, time.monotonic()
        with closing(self.engine.results(_BUILD, payloads)) as results:
            for index, _ in results:
                done += len(payloads[index]["files"])
                left_s = (time.monotonic() - started) * (total - done) / done
                line = f"preparing, about {_time(left_s)} left"
                self.reporter.progress(done, total, line)

    def _file(self, name: str) -> list[str | None]:
        """A track as workers take it. Links are not followed: errors name what the person knows."""
        track = self.tracks[name]
        score = None if track.score is None else os.path.abspath(track.score)  # noqa: PTH100
        return [name, os.path.abspath(track.path), score]  # noqa: PTH100

    def _missing(self, plan: Plan) -> list[int]:
        """Numbers of the shards that are still to be built."""
        numbers = range(len(plan.shards))
        return [number for number in numbers if read_mark(self.out / SHARDS, number) is None]


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Make the folder and hold it; it is gone again when nothing came into it."""
    name = printable(str(folder))

    def refuse() -> None:
        raise MenuraError(
            f"another process is preparing into {name}; wait for it, or name another --out"
        )

    with written_into(f"--out {name}", "name another folder", "start it again with --resume"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with alone(folder, refuse):
                yield
        finally:
            with suppress(OSError):  # there is something in it
                folder.rmdir()


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
