"""The sounds that `explore` shows: what they are, what they are like in numbers, how they sound."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import Float32

from menura import corpora
from menura.corpora import Dropped, Split
from menura.corpora.fma import track_number
from menura.evaluation import hearing
from menura.evaluation.descriptors.columns import COLUMNS
from menura.evaluation.descriptors.frames import FMA_AXIS_HZ
from menura.evaluation.descriptors.kept import KeptRows, Result
from menura.evaluation.descriptors.reading import read_table
from menura.foundation.cores import n_cores
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.prepared import PreparedCorpus
from menura.prepared.crew import Payload
from menura.prepared.index import SHARDS
from menura.workflows.features import Work, results_of
from menura.workflows.track_places import file_place, file_state, stored_place

MIDDLE_S = 30.0  # of a track, which is described: FMA's clips are as long, and from there
MADE = "generated: "  # begins the id of what a system made
SPLIT = "split"  # a kind of label that prepared corpora have
UNFINISHED, HEARD = "unfinished", "heard.unfinished"

T = TypeVar("T")
Rows = Mapping[str, Float32[np.ndarray, " columns"]]


@dataclass(frozen=True)
class Explorable:
    """A sound. place: where a worker finds it. state: by which it is known to have changed.

    split: None where the corpus has none. made: by a system. of_fma: of a corpus that was prepared
    as FMA. number: of a track of FMA, which its file is named by; None of others.
    """

    id: str
    labels: Mapping[str, str]
    split: Split | None
    place: Payload
    state: str
    made: bool = False
    of_fma: bool = False

    @property
    def number(self) -> int | None:
        path = Path(self.id)
        number = None if self.made else track_number(path.stem)
        as_fma = len(path.stem) == 6 and path.parent.name == path.stem[:3]  # 000/000002.mp3
        return number if as_fma or self.of_fma else None


@dataclass(frozen=True)
class Explorables:
    """Sounds in the order of their ids. name: of what they come from. dropped: what is no sound.
    notes: on what else there is."""

    name: str
    tracks: tuple[Explorable, ...]
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...] = ()

    def some(self, most: int, reporter: Reporter) -> list[Explorable]:
        """At most so many of them, evenly from all; said where there are more."""
        found = evenly(self.tracks, most)
        if len(found) < len(self.tracks):
            n_there = len(self.tracks)
            reporter.say(f"{len(found)} of {n_there} sounds of {printable(self.name)}, evenly")
        return found


@dataclass(frozen=True)
class Described:
    """columns: what the numbers are. rows: id → numbers. dropped: sounds without, and why."""

    columns: tuple[str, ...]
    rows: Rows
    dropped: tuple[Dropped, ...]


def evenly(all_: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly from all of them."""
    step = max(1.0, len(all_) / most)
    return [all_[int(i * step)] for i in range(min(len(all_), most))]


def sounds_of(folder: Path) -> Explorables:
    """The sounds of a prepared corpus or of a folder. Nothing is decoded here.

    Raises MenuraError when there is none.
    """
    if PreparedCorpus.is_prepared(folder):
        return sounds_of_prepared(PreparedCorpus.open(folder), folder)
    found = corpora.load("folder").find(folder)
    tracks = (
        Explorable(
            track.id, track.labels, track.split, file_place(track.path), file_state(track.path)
        )
        for track in found.tracks
    )
    name = folder.absolute().name or str(folder)
    tracks_by_id = tuple(sorted(tracks, key=lambda one: one.id))
    return Explorables(name, tracks_by_id, found.dropped, found.notes)


def sounds_of_prepared(prepared: PreparedCorpus, folder: Path) -> Explorables:
    """The same of a prepared corpus that is open already."""
    shards = os.path.abspath(folder / SHARDS)  # noqa: PTH100
    of_fma = all(part["settings"]["corpus"] == "fma" for part in prepared.about["parts"])
    tracks = sorted(
        (
            Explorable(
                *(track.id, track.labels, track.split, stored_place(track, shards), track.content),
                of_fma=of_fma,
            )
            for track in prepared.tracks
            if track.has_sound
        ),
        key=lambda one: one.id,
    )
    dropped = tuple(
        Dropped(track.id, "notes without sound") for track in prepared.tracks if not track.has_sound
    )
    name = str(prepared.about["source"]["name"])
    if not tracks:
        raise MenuraError(f"{printable(str(folder))} holds notes (MIDI) and no sound to explore")
    return Explorables(name, tuple(tracks), dropped)


