"""What was taken for what, as a picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = "Blues"
LONGEST_NAME = 24
DOTS_PER_INCH = 110
INK, PAPER = "#1b1b1f", "white"
CELL_IN = 0.5  # of an inch
MOST_LABELS = 100  # 5600 pixels a side
ROUND_IN = (2.1, 1.9)  # for names, title and the scale


@dataclass(frozen=True)
class Confused:
    """confusion: rows are the true labels, columns those told; numbers of tracks."""

    title: str
    labels: Sequence[str]
    confusion: Sequence[Sequence[int]]


def confusions_png(pictures: Sequence[Confused], columns: int = 1) -> bytes:
    """A PNG of them beside each other: a row for each true label, a column for each that was
    told, with the number of tracks; the colour is the share of the row. Raises ValueError for
    none, and for one of more than MOST_LABELS labels.
    """
    if not pictures or columns < 1:
        raise ValueError("there must be at least one confusion and one column")
    if max(len(picture.labels) for picture in pictures) > MOST_LABELS:
        raise ValueError(f"at most {MOST_LABELS} labels can be drawn")
    from matplotlib.figure import Figure

    columns = min(columns, len(pictures))
    n_lines = -(-len(pictures) // columns)
    side = CELL_IN * max(len(picture.labels) for picture in pictures)
    size = (columns * (side + ROUND_IN[0]) + 0.9, n_lines * (side + ROUND_IN[1]))
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    grid = figure.subplots(n_lines, columns, squeeze=False)
    for axes, picture in zip(grid.flat, pictures, strict=False):
        _draw(axes, picture)
    for axes in grid.flat[len(pictures) :]:
        axes.set_visible(False)
    drawn = grid.flat[0].images[0]
    bar = figure.colorbar(
        drawn, ax=grid, shrink=min(1.0, 0.7 / n_lines + 0.1), label="share of the true label"
    )
    bar.outline.set_visible(False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _draw(axes: "Axes", picture: Confused) -> None:
    counts = np.array(picture.confusion, np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [_short(label) for label in picture.labels]
    axes.imshow(shares, cmap=COLOURS, vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(counts), strict=True):
        axes.text(
            column,
            row,
            f"{counts[row, column]:.0f}",
            ha="center",
            va="center",
            fontsize=9,
            color=PAPER if shares[row, column] > 0.55 else INK,
        )
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("told")
    axes.set_ylabel("true")
    axes.set_title(picture.title, fontsize=11)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _short(name: str) -> str:
    shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return shown.replace("$", r"\$")  # a dollar would begin a formula
