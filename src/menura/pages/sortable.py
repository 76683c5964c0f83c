"""Tables of figures that are sorted by a click on a column, with the way that is better marked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from menura.pages.markup import escape, inline
from menura.pages.table import written

Better = Literal["lower", "higher", ""]
_ARROWS = {"lower": "↓ lower is better", "higher": "↑ higher is better"}
FIGURES = 3  # that count, of a value


@dataclass(frozen=True)
class Column:
    """better: which way is; "" where none is. explained: shown when the pointer rests on it.

    group: columns of one are shown together, and those of others when the reader chooses them; ""
    is always shown. Without scripts all are.
    """

    name: str
    better: Better = ""
    explained: str = ""
    group: str = ""


@dataclass(frozen=True)
class Value:
    """A figure, the limits between which it may lie, and what else is to be seen beside it."""

    value: float
    low: float | None = None
    high: float | None = None
    beside: str = ""


@dataclass(frozen=True)
class Jump:
    """Words that lead to another place on the page."""

    words: str
    anchor: str


Cell = str | Value | Jump | None
"""None is a figure that is not known; it shows as a dash, and comes last whatever is sorted by."""


@dataclass(frozen=True)
class Row:
    """kept: stays above the others, whatever they are sorted by: what they are compared with.
    instead: of all cells but the first: words over the whole row, which has no figures.
    """

    cells: Sequence[Cell]
    kept: bool = False
    instead: str = ""


def sortable(columns: Sequence[Column], rows: Sequence[Row], *, caption: str = "") -> str:
    """The table. The best figure of each column (of the rows that are not kept) is set bold.

    Without scripts it is a table in the order of its rows. Raises ValueError for ragged rows.
    """
    if ragged := [row for row in rows if len(row.cells) != (1 if row.instead else len(columns))]:
        raise ValueError(f"{len(columns)} columns but a row of {len(ragged[0].cells)} cells")
    best = [_best(column, rows, number) for number, column in enumerate(columns)]
    head = "".join(_head(column, number) for number, column in enumerate(columns))
    above = f'<p class="above">{inline(caption)}</p>' if caption else ""
    kept = "".join(_row(row, best) for row in rows if row.kept)
    others = "".join(_row(row, best) for row in rows if not row.kept)
    return (
        f'{above}{_choice(columns)}<div class="table" tabindex="0"><table class="sortable">'
        f"<thead><tr>{head}</tr></thead>"
        + (f'<tbody class="kept">{kept}</tbody>' if kept else "")
        + f'<tbody class="sorted">{others}</tbody></table></div>'
    )


def figure(value: float) -> str:
    """Three figures that count, in the marks of print; no exponent for what a person may meet."""
    if value == 0 or not math.isfinite(value):
        return written(value, 0)
    if not 1e-4 <= abs(value) < 1e6:
        return f"{value:.{FIGURES - 1}e}".replace("-", "−")
    return written(value, max(0, FIGURES - 1 - math.floor(math.log10(abs(value)))))


def _best(column: Column, rows: Sequence[Row], number: int) -> float | None:
    cells = [row.cells[number] for row in rows if not row.kept and not row.instead]
    values = [c.value for c in cells if isinstance(c, Value) and math.isfinite(c.value)]
    if not column.better or len(set(values)) < 2:
        return None
    return min(values) if column.better == "lower" else max(values)


def _choice(columns: Sequence[Column]) -> str:
    """Buttons for the groups of columns, and one for all; the script brings them up."""
    groups = list(dict.fromkeys(column.group for column in columns if column.group))
    if len(groups) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" data-group="{escape(group)}">{inline(group or "all")}</button>'
        for group in (*groups, "")
    )
    return f'<div class="choose" role="group" aria-label="Columns" hidden>{buttons}</div>'


def _head(column: Column, number: int) -> str:
    way = f'<span class="way">{_ARROWS[column.better]}</span>' if column.better else ""
    title = f' title="{escape(column.explained)}"' if column.explained else ""
    group = f' data-group="{escape(column.group)}"' if column.group else ""
    return (
        f'<th scope="col" data-better="{column.better}"{group}{title}>'
        f'<button type="button">{inline(column.name)}{way}</button></th>'
    )


def _row(row: Row, best: Sequence[float | None]) -> str:
    if row.instead:
        name, said = _cell(row.cells[0], None), inline(row.instead)
        return (
            f'<tr><th scope="row"{name[0]}>{name[1]}</th>'
            f'<td class="instead" colspan="{len(best) - 1}"><span>{said}</span></td></tr>'
        )
    first, *others = (_cell(cell, top) for cell, top in zip(row.cells, best, strict=True))
    return (
        f'<tr><th scope="row"{first[0]}>{first[1]}</th>'
        + "".join(f"<td{attributes}>{shown}</td>" for attributes, shown in others)
        + "</tr>"
    )


def _cell(cell: Cell, best: float | None) -> tuple[str, str]:
    """Attributes and content."""
    if cell is None:
        return ' class="number"', "–"
    if isinstance(cell, str):
        return f' data-sort="{escape(cell)}"', inline(cell)
    if isinstance(cell, Jump):
        shown = f'<a href="#{escape(cell.anchor)}">{inline(cell.words)}</a>'
        return f' data-sort="{escape(cell.words)}"', shown
    shown = figure(cell.value)
    if best is not None and cell.value == best:
        shown = f"<strong>{shown}</strong>"
    if cell.low is not None and cell.high is not None:
        limits = f"{figure(cell.low)} … {figure(cell.high)}"
        shown += f'<span class="limits">{limits}</span>'
    if cell.beside:
        shown += f'<span class="limits">{inline(cell.beside)}</span>'
    return f' class="number" data-value="{cell.value!r}"', shown