def made_in(folder: Path) -> Explorables:
    """The sounds that a system made, in a folder: known by how their ids begin."""
    found = sounds_of(folder)
    made = (replace(one, id=f"{MADE}{one.id}", labels={}, made=True) for one in found.tracks)
    dropped = (Dropped(f"{MADE}{item.file}", item.reason) for item in found.dropped)
    return Explorables(found.name, tuple(made), tuple(dropped))


def described(
    tracks: Sequence[Explorable],
    out: Path,
    table: Path | None,
    workers: int | None,
    reporter: Reporter,
) -> Described:
    """The features of each, at most of the MIDDLE_S in its middle, at 22,050 Hz.

    table: where those of the corpus are read from instead; what a system made is described always.
    What is done is kept beside `out`, until `finished`.
    """
    wanted = [one for one in tracks if one.made or table is None]
    about = {"sample_rate": FMA_AXIS_HZ, "middle_s": MIDDLE_S, "menura": __version__}
    words = {"sample_rate": FMA_AXIS_HZ, "middle_s": MIDDLE_S}
    work = Work(
        {one.id: one.state for one in wanted},
        {one.id: {"id": one.id, **words, **one.place} for one in wanted},
        (),
    )
    results = results_of(work, KeptRows(beside(out, UNFINISHED), about), cores(workers), reporter)
    columns = tuple(column.flat for column in COLUMNS)
    rows = {
        name: np.array(result["values"], np.float32)
        for name, result in results.items()
        if "values" in result
    }
    dropped = [Dropped(one.id, results[one.id]["dropped"]) for one in wanted
               if "dropped" in results[one.id]]  # fmt: skip
    if table is None:
        return Described(columns, rows, tuple(dropped))
    of_table = _of_table([one for one in tracks if not one.made], table)
    both = tuple(name for name in of_table.columns if name in columns or not rows)
    told = [of_table.columns.index(name) for name in both]
    made = [columns.index(name) for name in both] if rows else []
    joined = {name: row[told] for name, row in of_table.rows.items()}
    joined |= {name: row[made] for name, row in rows.items()}
    return Described(both, joined, (*dropped, *of_table.dropped))


def _of_table(tracks: Sequence[Explorable], path: Path) -> Described:
    """Rows of a table, by the ids of tracks as they are written there, or by FMA's numbers."""
    by_name = {printable(one.id): one.id for one in tracks}
    by_number = {str(one.number): one.id for one in tracks if one.number is not None}
    known = {**by_number, **by_name}
    table = read_table(path, known.__contains__)
    rows = {known[name]: row for name, row in table.rows.items()}
    if not rows:
        raise MenuraError(
            f"--features {printable(str(path))} has no row of the sounds here; make it of the same "
            "corpus, or leave it out"
        )
    reason = f"has no row in {printable(path.name)}"
    dropped = tuple(Dropped(one.id, reason) for one in tracks if one.id not in rows)
    return Described(table.columns, rows, dropped)


def heard(
    tracks: Sequence[Explorable],
    with_sound: Collection[str],
    out: Path,
    workers: int | None,
    reporter: Reporter,
) -> dict[str, Result]:
    """Id → what `evaluation.hearing.hear_track` heard, or {"dropped": why}.

    with_sound: ids of those whose excerpt goes into the page. What is done is kept beside `out`.
    """
    about = {"excerpt_s": hearing.EXCERPT_S, "menura": __version__}
    work = Work(
        {one.id: f"{one.state} {one.id in with_sound}" for one in tracks},
        {one.id: {"id": one.id, "excerpt": one.id in with_sound, **one.place} for one in tracks},
        (),
    )
    kept = KeptRows(beside(out, HEARD), about, lambda result: bool(result["picture"]))
    return results_of(
        *(work, kept, cores(workers), reporter),
        function=hearing.WORK,
        doing="listening to tracks",
        done_before="heard",
    )


def finished(out: Path) -> None:
    """Forget what was kept beside `out`: the page is written."""
    for ending in (UNFINISHED, HEARD):
        beside(out, ending).unlink(missing_ok=True)


def beside(out: Path, ending: str) -> Path:
    """Where unfinished work for `out` is kept."""
    return out.with_name(f"{out.name}.{ending}")


def cores(workers: int | None) -> int:
    """How many processes to work with."""
    return workers or n_cores()
