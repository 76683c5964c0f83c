"""What was taken for what, as a picture."""

import io
from collections.abc import Sequence

import numpy as np

COLOURS = "Blues"
LONGEST_NAME = 24
DOTS_PER_INCH = 110
INK, PAPER = "#1b1b1f", "white"


def confusion_png(labels: Sequence[str], confusion: Sequence[Sequence[int]], title: str) -> bytes:
    """A PNG: a row for each true label, a column for each that was told, with the number of
    tracks; the colour is the share of the row."""
    from matplotlib.figure import Figure

    counts = np.array(confusion, np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [_short(label) for label in labels]
    side = 0.52 * len(labels)
    width, height = side + 2.6, side + 2.0
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    axes = figure.subplots()
    picture = axes.imshow(shares, cmap=COLOURS, vmin=0, vmax=1)
    for row, column in np.ndindex(counts.shape):
        if counts[row, column]:
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
    axes.set_title(title, fontsize=11)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(picture, ax=axes, shrink=0.7, label="share of the true label")
    bar.outline.set_visible(False)  # type: ignore[operator]
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _short(name: str) -> str:
    # A dollar would begin a formula.
    shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return shown.replace("$", r"\$")
