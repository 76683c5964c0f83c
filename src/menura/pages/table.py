"""Figures in rows: numbers right-aligned in columns whose heads give the unit."""

import math
from collections.abc import Sequence

from menura.pages.markup import Link, inline, link

Cell = str | int | float | Link | None
"""None is a figure that is not known; it shows as a dash."""

SHORT = 12  # letters


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, caption: str = "") -> str:
    """A table that scrolls by itself on narrow screens. Raises ValueError for ragged rows."""
    ragged = [row for row in rows if len(row) != len(columns)]
    if ragged:
        raise ValueError(f"{len(columns)} columns but a row of {len(ragged[0])} cells")
    numeric = [_is_numeric([row[column] for row in rows]) for column in range(len(columns))]
    head = "".join(
        f'<th scope="col"{_aligned(right)}>{inline(name)}</th>'
        for name, right in zip(columns, numeric, strict=True)
    )
    decimals = [_decimals([row[column] for row in rows]) for column in range(len(columns))]
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_kept_whole(cell) or _aligned(right)}>{_cell(cell, places)}</td>"
            for cell, right, places in zip(row, numeric, decimals, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    above = f"<caption>{inline(caption)}</caption>" if caption else ""
    return (
        f'<div class="table" tabindex="0"><table>{above}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def number(value: float) -> str:
    """As people write it: whole numbers in groups of three, others to three figures."""
    return written(value, _places(value))


def written(value: float, decimals: int) -> str:
    """`value` with that many decimals, the minus and infinity signs of print, no "−0"."""
    if not math.isfinite(value):
        return str(value).replace("-", "−").replace("inf", "∞")
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.removeprefix("-")
    return text.replace("-", "−")


def _places(value: float) -> int:
    """Decimals that give three figures; none for whole numbers."""
    if isinstance(value, int) or not math.isfinite(value) or value == 0:
        return 0
    shown = f"{value:.2e}"
    mantissa, exponent = shown.split("e")
    figures = len(mantissa.lstrip("-").replace(".", "").rstrip("0"))
    return max(0, figures - 1 - int(exponent))


def _decimals(cells: Sequence[Cell]) -> int:
    """One number of decimals for a column, so that its points stand below each other."""
    return max((_places(cell) for cell in cells if isinstance(cell, int | float)), default=0)


def _is_numeric(cells: Sequence[Cell]) -> bool:
    known = [cell for cell in cells if cell is not None]
    return bool(known) and all(isinstance(cell, int | float) for cell in known)


def _aligned(right: bool) -> str:
    return ' class="number"' if right else ""


def _kept_whole(cell: Cell) -> str:
    """Short words ("CC0 1.0") are not broken over lines."""
    return ' class="short"' if isinstance(cell, str) and len(cell) <= SHORT else ""


def _cell(cell: Cell, decimals: int) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, Link):
        return link(cell)
    return inline(cell) if isinstance(cell, str) else written(cell, decimals)
