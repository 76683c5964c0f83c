"""What is in a corpus: its sounds on maps, counted, and looked through for duplicates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from menura.corpora import Dropped
from menura.corpora.fma import read_echonest
from menura.evaluation.descriptors.kept import Result
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.pages import Page
from menura.pages.corpus import CorpusStory, corpus_page
from menura.workflows.explore.atlas import Clock, Numbers, alike_among, form_of, maps_of
from menura.workflows.explore.labels import chosen_kind, heard_of, kinds_of
from menura.workflows.explore.tracks import (
    MADE,
    Described,
    Explorable,
    Explorables,
    described,
    heard,
    made_in,
    sounds_of,
)

MOST_TRACKS = 10_000
MOST_HEARD = 240
LOW, HIGH = "By low-level features", "By Echonest's high-level features"
MOST_BALANCES = 4
_ECHONEST = ("fma_metadata/echonest.csv", "echonest.csv")


@dataclass(frozen=True)
class Asked:
    """What a person asked for, besides the corpus: see `menura.workflows.explore.explore`."""

    out: Path
    by: str | None = None
    generated: Path | None = None
    features: Path | None = None
    echonest: Path | None = None
    most: int | None = None
    heard: int | None = None
    workers: int | None = None
    seed: int = 0
    reporter: Reporter = field(default_factory=Reporter)


@dataclass(frozen=True)
class Told:
    """A page, and what is said of it beside. tracks, made: sounds on its maps; heard: in it."""

    page: Page
    tracks: int
    made: int
    heard: int
    dropped: tuple[Dropped, ...]
    seconds: Mapping[str, float]


def explore_corpus(corpus: Path, asked: Asked) -> Told:
    """The page of a prepared corpus or of a folder of sound.

    Raises UsageError and MenuraError as `explore` says.
    """
    found = sounds_of(corpus)
    made = made_in(asked.generated) if asked.generated else Explorables("", (), ())
    kind = chosen_kind([one.labels for one in found.tracks], asked.by)
    echonest = _echonest(corpus, asked.echonest, found)
    for note in found.notes:
        asked.reporter.say(note)
    most = asked.most or MOST_TRACKS
    tracks = [one for which in (found, made) for one in which.some(most, asked.reporter)]
    clock = Clock()
    with clock.measuring("describing the sounds"):
        numbers = described(tracks, asked.out, asked.features, asked.workers, asked.reporter)
    strips = [Numbers(LOW, numbers.columns, numbers.rows), *([echonest] if echonest else [])]
    placed = [one for one in tracks if any(one.id in strip.rows for strip in strips)]
    if all(one.made for one in placed):
        raise none_left([item for item in numbers.dropped if not item.file.startswith(MADE)])
    on_maps, results = listened(tracks, placed, kind, clock, asked)
    hearable = [one for one in tracks if "dropped" not in results[one.id]]
    with clock.measuring("looking for duplicates"):
        alike = alike_among(hearable, results)
    maps = maps_of(
        *(on_maps, results, strips, alike),
        kind=kind,
        seed=asked.seed,
        clock=clock,
        reporter=asked.reporter,
    )
    dropped = _dropped((*found.dropped, *made.dropped), numbers, tracks, results)
    real = [one for one in hearable if not one.made]
    n_made = sum(one.made for one in on_maps)
    story = CorpusStory(
        name=printable(found.name),
        n_there=len(found.tracks),
        n_mapped=len(on_maps) - n_made,
        n_made=n_made,
        made_from=printable(made.name),
        maps=maps,
        balance=_balance(found.tracks, kind),
        durations_s=[results[one.id]["seconds"] for one in real],
        lufs=[results[one.id]["lufs"] for one in real],
        forms=Counter(form_of(results[one.id]) for one in real),
        alike=alike,
        left_out=[(printable(item.file), item.reason) for item in dropped],
        notes=[printable(note) for note in found.notes],
    )
    page = corpus_page(story)
    return Told(page, story.n_mapped, n_made, maps.n_heard, dropped, dict(clock.took))


def listened(
    tracks: Sequence[Explorable],
    placed: Sequence[Explorable],
    kind: str,
    clock: Clock,
    asked: Asked,
) -> tuple[list[Explorable], dict[str, Result]]:
    """Those of `placed` that can be heard, and what was heard of all of `tracks`.

    Raises MenuraError where no real sound is left; there must be one in `placed`.
    """
    labels = ["generated" if one.made else one.labels.get(kind, "") for one in placed]
    with_sound = {placed[number].id for number in heard_of(labels, asked.heard or MOST_HEARD)}
    with clock.measuring("listening to the sounds"):
        results = heard(tracks, with_sound, asked.out, asked.workers, asked.reporter)
    on_maps = [one for one in placed if "dropped" not in results[one.id]]
    if all(one.made for one in on_maps):
        real = [one for one in placed if not one.made]
        raise none_left([Dropped(one.id, results[one.id]["dropped"]) for one in real])
    return on_maps, results


def none_left(dropped: Sequence[Dropped]) -> MenuraError:
    """The error where nothing can be shown."""
    first = dropped[0]
    return MenuraError(f"no sound can be explored ({printable(first.file)}: {first.reason})")


def _dropped(
    before: Sequence[Dropped],
    numbers: Described,
    tracks: Sequence[Explorable],
    results: Mapping[str, Result],
) -> tuple[Dropped, ...]:
    """All that is not on the maps, each with the first reason."""
    unheard = [
        Dropped(one.id, results[one.id]["dropped"])
        for one in tracks
        if "dropped" in results[one.id]
    ]
    reasons: dict[str, Dropped] = {}
    for item in (*before, *unheard, *numbers.dropped):
        reasons.setdefault(item.file, item)
    return tuple(sorted(reasons.values(), key=lambda item: item.file))


def _balance(tracks: Sequence[Explorable], chosen: str) -> dict[str, dict[str, dict[str, int]]]:
    """Kind → value → split → how many: of the chosen kind, and a few that are as easily read."""
    values = kinds_of([one.labels for one in tracks])
    others = sorted(
        (kind for kind in values if kind != chosen and 1 < len(values[kind]) < len(tracks)),
        key=lambda kind: (len(values[kind]), kind),
    )
    kinds = ([chosen] if chosen else []) + others
    splits = [name for name in ("train", "valid", "test") if any(t.split == name for t in tracks)]
    balance: dict[str, dict[str, dict[str, int]]] = {}
    for kind in kinds[:MOST_BALANCES]:
        counts: dict[str, dict[str, int]] = {}
        for one in tracks:
            value = printable(one.labels.get(kind, "")) or "–"
            mine = counts.setdefault(value, dict.fromkeys(splits or [""], 0))
            mine[one.split or ""] = mine.get(one.split or "", 0) + 1
        balance[kind] = counts
    return balance


def _echonest(corpus: Path, given: Path | None, found: Explorables) -> Numbers | None:
    """FMA's table of Echonest's features, where it is given, or lies in or beside FMA."""
    file = _echonest_file(corpus, given, found)
    if file is None:
        return None
    table = read_echonest(file)
    rows = {
        one.id: np.array(list(table[one.number].values()), np.float32)
        for one in found.tracks
        if one.number is not None and one.number in table
    }
    if not rows:
        if given is None:
            return None
        raise MenuraError(
            f"--echonest {printable(str(file))} has none of these sounds; they must be FMA's, "
            "named by number (000/000002.mp3)"
        )
    return Numbers(HIGH, tuple(next(iter(table.values()))), rows)


def _echonest_file(corpus: Path, given: Path | None, found: Explorables) -> Path | None:
    if given is not None:
        file = given / "echonest.csv" if given.is_dir() else given
        if not file.is_file():
            raise MenuraError(f"--echonest: there is no file {printable(str(file))}")
        return file
    if all(one.number is None for one in found.tracks):
        return None
    places = (corpus, corpus.absolute().parent)
    files = (place / name for place in places for name in _ECHONEST)
    return next((file for file in files if file.is_file()), None)
