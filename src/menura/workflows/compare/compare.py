"""`menura compare`: many systems trained alike and measured alike, on one page."""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from menura.evaluation.compare.material import Material, material_of
from menura.evaluation.compare.stretches import length_s
from menura.evaluation.compare.ways import WAYS
from menura.foundation.atomic import write_json
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.pages.compare import REAL as REAL_NAME
from menura.pages.compare import compare_page
from menura.prepared import PreparedCorpus
from menura.prepared.locking import alone
from menura.prepared.places import Remote
from menura.prepared.refusals import written_into
from menura.workflows.compare import judging, making
from menura.workflows.compare.apart import Apart, DiedError, FailedError
from menura.workflows.compare.excerpts import ALL_S
from menura.workflows.compare.order import (
    FACTS,
    LOG,
    NOT_ITS_FAULT,
    REASON,
    Entry,
    Order,
    check,
    check_folder,
    each_once,
    entries_of,
    kept_entries,
    note,
    read_json,
    unsuited,
)
from menura.workflows.compare.recordings import recordings
from menura.workflows.compare.results import CSV, JSON, Found, Outcome, failed, write_results
from menura.workflows.compare.starts import note_start
from menura.workflows.compare.story import story_of

PAGE, REAL = "index.html", "real"
_MAKE = "menura.workflows.compare.making:make"
_JUDGE = "menura.workflows.compare.judging:judge"
_LITTLE_ROOM = 20e6  # bytes


@dataclass(frozen=True)
class CompareResult:
    """page, results, table: what was written. ranks: way → system → its mean rank (1 is best).
    failed: system → why it could not be compared."""

    page: Path
    results: Path
    table: Path
    ranks: Mapping[str, Mapping[str, float]]
    failed: Mapping[str, str]


def compare(
    corpus: Path | str,
    out: Path | str,
    *,
    recipes: Sequence[str] = (),
    minutes: float = 5.0,
    preset: str = "laptop",
    clips: int = 16,
    seconds: float = 10.0,
    page_seconds: float = ALL_S,
    seed: int = 0,
    reporter: Reporter | None = None,
) -> CompareResult:
    """Train every recipe on one corpus for the same minutes, make as much music with each in every
    way it can, measure all of it, and write `out`/index.html, results.json and results.csv.

    corpus: a prepared folder or its URL, or a raw folder. recipes: names, or NAME:PRESET where the
    preset is not `preset`, with @RUN behind it where it sets off from the system in that folder;
    none takes every recipe that is trained here, from nothing. minutes: of training, all stages
    together; what was learnt before by another is told apart. clips, seconds: what is made, and
    how long each. page_seconds: of sound on the page, all together; less makes it smaller. seed: of
    everything.

    Each system works in a process of its own, one at a time. One that fails is a row with its
    reason. What is done stays: the same call goes on where it was stopped, tries again what failed,
    and with other recipes adds them to those that are there.
    Raises UsageError for wrong words before anything is begun; MenuraError where `out` holds
    something else or cannot be written, and for a corpus that nothing can be measured by.
    """
    check(minutes, clips, seconds, page_seconds)
    entries = entries_of(recipes, preset)
    out, reporter = Path(out), reporter or Reporter()
    check_folder(out)
    with _held(out):
        prepared = recordings(corpus, out, entries, reporter)
        # Refuses what nothing can be measured by, before hours of training.
        material = material_of(prepared, clips, seconds, seed)
        _say_short(material, reporter)
        order = Order(prepared.fingerprint, float(minutes), clips, float(seconds), seed)
        note(out, order)
        work = _Work(str(_place(prepared)), order, out, preset, reporter)
        made = work.all_made([*entries, *kept_entries(out, reporter)], prepared)
        outcomes, real = work.all_judged(made)
        found = Found(
            order,
            printable(str(prepared.about["source"]["name"])),
            prepared.licences(),
            material,
            tuple(outcomes),
            real,
        )
        write_results(out, found)
        reporter.progress(0, 0, "writing the page")
        page = compare_page(story_of(found, out, page_seconds)).write(out / PAGE)
    reporter.say(f"Open this page in a browser: {printable(str(page.resolve()))}")
    ranks = {way: found.ranks(way) for way in found.ways()}
    return CompareResult(page, out / JSON, out / CSV, ranks, failed(outcomes))


