"""From sounds and numbers to the maps of a page."""

import base64
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from menura.evaluation.descriptors.kept import Result
from menura.evaluation.hearing import EXCERPT_S
from menura.evaluation.mapping import Mapped, mapped
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.pages.atlas import Atlas, Chart, Spot, Strip
from menura.pages.corpus import Alike, MapsStory
from menura.prepared import duplicates
from menura.prepared.duplicates import Listened
from menura.workflows.explore.labels import kinds_of
from menura.workflows.explore.tracks import MADE, SPLIT, Explorable

MOST_KINDS = 8  # of label that a page lets one choose from


@dataclass(frozen=True)
class Numbers:
    """What maps are drawn of. heading: what it is called. rows: id of a sound → its numbers."""

    heading: str
    columns: tuple[str, ...]
    rows: Mapping[str, Float32[np.ndarray, " columns"]]


@dataclass
class Clock:
    """What was done → seconds that it took, in order."""

    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measuring(self, what: str) -> Iterator[None]:
        """Take the time of what is inside."""
        begun = time.perf_counter()
        yield
        self.took[what] = time.perf_counter() - begun


def maps_of(
    tracks: Sequence[Explorable],
    heard: Mapping[str, Result],
    numbers: Sequence[Numbers],
    alike: Sequence[Alike],
    *,
    kind: str,
    seed: int,
    clock: Clock,
    reporter: Reporter,
) -> MapsStory:
    """Maps of each of `numbers`, over the tracks that were heard.

    kind: of label that points are coloured by; "" takes any. clock: is told what took how long.
    """
    number_of = {one.id: number for number, one in enumerate(tracks)}
    strips, dropped, filled, columns = [], {}, {}, {}
    for one in numbers:
        placed = [track.id for track in tracks if track.id in one.rows]
        if not placed:
            continue
        values = np.stack([one.rows[name] for name in placed])
        found = mapped(values, one.columns, seed=seed, reporter=reporter)
        for drawn in found.drawn:
            clock.took[f"loading what draws {drawn.title}"] = drawn.ready_s
        for drawn in found.drawn:
            clock.took[f"{drawn.title} ({one.heading})"] = drawn.seconds
        strips.append(_strip(one.heading, found, [number_of[name] for name in placed]))
        columns[one.heading] = len(found.table.columns)
        dropped[one.heading], filled[one.heading] = found.table.dropped, found.table.filled
    twins = _twins(alike, number_of)
    spots = [
        _spot(track, heard[track.id], twins.get(number, ())) for number, track in enumerate(tracks)
    ]
    return MapsStory(
        Atlas(spots, strips, _kinds(tracks, kind)),
        columns,
        dropped,
        filled,
        sum(spot.sound is not None for spot in spots),
        EXCERPT_S,
        clock.took,
    )


def alike_among(tracks: Sequence[Explorable], heard: Mapping[str, Result]) -> list[Alike]:
    """Pairs that hold the same recording, the longest first."""
    known = {track.id: track for track in tracks}
    listened = [
        Listened(
            track.id,
            track.id,
            track.split,
            heard[track.id]["content"],
            heard[track.id]["seconds"],
            heard[track.id]["words"],
        )
        for track in tracks
    ]
    pairs = [
        Alike(
            printable(pair.first),
            printable(pair.second),
            pair.seconds,
            pair.exact,
            (known[pair.first].split or "", known[pair.second].split or ""),
        )
        for pair in duplicates.alike(listened, within_groups=True)
    ]
    return sorted(pairs, key=lambda pair: (-pair.seconds, pair.first, pair.second))


def form_of(heard: Result) -> str:
    """Rate and channels in words."""
    channels = {1: "mono", 2: "stereo"}.get(heard["n_channels"], f"{heard['n_channels']} channels")
    return f"{heard['sample_rate']} Hz {channels}"


def _strip(heading: str, found: Mapped, spots: Sequence[int]) -> Strip:
    charts = [
        Chart(
            drawn.title,
            {spot: (float(x), float(y)) for spot, (x, y) in zip(spots, drawn.points, strict=True)},
            "; ".join((*drawn.remarks, f"{drawn.seconds:.1f} s")),
        )
        for drawn in found.drawn
    ]
    return Strip(heading, charts, found.left_out)


def _spot(track: Explorable, heard: Result, twins: tuple[int, ...]) -> Spot:
    lufs = heard["lufs"]
    loudness = "too quiet to measure" if lufs is None else f"{lufs:.1f} LUFS".replace("-", "−")
    labels = {kind: printable(value) for kind, value in track.labels.items()}
    if track.split:
        labels[SPLIT] = track.split
    return Spot(
        printable(track.id.removeprefix(MADE) if track.made else track.id),
        labels,
        f"{heard['seconds']:.1f} s, {loudness}, {form_of(heard)}",
        base64.b64decode(heard["picture"]),
        None if heard["sound"] is None else base64.b64decode(heard["sound"]),
        track.made,
        twins,
    )


def _twins(alike: Sequence[Alike], number_of: Mapping[str, int]) -> dict[int, tuple[int, ...]]:
    """Number of a spot → those of its twins that are on the maps too. Pairs are known by the names
    that pages show."""
    shown = {printable(name): number for name, number in number_of.items()}
    twins: dict[int, tuple[int, ...]] = {}
    for pair in alike:
        if pair.first not in shown or pair.second not in shown:
            continue
        first, second = shown[pair.first], shown[pair.second]
        twins[first] = (*twins.get(first, ()), second)
        twins[second] = (*twins.get(second, ()), first)
    return twins


def _kinds(tracks: Sequence[Explorable], chosen: str) -> list[str]:
    """Kinds to choose from: the chosen one, those of the fewest values, and the split."""
    real = [track for track in tracks if not track.made]
    values = kinds_of([track.labels for track in real])
    others = sorted(
        (kind for kind, found in values.items() if kind != chosen and 1 < len(found) < len(real)),
        key=lambda kind: (len(values[kind]), kind),
    )
    kinds = [*([chosen] if chosen else []), *others[:MOST_KINDS]]
    if any(track.split for track in real) and SPLIT not in kinds:
        kinds.append(SPLIT)
    return kinds
