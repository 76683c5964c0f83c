"""What the reports state of their systems, in figures, and which measure of ours is of the kind."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_FILE = "reported.toml"


@dataclass(frozen=True)
class Statement:
    """One figure. of: what it is of, in the report. measure: as the report calls it.

    way: ours of the same kind (see `WAYS`). metric: likewise. detail: which of its details, where
    it is not its figure.
    """

    of: str
    way: str
    measure: str
    value: float
    metric: str
    detail: str | None


def figures_of(recipe: str) -> list[dict[str, Any]]:
    """The report's figures of a system: each `of` what, by which `way`, with a value for every
    column."""
    return [dict(row) for row in _known()["figures"].get(recipe, [])]


def statements_of(recipe: str) -> Iterator[Statement]:
    """The same one by one, those that have a measure of ours."""
    measures: Mapping[str, Mapping[str, str]] = _known()["measures"]
    for row in figures_of(recipe):
        for measure, ours in measures.items():
            if measure in row:
                value, metric = float(row[measure]), ours["metric"]
                yield Statement(row["of"], row["way"], measure, value, metric, ours.get("detail"))


@cache
def _known() -> dict[str, Any]:
    file = resources.files("menura.evaluation.compare").joinpath(_FILE)
    return tomllib.loads(file.read_text(encoding="utf-8"))