def _say_short(material: Material, reporter: Reporter) -> None:
    """What is shorter than the clips is measured less, and so is real music in its place."""
    short = [stretch for stretch in material.held_out if length_s(stretch) < material.seconds]
    if 2 * len(short) > len(material.held_out):
        median_s = sorted(map(length_s, material.held_out))[len(material.held_out) // 2]
        reporter.warn(
            f"most held-out recordings are shorter than clips of {material.seconds:g} s: what "
            f"real music scores rests on less sound than what systems score; --seconds "
            f"{median_s:g} makes them alike"
        )


class _Work:
    """The two rounds of a comparison: all made, then all measured."""

    def __init__(
        self, corpus: str, order: Order, out: Path, preset: str, reporter: Reporter
    ) -> None:
        self._corpus, self._order, self._out = corpus, order, out
        self._preset, self._reporter = preset, reporter

    def all_made(self, entries: Sequence[Entry], prepared: PreparedCorpus) -> list[Outcome]:
        """Every system, trained and asked for what it can make; or why not."""
        wanted = each_once(entries)
        outcomes = []
        for number, entry in enumerate(wanted, 1):
            name = entry.name(self._preset)
            teller = _Named(self._reporter, f"{number}/{len(wanted)} {name}")
            reason = unsuited(entry, prepared) or self._begun_otherwise(entry)
            if reason is not None:
                teller.warn(reason)
                _note_reason(entry.folder(self._out), reason)
                outcomes.append(Outcome(entry, name, reason=reason))
                continue
            outcomes.append(self._made(entry, name, teller))
        return outcomes

    def all_judged(self, made: Sequence[Outcome]) -> tuple[list[Outcome], dict[str, Any]]:
        """The same with their scores, and those of real music."""
        done = {way for one in made for way in one.ways_made()}
        ways = tuple(way for way in WAYS if way in done)
        if not ways:
            return list(made), {}
        with Apart(_JUDGE, self._out / LOG) as child:
            real = self._judged_real(child, ways)
            return [self._judged(one, child) for one in made], real

    def _begun_otherwise(self, entry: Entry) -> str | None:
        folder = entry.folder(self._out)
        try:
            note_start(entry, folder)
        except MenuraError as error:
            return self._reason(error, folder)
        return None

    def _made(self, entry: Entry, name: str, teller: Reporter) -> Outcome:
        folder, order = entry.folder(self._out), self._order
        facts = read_json(folder / FACTS)
        if facts is not None:
            teller.say("made already")
            return Outcome(entry, name, facts)
        if before := read_json(folder / REASON):
            teller.say(f"trying again; it failed before ({before.get('reason')})")
        task = making.Task(
            self._corpus,
            str(folder),
            entry.recipe,
            entry.preset,
            order.minutes,
            order.clips,
            order.seconds,
            order.seed,
            entry.start,
        )
        reason = ""
        try:
            with Apart(_MAKE, folder / LOG) as child:
                facts = child.do(making.as_payload(task), teller)
        except (FailedError, DiedError) as error:
            reason = self._reason(error, folder)
        if reason:
            teller.warn(f"failed: {reason}")
            _note_reason(folder, reason)
            return Outcome(entry, name, reason=reason)
        (folder / REASON).unlink(missing_ok=True)
        return Outcome(entry, name, facts)

    def _judged(self, one: Outcome, child: Apart) -> Outcome:
        if one.reason:
            return one
        folder = one.entry.folder(self._out)
        try:
            scores = child.do(self._judging(folder, ()), _Named(self._reporter, one.name))
        except (FailedError, DiedError) as error:
            reason = f"could not be measured: {self._reason(error, folder)}"
            self._reporter.warn(f"{one.name}: {reason}")
            return Outcome(one.entry, one.name, one.facts, reason=reason)
        return Outcome(one.entry, one.name, one.facts, scores)

    def _judged_real(self, child: Apart, ways: tuple[str, ...]) -> dict[str, Any]:
        """With the reason where it could not be measured: hours of training must not be lost for
        that."""
        folder, teller = self._out / REAL, _Named(self._reporter, REAL_NAME)
        try:
            return child.do(self._judging(folder, ways), teller)
        except (FailedError, DiedError) as error:
            reason = self._reason(error, folder)
            teller.warn(f"could not be measured: {reason}")
            return {"scores": {}, "reason": reason}

    def _judging(self, folder: Path, ways: tuple[str, ...]) -> dict[str, Any]:
        order = self._order
        task = judging.Task(
            *(self._corpus, str(folder), order.clips, order.seconds, order.seed, ways)
        )
        return judging.as_payload(task)

    def _reason(self, error: MenuraError, folder: Path) -> str:
        """In words that a page may pass on: places are told from the comparison's own folder.

        Raises OSError where it is the machine's trouble, and everybody's.
        """
        if isinstance(error, FailedError) and error.errno in NOT_ITS_FAULT:
            raise OSError(error.errno, str(error))
        if shutil.disk_usage(self._out).free < _LITTLE_ROOM:
            raise OSError(errno.ENOSPC, "no space left on device")
        words = str(error)
        for out in {str(self._out.resolve()), str(self._out)}:
            words = words.replace(f"{out}{os.sep}", "")
        return words


def _note_reason(folder: Path, reason: str) -> None:
    """By which it stays a row when others join; what was made before tells more."""
    if not (folder / FACTS).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / REASON, {"reason": reason})


class _Named(Reporter):
    """Says whose work it is."""

    def __init__(self, reporter: Reporter, name: str):
        self._reporter, self._name = reporter, name

    def say(self, line: str) -> None:
        self._reporter.say(f"{self._name}: {line}")

    def warn(self, line: str) -> None:
        self._reporter.warn(f"{self._name}: {line}")

    def progress(self, done: float, total: float, line: str) -> None:
        self._reporter.progress(done, total, f"{self._name}: {line}")


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Have the folder, alone, and word what goes wrong while it is written."""
    name = f"--out {printable(str(out))}"

    def busy() -> None:
        raise MenuraError(f"{name}: another comparison is at work in it; wait for it to end")

    again = "start it again"
    with written_into(name, "choose another place, or change its permissions", again):
        out.mkdir(parents=True, exist_ok=True)
        with alone(out, busy):
            yield


def _place(prepared: PreparedCorpus) -> Path | str:
    folder = prepared.folder
    return str(folder) if isinstance(folder, Remote) else folder.resolve()
