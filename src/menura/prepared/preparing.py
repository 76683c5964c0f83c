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
from menura.prepared.corpus import (
    INDEX,
    SHARDS,
    PreparedCorpus,
    damaged,
    is_finished,
    is_remains,
    is_unfinished,
)
from menura.prepared.crew import Crew
from menura.prepared.finishing import clear_unfinished, clear_work, finish, gather
from menura.prepared.locking import LOCK, alone
from menura.prepared.marks import clear_temporary, is_temporary, read_mark
from menura.prepared.outcome import Outcome, nothing_usable, read_report, say_dropped, say_kept
from menura.prepared.planning import PLAN, Plan, Settings, make_plan, read_plan
from menura.prepared.refusals import written_into
from menura.prepared.sources import SourceState

_PROBE = "menura.prepared.building:probe_files"
_BUILD = "menura.prepared.building:build_shard"
_FILES_PROBED_AT_ONCE = 64


def build(
    source: Path,
    out: Path,
    found: Found,
    settings: Settings,
    *,
    n_workers: int,
    resume: bool,
    reporter: Reporter,
) -> Outcome:
    """Bring the tracks that a corpus `found` in `source` into the folder `out`.

    What `out` holds already, made of the same source with the same settings, is not made again;
    files that look edited since (they have another time of last change) are named in a warning.
    resume: go on where an interrupted run stopped; the result is the same, byte for byte.

    Raises MenuraError when no file can be used, when `out` is in the way or cannot be written,
    and when another process is preparing into it.
    """
    elsewhere = replace(found, dropped=tuple(_dropped_elsewhere(found, source, out)))
    work = _Preparation(source, out, elsewhere, settings, n_workers, resume, reporter)
    return work.outcome()


def _dropped_elsewhere(found: Found, source: Path, out: Path) -> Iterator[Dropped]:
    """What was left out, but for `out` itself and the folders around it: they may lie in the
    source only because this very preparation was begun before."""
    place = out.resolve()
    for item in found.dropped:
        if not (item.file.endswith("/") and place.is_relative_to((source / item.file).resolve())):
            yield item


@dataclass
class _Preparation:
    source: Path
    out: Path
    found: Found
    settings: Settings
    n_workers: int
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
        with self._held():
            if is_finished(self.out):  # but its last traces were not cleared
                clear_work(self.out)
                return self._already()
            plan = self._resumed_plan() or self._new_plan()
            self._build(plan)
            outcome = gather(self.out, plan, self.tracks)
            say_dropped(outcome, self.reporter)
            if not outcome.tracks:
                clear_unfinished(self.out)
                raise nothing_usable(self.source, outcome)
            finish(self.out, self.source, self.state, plan, outcome)
            say_kept(self.out, outcome, self.reporter)
            return outcome

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Make the folder and hold it; it is gone again when nothing came into it."""

        def refuse() -> None:
            raise MenuraError(
                f"another process is preparing into {self.name}; wait for it, or name another --out"
            )

        with written_into(
            f"--out {self.name}", "name another folder", "start it again with --resume"
        ):
            self.out.mkdir(parents=True, exist_ok=True)
            try:
                with alone(self.out, refuse):
                    yield
            finally:
                with suppress(OSError):  # there is something in it
                    self.out.rmdir()

    def _already(self) -> Outcome:
        """The outcome of what is there, when it is what would be made."""
        prepared = PreparedCorpus.open(self.out)
        same = (
            prepared.about["settings"] == vars(self.settings)
            and prepared.about["source"]["hash"] == self.state.facts
        )
        if not same:
            raise MenuraError(
                f"{self.name} holds a prepared corpus made from another source or with other "
                "settings; name another --out, or delete it first"
            )
        self.reporter.say(f"{self.name} is already prepared from this source with these settings")
        if changed := self.state.changed_since(self.out):
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            self.reporter.warn(
                f"changed in the source since {self.name} was prepared, by the files' times: "
                f"{', '.join(map(printable, changed[:3]))}{more}; what was prepared then is used; "
                "to take in an edit, delete it and prepare again"
            )
        return read_report(self.out, prepared.tracks)

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
        files = [self._file(name) for name in self.tracks]
        payloads: list[dict[str, Any]] = [
            {"files": files[start : start + _FILES_PROBED_AT_ONCE]}
            for start in range(0, len(files), _FILES_PROBED_AT_ONCE)
        ]
        sizes: dict[str, int] = {}
        refused: dict[str, str] = {}
        with closing(Crew(_PROBE, self.n_workers).results(payloads)) as results:
            for _, result in results:
                sizes |= result["bytes"]
                refused |= result["dropped"]
                seen = len(sizes) + len(refused)
                self.reporter.progress(seen, len(files), "looking at the files")
        plan = make_plan(self.settings, self.found, self.state, sizes, refused)
        plan.write(self.out)
        return plan

    def _build(self, plan: Plan) -> None:
        """Build the shards that are not there yet."""
        folder = self.out / SHARDS
        folder.mkdir(exist_ok=True)
        clear_temporary(self.out)
        clear_temporary(folder)
        payloads: list[dict[str, Any]] = [
            {
                "folder": str(folder.resolve()),
                "shard": number,
                "files": [self._file(name) for name in plan.shards[number]],
                "min_seconds": plan.settings.min_seconds,
            }
            for number in self._missing(plan)
        ]
        total = sum(len(payload["files"]) for payload in payloads)
        done, started = 0, time.monotonic()
        try:
            with closing(Crew(_BUILD, self.n_workers).results(payloads)) as results:
                for index, _ in results:
                    done += len(payloads[index]["files"])
                    left_s = (time.monotonic() - started) * (total - done) / done
                    line = f"preparing, about {_time(left_s)} left"
                    self.reporter.progress(done, total, line)
        finally:
            clear_temporary(folder)  # half-made shards would only take room

    def _file(self, name: str) -> list[str]:
        """A track as workers take it. Links are not followed: errors name what the person knows."""
        return [name, os.path.abspath(self.tracks[name].path)]  # noqa: PTH100

    def _missing(self, plan: Plan) -> list[int]:
        """Numbers of the shards that are still to be built."""
        numbers = range(len(plan.shards))
        return [number for number in numbers if read_mark(self.out / SHARDS, number) is None]


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
