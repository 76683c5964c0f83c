"""All maps of a table of numbers, each with the time it took, or why it is not there."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from menura.evaluation import maps
from menura.evaluation.maps import Points
from menura.evaluation.standardising import Standardised, standardised
from menura.foundation import seeds
from menura.foundation.reporting import Reporter


@dataclass(frozen=True)
class Drawn:
    """One map. seconds: that it took. ready_s: that it took before the first one in this process
    could be drawn, for a library to be loaded and compiled."""

    name: str
    title: str
    points: Points
    remarks: tuple[str, ...]
    seconds: float
    ready_s: float


@dataclass(frozen=True)
class Mapped:
    """Maps of one table. left_out: title of a map → why it is not there."""

    table: Standardised
    drawn: tuple[Drawn, ...]
    left_out: dict[str, str]


def mapped(
    values: Float[np.ndarray, "points columns"],
    names: Sequence[str],
    *,
    seed: int,
    reporter: Reporter,
) -> Mapped:
    """Lay the rows of `values` out by every map of the room `maps`.

    names: of the columns. seed: equal seeds give equal maps. What a map cannot be drawn for is
    said on `reporter`, and stands in `left_out`; the others are drawn.
    """
    table = standardised(values, names)
    drawn: list[Drawn] = []
    left_out: dict[str, str] = {}
    names_of_maps = maps.room.names()
    for number, name in enumerate(names_of_maps):
        way = maps.load(name)
        reporter.progress(number, len(names_of_maps), f"drawing {way.title}")
        reason = _unsuited(way, table)
        if reason is not None:
            left_out[way.title] = reason
            reporter.warn(f"no {way.title}: {reason}")
            continue
        ready_s = _ready(name)
        begun = time.perf_counter()
        laid = way.lay(table.rows, seeds.derive(seed, "map", name))
        seconds = time.perf_counter() - begun
        drawn.append(Drawn(name, way.title, laid.points, laid.remarks, seconds, ready_s))
    return Mapped(table, tuple(drawn), left_out)


@cache
def _ready(name: str) -> float:
    """Seconds that the first map of a kind takes, of as little as shows its worth."""
    begun = time.perf_counter()
    maps.load(name).lay(np.random.default_rng(0).standard_normal((20, 60)), 0)
    return time.perf_counter() - begun


def _unsuited(way: maps.Map, table: Standardised) -> str | None:
    if not table.columns:
        return "nothing that is known of the sounds tells them apart"
    if len(table.rows) < way.least:
        return f"it takes {way.least} sounds or more, and there are {len(table.rows)}"
    return way.missing()
