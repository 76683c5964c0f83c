"""What a comparison found, as plain values: results.json, results.csv, and what the page is of."""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from menura.evaluation import metrics
from menura.evaluation.compare.judging import against_of, is_floor
from menura.evaluation.compare.material import Material
from menura.evaluation.compare.ranking import Direction, mean_ranks
from menura.evaluation.compare.ways import WAYS
from menura.evaluation.floors import is_chance
from menura.foundation.atomic import write_json, write_text
from menura.workflows.compare.order import Entry, Order
from menura.workflows.doctor import versions
from menura.workflows.machine import machine

JSON, CSV = "results.json", "results.csv"
ENDLESS = {  # column → detail of a Fréchet distance (see `evaluation/unbiased.py`)
    "fad_infinity": "FAD∞",
    "fad_infinity_low": "FAD∞ from",
    "fad_infinity_high": "FAD∞ to",
}
COLUMNS = (
    *("way", "system", "recipe", "preset", "metric", "value", "low", "high", *ENDLESS),
    *("unit", "better", "ideal", "n_candidate", "n_reference", "counted", "embedding", "remark"),
)


@dataclass(frozen=True)
class Outcome:
    """One system. facts, scores: as their files hold them; None where it did not come so far.
    reason: why it could not be compared."""

    entry: Entry
    name: str
    facts: Mapping[str, Any] | None = None
    scores: Mapping[str, Any] | None = None
    reason: str = ""

    def figures(self, way: str) -> Mapping[str, Any]:
        """Metric → figure, of what was made by one way; empty where there is none."""
        return _of_way(self.scores, way)

    def not_measured(self, way: str) -> Mapping[str, str]:
        """Metric → why it says nothing of what was made by one way."""
        return dict(self._of(way).get("not_measured", {}))

    def lacking(self, way: str) -> list[str]:
        """Those of them that say nothing because there is nothing to measure in what was made."""
        return list(self._of(way).get("lacking", ()))

    def to_rank(self, way: str) -> dict[str, float | None]:
        """Metric → its figure, where that is more than chance; None, which is last, of those that
        are lacking."""
        told = {name: one["value"] for name, one in self.figures(way).items() if _tells(one)}
        return {**dict.fromkeys(self.lacking(way)), **told}

    def chance(self, way: str) -> list[str]:
        """The metrics whose figures are mostly chance, so few are the samples."""
        return [name for name, one in self.figures(way).items() if not _tells(one)]

    def _of(self, way: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = {} if self.scores is None else self.scores["scores"]
        return dict(found.get(way, {}))

    def ways_made(self) -> list[str]:
        """Those by which something was made."""
        made = {} if self.facts is None else self.facts["made"]
        return [way for way, one in made.items() if "names" in one]

    def not_made(self) -> dict[str, str]:
        """Way → why nothing could be made."""
        made = {} if self.facts is None else self.facts["made"]
        return {way: one["not_made"] for way, one in made.items() if "not_made" in one}


@dataclass(frozen=True)
class Found:
    """A comparison. real: scores of real music, as its file holds them; "reason": why there are
    none."""

    order: Order
    corpus: str
    licences: Mapping[str, int]
    material: Material
    outcomes: tuple[Outcome, ...]
    real: Mapping[str, Any]

    def ways(self) -> list[str]:
        """Those that some system was measured by."""
        return [way for way in WAYS if any(one.figures(way) for one in self.outcomes)]

    def real_figures(self, way: str) -> Mapping[str, Any]:
        """Metric → what real music scores in place of what is made by one way."""
        return _of_way(self.real, way)

    def measures(self, way: str) -> list[str]:
        """The metrics that say something of this way, in the order of their names."""
        return sorted({metric for one in self.outcomes for metric in one.figures(way)})

    def ranks(self, way: str) -> dict[str, float]:
        """System → mean rank. Figures that are mostly chance are in none; a system in whose music
        there is nothing to measure, such as notes, is last by that measure."""
        rows = {one.name: one.to_rank(way) for one in self.outcomes if one.figures(way)}
        real, unsure = self.real_figures(way), self.unsure_floors(way)
        directions = {
            name: Direction(
                metrics.load(name).higher_is_better,
                float(real[name]["value"]) if name in real and name not in unsure else None,
            )
            for name in self.measures(way)
        }
        return mean_ranks(rows, directions)

    def unsure_floors(self, way: str) -> list[str]:
        """The metrics by which what real music scores is itself chance: of halves of so few
        recordings."""
        if not is_chance(self.material.extents["held out"].n_tracks):
            return []
        real, own = self.real_figures(way), WAYS[way]
        return [
            name
            for name in self.measures(way)
            if name in real and is_floor(own, metrics.load(name))
        ]


def write_results(out: Path, found: Found) -> None:
    """Both files, each whole or not at all."""
    write_json(out / JSON, strict(_plain(found)))
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_lines(found))
    write_text(out / CSV, table.getvalue())


