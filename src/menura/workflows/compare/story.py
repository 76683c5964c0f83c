"""From what a comparison found to what its page tells."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from menura.evaluation import metrics
from menura.evaluation.compare.intervals import COVERAGE
from menura.evaluation.compare.judging import against_of
from menura.evaluation.compare.material import Extent
from menura.evaluation.compare.reported import statements_of
from menura.evaluation.compare.ways import WAYS
from menura.pages.compare import (
    REAL,
    Compared,
    Entrant,
    Heard,
    Measure,
    Reported,
    Tried,
)
from menura.pages.curve import Points
from menura.pages.sortable import Value, figure
from menura.training.tracking import LOG
from menura.workflows.compare.asides import asides
from menura.workflows.compare.excerpts import excerpt_s, heard_of, heard_of_real
from menura.workflows.compare.order import RUN
from menura.workflows.compare.results import ENDLESS, Found, Outcome
from menura.workflows.doctor import versions
from menura.workflows.learning import read_curve
from menura.workflows.machine import machine
from menura.workflows.train import CODEC


def story_of(found: Found, out: Path, sound_s: float) -> Compared:
    """Everything that the page tells; sounds are read from the folder, so many seconds of them."""
    order = found.order
    seconds = excerpt_s(found, sound_s)
    heard = {
        one.name: heard_of(one.facts, one.entry.folder(out), seconds, found.material.seed_s)
        for one in found.outcomes
        if one.facts is not None
    }
    return Compared(
        corpus=found.corpus,
        minutes=order.minutes,
        terms=(
            f"Trained for {order.minutes:g} min, all stages together, seed {order.seed}; training "
            "that stopped by itself took less.",
            *_starts(found),
            f"By each way {order.clips} clips of {order.seconds:g} s at most (what is made of "
            "held-out pieces is as long as these); beginnings that are gone on from are "
            f"{found.material.seed_s:g} s long.",
            *_places(found),
            *(
                [f"Real music could not be measured in their place ({found.real['reason']})."]
                if found.real.get("reason")
                else []
            ),
        ),
        data=tuple(_data(found)),
        entrants=tuple(
            _entrant(one, heard.get(one.name, ()), found, out) for one in found.outcomes
        ),
        tried=tuple(_tried(found, way) for way in found.ways()),
        real=heard_of_real(found, seconds),
        reported=tuple(_reported(found)),
        machine=_machine(found),
        limits=(
            f"Below a figure: {COVERAGE:.0%} limits over other draws of clips from the same "
            "training; below that of real music against other real music, the lowest and the "
            "highest of five divisions of what is held out in two, of fifteen those that give most "
            "pieces. FAD∞: what a Fréchet distance would be with clips without end, and its "
            f"{COVERAGE:.0%} limits. few: too little sound for the figure to mean much by itself. "
            "Bold: the best of a column."
        ),
    )


def _data(found: Found) -> list[str]:
    material = found.material
    splits = " and ".join(material.splits)
    lines = [
        f"Learned from {_amount(material.extents['training'], 'looked through for copies')}.",
        f"Held out, and judged by ({splits}): "
        f"{_amount(material.extents['held out'], 'measured by')}.",
    ]
    if "valid" in material.splits:
        lines.append(
            "The recordings that judge are also those by which training decides when to stop: the "
            "corpus has too few for a test split of their own."
        )
    licences = ", ".join(f"{name} ({n})" for name, n in found.licences.items())
    return [*lines, f"Licences of the recordings: {licences}."]


def _amount(extent: Extent, heard: str) -> str:
    tracks = "1 track" if extent.n_tracks == 1 else f"{extent.n_tracks} tracks"
    said = f"{tracks}, {extent.seconds / 60:.1f} min"
    if extent.heard_s < 0.99 * extent.seconds:
        said += f", of which {extent.heard_s / 60:.1f} min were {heard}"
    return said


def _starts(found: Found) -> Iterator[str]:
    """What is behind the systems that did not begin from nothing."""
    for one in found.outcomes:
        if start := (one.facts or {}).get("start"):
            minutes = start["minutes"]
            learnt = "a time that it does not say" if minutes is None else f"{minutes:,.1f} min"
            of = f" from {start['data']}" if start["data"] else ""
            yield (
                f"{one.name} did not begin from nothing: {start['name']}, from which it set off, "
                f"had learnt{of} for {learnt} before."
            )


def _beside_training(facts: Mapping[str, Any], found: Found) -> Iterator[tuple[str, float | None]]:
    """Columns for what is no training on this corpus, where any of the systems has it."""
    known = [one.facts for one in found.outcomes if one.facts is not None]
    if any(each.get("start") for each in known):
        start = facts.get("start")
        yield "before, by its start (min)", 0.0 if start is None else start["minutes"]
    if any(each.get("encoding_s") for each in known):
        yield "encoding all recordings (min)", (facts.get("encoding_s") or 0.0) / 60


def _places(found: Found) -> Iterator[str]:
    """What they were trained on, where that is not one machine with the same versions."""
    seen: dict[str, list[str]] = {}
    for one in found.outcomes:
        if about := (one.facts or {}).get("machine"):
            words = ", ".join(f"{key} {value}" for key, value in about.items())
            seen.setdefault(words, []).append(one.name)
    if len(seen) > 1:
        yield (
            "Not all on one machine with the same versions, so that the same minutes are not the "
            "same work:"
        )
        yield from (f"{', '.join(names)} on {words}." for words, names in seen.items())


def _entrant(one: Outcome, heard: tuple[Heard, ...], found: Found, out: Path) -> Entrant:
    if one.reason or one.facts is None:
        return Entrant(one.name, one.reason)
    facts = one.facts
    remarks = [f"{WAYS[way].title.lower()}: {why}" for way, why in one.not_made().items()]
    remarks += _changed(facts["made"], found)
    for way in WAYS:
        for metric, why in one.not_measured(way).items():
            remarks.append(f"{WAYS[way].title.lower()}, {metric}: {why}")
    return Entrant(
        one.name,
        figures={
            "trained (min)": facts["minutes"],
            **dict(_beside_training(facts, found)),
            "steps": float(sum(facts["steps"])),
            "parameters": float(facts["parameters"]),
            "memory (GB)": facts.get("training_gb"),
            "made in a second (s)": _speed(facts, found.material.seed_s),
        },
        remarks=tuple(dict.fromkeys(remarks)),
        learning=_learning(one.entry.folder(out) / RUN),
        heard=heard,
    )


def _changed(made: Mapping[str, Any], found: Found) -> Iterator[str]:
    """Of which ways there are fewer clips than were asked for, or quieter ones than were made."""
    material = found.material
    for way, one in made.items():
        n = len(one.get("names", ()))
        wanted = len(material.going_on if way == "continue" else material.pieces)
        if WAYS[way].verb == "generate":
            wanted = material.n
        if 0 < n < wanted:
            yield f"{WAYS[way].title.lower()}: {n} of {wanted} clips; the rest had nothing to go by"
        if lowered := one.get("lowered_db"):
            yield (
                f"{WAYS[way].title.lower()}: {len(lowered)} of {n} clips were above full scale, "
                f"and lowered by up to {max(lowered.values()):.1f} dB before they were measured"
            )


def _speed(facts: Mapping[str, Any], seed_s: float) -> float | None:
    """Seconds of new music made in one: from nothing, or else gone on with."""
    for way, known_s in (("generate", 0.0), ("continue", seed_s)):
        made = facts["made"].get(way, {})
        if "names" in made and made["took_s"] > 0:
            return float((made["sound_s"] - known_s * len(made["names"])) / made["took_s"])
    return None


def _learning(run: Path) -> dict[str, Points]:
    """By minutes; a codec's before what learns its latents. A loss that is not a number is no
    point, and a curve without points is none."""
    every = {
        **{f"codec, {name}": points for name, points in _curve(run / CODEC / LOG).items()},
        **_curve(run / LOG),
    }
    finite = {
        name: [point for point in points if math.isfinite(point[1])]
        for name, points in every.items()
    }
    return {name: points for name, points in finite.items() if points}


def _curve(log: Path) -> Mapping[str, Points]:
    return read_curve(log, "minutes")


def _tried(found: Found, way: str) -> Tried:
    names = _in_order(found.measures(way), way)
    with_way = [one for one in found.outcomes if one.figures(way)]
    curves: dict[str, dict[str, Points]] = {}
    for name in names:
        lines = _curves(found, way, name)
        if lines:
            curves[name] = lines
    return Tried(
        title=WAYS[way].title,
        words=WAYS[way].words,
        measures=tuple(_measure(found, way, name) for name in names),
        rows={
            one.name: {metric: _value(figure) for metric, figure in one.figures(way).items()}
            for one in with_way
        },
        real={metric: _value(figure) for metric, figure in found.real_figures(way).items()},
        ranks=found.ranks(way),
        asides=tuple(asides(found, way)),
        curves=curves,
    )


def _in_order(names: Sequence[str], way: str) -> list[str]:
    """What the way is best judged by first: by what it is measured against, then by sides of the
    music, with the sound as a whole before them."""

    def place(name: str) -> tuple[int, bool, str, str]:
        metric = metrics.load(name)
        against = WAYS[way].against.index(against_of(metric))
        return against, metric.about != metrics.Metric.about, metric.about, name

    return sorted(names, key=place)


def _curves(found: Found, way: str, metric: str) -> dict[str, Points]:
    """Second by second: real music's own curve, then each system's."""
    lines: dict[str, Points] = {}
    for one in found.outcomes:
        curves = one.figures(way).get(metric, {}).get("curves", {})
        if len(curves.get("candidates", ())) > 1:
            lines.setdefault(REAL, list(enumerate(curves.get("reference", ()), 1)))
            lines[one.name] = list(enumerate(curves["candidates"], 1))
    return lines


def _measure(found: Found, way: str, name: str) -> Measure:
    metric = metrics.load(name)
    one = next(o for o in found.outcomes if name in o.figures(way))
    return Measure(
        name,
        "higher" if metric.higher_is_better else "lower",
        (metric.means or metrics.room.summary(name)).rstrip("."),
        one.figures(way)[name]["embedding"],
        metric.unit,
        metric.about,
    )


def _value(found: Mapping[str, Any]) -> Value:
    beside = ["few"] if found["too_few"] else []
    endless = [found["details"].get(detail) for detail in ENDLESS.values()]
    if None not in endless:
        value, low, high = (figure(number) for number in endless)
        beside.append(f"FAD∞ {value} ({low} … {high})")
    return Value(float(found["value"]), found["low"], found["high"], "; ".join(beside))


def _reported(found: Found) -> list[Reported]:
    rows = []
    for one in found.outcomes:
        for said in statements_of(one.entry.recipe):
            ours = one.figures(said.way).get(said.metric)
            shown = None
            if ours is not None and said.detail is None:
                shown = _value(ours)
            elif ours is not None and said.detail in ours["details"]:
                shown = Value(float(ours["details"][said.detail]))
            way = WAYS[said.way].title.lower()
            rows.append(Reported(one.name, said.of, way, said.measure, said.value, shown))
    return rows


def _machine(found: Found) -> dict[str, str]:
    computed = {
        f"{one.facts['device']} ({one.facts['precision']})"
        for one in found.outcomes
        if one.facts is not None
    }
    memory = f"{psutil.virtual_memory().total / 2**30:.1f} GiB"
    about = {name: str(value) for name, value in machine().items()}
    return {**about, "computed on": ", ".join(sorted(computed)), "memory": memory, **versions()}
