"""Maps of sounds beside each other: a point a sound, seen and heard where it is pointed at.

Drawn on canvases by `atlas.js`, which thousands of points need to stay smooth. A point that is
pointed at shows on every map at once. Every sound is in the page, and has a player in a list below
the maps, which works where no script may run.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from menura.pages.markup import data_uri, escape, inline

MOST_VALUES = 18  # of a label: six colours in three shapes
OTHER = "other"
_FULL = 10_000  # a side of a map, in whole numbers
_OUTERMOST = (0.5, 99.5)  # per cent of the points that a map is drawn for; the rest is at its edge


@dataclass(frozen=True)
class Spot:
    """One sound. facts: what is said of it below its name. picture: a small PNG. sound: an mp3
    file; None cannot be heard.

    made: by a system; drawn as a star. twins: numbers of the spots of the same recording.
    """

    name: str
    labels: Mapping[str, str]
    facts: str = ""
    picture: bytes | None = None
    sound: bytes | None = None
    made: bool = False
    twins: tuple[int, ...] = ()


@dataclass(frozen=True)
class Chart:
    """One map. places: number of a spot → where it lies; spots that it has not are not on it."""

    title: str
    places: Mapping[int, tuple[float, float]]
    caption: str = ""


@dataclass(frozen=True)
class Strip:
    """Maps of the same numbers, side by side. without: a map that is not there → why."""

    heading: str
    charts: Sequence[Chart]
    without: Mapping[str, str]


@dataclass(frozen=True)
class Atlas:
    """kinds: of label, that points can be coloured by: by the first, until another is chosen."""

    spots: Sequence[Spot]
    strips: Sequence[Strip]
    kinds: Sequence[str]


def drawn_atlas(atlas: Atlas, number: int) -> str:
    """The maps, what they show as data, and the players. number: of the atlas on its page."""
    strips = "".join(map(_strip, atlas.strips))
    heard = [i for i, spot in enumerate(atlas.spots) if spot.sound is not None]
    data = json.dumps(_data(atlas, number), separators=(",", ":")).replace("<", "\\u003c")
    players = "".join(_player(i, spot, number) for i, spot in enumerate(atlas.spots) if spot.sound)
    return (
        f'<div class="atlas"><p class="note unscripted">The maps are drawn by a script, which '
        "this browser does not run; the players below work without.</p>"
        f'<div class="key"></div>{strips}'
        f'<script type="application/json">{data}</script>'
        f"<details><summary>All {len(heard)} sounds as players</summary>"
        f'<ul class="heard-list">{players}</ul></details></div>'
    )


def values_shown(labels: Sequence[str]) -> list[str]:
    """The values of a label that have a colour of their own, sorted: the most frequent ones."""
    counts = Counter(label for label in labels if label)
    if len(counts) <= MOST_VALUES:
        return sorted(counts)
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    return sorted(ranked[: MOST_VALUES - 1])


def _strip(strip: Strip) -> str:
    charts = "".join(map(_chart, strip.charts))
    missing = "".join(
        f'<p class="absent">No {inline(title)}: {inline(why)}.</p>'
        for title, why in strip.without.items()
    )
    return f'<h3>{inline(strip.heading)}</h3><div class="charts">{charts}</div>{missing}'


def _chart(chart: Chart) -> str:
    said = escape(f"{chart.title}: a map of {len(chart.places)} sounds; arrow keys go from one to "
                  "the next, Enter plays")  # fmt: skip
    return (
        f'<figure class="chart"><canvas tabindex="0" role="application" aria-label="{said}">'
        f"</canvas><figcaption><b>{inline(chart.title)}</b> {inline(chart.caption)}</figcaption>"
        "</figure>"
    )


def _data(atlas: Atlas, number: int) -> dict[str, Any]:
    """What `atlas.js` reads. Keys are short, since there may be thousands of spots."""
    return {
        "kinds": [_kind(atlas, kind) for kind in atlas.kinds],
        "spots": [_spot(spot, f"spot-{number}-{i}") for i, spot in enumerate(atlas.spots)],
        "charts": [_placed(chart) for strip in atlas.strips for chart in strip.charts],
    }


def _kind(atlas: Atlas, kind: str) -> dict[str, Any]:
    """of: for each spot the number of its value; −1 where it has none of those shown."""
    labels = [spot.labels.get(kind, "") for spot in atlas.spots]
    values = values_shown(labels)
    number_of = {value: number for number, value in enumerate(values)}
    return {"name": kind, "values": values, "of": [number_of.get(label, -1) for label in labels]}


def _spot(spot: Spot, player: str) -> dict[str, Any]:
    said = {
        "name": spot.name,
        "labels": {kind: value for kind, value in spot.labels.items() if value},
        "facts": spot.facts,
        "picture": data_uri(spot.picture, "image/png") if spot.picture else "",
        "sound": player if spot.sound else "",
        "made": spot.made,
        "twins": spot.twins,
    }
    return {key: value for key, value in said.items() if value}


def _placed(chart: Chart) -> dict[str, Any]:
    spots = list(chart.places)
    places = np.array([chart.places[spot] for spot in spots], np.float64).reshape(-1, 2)
    low, high = np.percentile(places, _OUTERMOST, axis=0) if spots else (np.zeros(2), np.ones(2))
    # One scale for both axes: distances along them are of one kind.
    half = max(float((high - low).max()) * 0.54, 1e-9)
    shares = (places - (low + high) / 2) / (2 * half) + 0.5
    whole = np.rint(shares.clip(0.012, 0.988) * _FULL).astype(int)
    return {"of": spots, "x": whole[:, 0].tolist(), "y": whole[:, 1].tolist()}


def _player(i: int, spot: Spot, number: int) -> str:
    said = escape(spot.name)
    return (
        f'<li>{said}<audio id="spot-{number}-{i}" controls preload="none" aria-label="{said}" '
        f'src="{data_uri(spot.sound or b"", "audio/mpeg")}"></audio></li>'
    )