def strict(value: Any) -> Any:
    """The value as strict JSON: what is not a number is null."""
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _plain(found: Found) -> dict[str, Any]:
    material = found.material
    return {
        "made_by": "menura compare",
        "corpus": found.corpus,
        "licences": dict(found.licences),
        "order": asdict(found.order),
        "held_out": {"splits": list(material.splits), **asdict(material.extents["held out"])},
        "training": asdict(material.extents["training"]),
        "seed_s": material.seed_s,
        "machine": machine(),
        "versions": versions(),
        "measures": {name: _about(name) for name in metrics.room.names()},
        "systems": {
            one.name: {
                "recipe": one.entry.recipe,
                "preset": one.entry.preset,
                "reason": one.reason,
                "facts": one.facts,
                "scores": {} if one.scores is None else one.scores["scores"],
            }
            for one in found.outcomes
        },
        "real": found.real["scores"] if found.real else {},
        "real_reason": found.real.get("reason", ""),
        "ranks": {way: found.ranks(way) for way in found.ways()},
    }


def _about(name: str) -> dict[str, Any]:
    metric = metrics.load(name)
    return {
        "means": metric.means or metrics.room.summary(name),
        "unit": metric.unit,
        "ideal": metric.ideal,
        "higher_is_better": metric.higher_is_better,
        "against": against_of(metric),
    }


def _lines(found: Found) -> Iterator[dict[str, Any]]:
    """A line for each figure; one for each system that could not be compared."""
    for way in found.ways():
        yield from _figures(way, {"system": "real music"}, found.real_figures(way))
        for one in found.outcomes:
            yield from _figures(way, _named(one), one.figures(way))
    for one in found.outcomes:
        if one.reason:
            yield {**_named(one), "remark": one.reason}


def _named(one: Outcome) -> dict[str, str]:
    return {"system": one.name, "recipe": one.entry.recipe, "preset": one.entry.preset}


def _figures(
    way: str, named: Mapping[str, str], figures: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for name, figure in sorted(figures.items()):
        metric = metrics.load(name)
        yield {
            **named,
            "way": way,
            "metric": name,
            "unit": metric.unit,
            "better": "higher" if metric.higher_is_better else "lower",
            "ideal": metric.ideal,
            "remark": "; ".join(figure["remarks"]),
            **{column: figure["details"].get(detail) for column, detail in ENDLESS.items()},
            **{
                key: figure[key]
                for key in (
                    *("value", "low", "high", "n_candidate", "n_reference"),
                    *("counted", "embedding"),
                )
            },
        }


def _of_way(scores: Mapping[str, Any] | None, way: str) -> Mapping[str, Any]:
    if not scores:
        return {}
    found: Mapping[str, Any] = scores["scores"].get(way, {}).get("figures", {})
    return found


def _tells(figure: Mapping[str, Any]) -> bool:
    """Whether it tells systems apart that made as much."""
    return not figure["too_few"] or bool(figure["still_compares"])


def failed(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """System → why it could not be compared."""
    return {one.name: one.reason for one in outcomes if one.reason}
