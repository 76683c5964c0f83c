"""Pictures of frames as a representation makes them, with axes in Hz and seconds."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from menura.audio.axis import Axis, Panel
from menura.audio.picture import COLOURS, MOST_COLUMNS, RANGE_DB, to_png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Frames = Float32[np.ndarray, "features time"]
Part = Float32[np.ndarray, "bins time"]

FAINT = 1e-3  # of the largest: below it, colours of both signs meet evenly
MOST_ROWS = 24  # panels of all channels together
# Values that turn round, or that lie on both sides of zero, want colours of their own.
SIGNED: dict[Panel, str] = {
    "phase": "twilight",
    "frequency": "RdBu_r",
    "real": "RdBu_r",
    "imaginary": "RdBu_r",
}
NAMES: dict[Panel, str] = {"frequency": "instantaneous frequency", "": ""}


def frames_png(
    frames: Frames,
    *,
    title: str,
    frame_rate_hz: float | None,
    axis: Axis | None = None,
    n_channels: int = 1,
) -> bytes:
    """One PNG of frames, low frequencies at the bottom; a row for each panel of each channel.

    frame_rate_hz: frames a second for a time axis in seconds; None numbers the frames.
    axis: what the features of one channel are (a representation's `axis`); None numbers them.
    n_channels: audio channels, whose features follow one another.
    Raises ValueError when the features cannot be shared out to channels and panels, or the
    picture would have more than 24 rows.
    """
    from matplotlib.figure import Figure

    axis = axis or Axis()
    n_panels = len(axis.panels)
    n_together = -(-frames.shape[1] // MOST_COLUMNS)
    rate = None if frame_rate_hz is None else frame_rate_hz * columns_a_frame(axis, n_together)
    parts = _parts(columns(frames, n_together, axis, n_channels), axis, n_channels)
    axis, parts = _in_levels(axis, parts)
    size = (10, 4 if len(parts) == 1 else 0.6 + 2.6 * len(parts))
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    rows = figure.subplots(len(parts), squeeze=False, sharex=True)[:, 0]
    for number, (axes, part) in enumerate(zip(rows, parts, strict=True)):
        channel, panel = divmod(number, n_panels)
        if axis.kind == "wave":
            _draw_wave(axes, part, rate)
        else:
            # Channels share the colours of a panel, so that they can be compared.
            limits = _limits(np.concatenate(parts[panel::n_panels], axis=1), axis, panel)
            _draw_image(axes, part, rate, axis, panel, limits)
        axes.set_title(_name(axis, channel, panel, n_channels), loc="left", fontsize=9)
        axes.set_ylabel(axis.words, fontsize=9)
        axes.tick_params(labelsize=8)
    figure.suptitle(title, fontsize=11, parse_math=False)
    rows[-1].set_xlabel("time (s)" if rate else "frame", fontsize=9)
    return to_png(figure)


def columns(
    frames: Frames, n_together: int, axis: Axis, n_channels: int = 1
) -> Float32[np.ndarray, "features columns"]:
    """Frames for a picture that is narrower than they are many: `n_together` share a column.

    A column shows the largest of its frames; where the largest says nothing (phases, real
    parts …) the first. A wave has two columns for each group: its lowest and highest values.
    """
    if n_together <= 1:
        return frames
    starts = np.arange(0, frames.shape[1], n_together)
    if axis.kind == "wave":
        ends = [reduce.reduceat(frames, starts, axis=1) for reduce in (np.minimum, np.maximum)]
        return np.stack(ends, axis=2).reshape(frames.shape[0], -1)
    largest: Frames = np.maximum.reduceat(frames, starts, axis=1)
    size = frames.shape[0] // (n_channels * len(axis.panels))
    for number, panel in enumerate(axis.panels * n_channels):
        if panel in SIGNED:
            own = slice(number * size, (number + 1) * size)
            largest[own] = frames[own, starts]
    return largest


def columns_a_frame(axis: Axis, n_together: int) -> float:
    """How many columns `columns` makes of one frame: a fraction where frames share columns."""
    if n_together <= 1:
        return 1.0
    return (2 if axis.kind == "wave" else 1) / n_together


def _parts(frames: Frames, axis: Axis, n_channels: int) -> list[Part]:
    """The values of every row of the picture, from top to bottom."""
    n_parts = n_channels * len(axis.panels)
    if n_channels < 1 or frames.shape[0] % n_parts or frames.shape[0] == 0:
        raise ValueError(f"{frames.shape[0]} features cannot be shared out to {n_parts} panels")
    if n_parts > MOST_ROWS:
        raise ValueError(f"a picture has at most {MOST_ROWS} rows, not {n_parts}")
    return np.split(frames, n_parts)


def _name(axis: Axis, channel: int, panel: int, n_channels: int) -> str:
    words = [f"channel {channel + 1}"] if n_channels > 1 else []
    kind = axis.panels[panel]
    return ": ".join([*words, *filter(None, [NAMES.get(kind, kind)])])


def _limits(values: Part, axis: Axis, panel: int) -> tuple[float, float]:
    """The values of the first and last colour."""
    if _panel(axis, panel) in SIGNED:
        most = float(np.abs(values).max(initial=0.0)) or 1.0
        return -most, most
    if axis.kind == "coefficient":  # the first would leave no colours to the others
        low, high = np.percentile(values, (5, 95))
        return float(low), float(high)
    low, high = float(values.min()), float(values.max())
    return (max(low, high - RANGE_DB) if axis.linear else low), high


def _draw_image(
    axes: "Axes",
    part: Part,
    rate: float | None,
    axis: Axis,
    panel: int,
    limits: tuple[float, float],
) -> None:
    from matplotlib.colors import Normalize, SymLogNorm
    from matplotlib.ticker import MaxNLocator

    n_features, n_columns = part.shape
    # Parts of a spectrum reach from loud to faint on both sides of zero.
    scale = Normalize(*limits)
    if _panel(axis, panel) in ("real", "imaginary"):
        scale = SymLogNorm(FAINT * limits[1], vmin=limits[0], vmax=limits[1])
    image = axes.imshow(
        part,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap=SIGNED.get(_panel(axis, panel), COLOURS),
        norm=scale,
        extent=(0, (n_columns / rate if rate else n_columns) or 1, *axis.edges(n_features)),
    )
    if ticks := axis.ticks(n_features):
        axes.set_yticks(*ticks)
    elif not axis.in_hz:
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    beyond = "both" if axis.kind == "coefficient" else "neither"
    bar = axes.figure.colorbar(image, ax=axes, pad=0.01, extend=beyond)
    bar.set_label("dB" if axis.linear and _panel(axis, panel) not in SIGNED else "", fontsize=8)
    bar.ax.tick_params(labelsize=8)


def _draw_wave(axes: "Axes", part: Part, rate: float | None) -> None:
    n_columns = part.shape[1]
    for row in part:
        axes.plot(np.arange(n_columns) / (rate or 1), row, linewidth=0.6)
    axes.set_xlim(0, (n_columns / rate if rate else n_columns) or 1)
    axes.grid(alpha=0.3)


def _in_levels(axis: Axis, parts: list[Part]) -> tuple[Axis, list[Part]]:
    """Powers and amplitudes in dB. Scores of such, which may be negative, stay as they are."""
    plain = [number for number in range(len(parts)) if _panel(axis, number) not in SIGNED]
    if not axis.linear or min((parts[n].min(initial=0.0) for n in plain), default=0.0) < 0:
        return replace(axis, linear=""), parts
    factor, tiny = (10 if axis.linear == "power" else 20), np.finfo(np.float32).tiny
    levels = {n: factor * np.log10(np.maximum(parts[n], tiny)) for n in plain}
    return axis, [levels.get(number, part) for number, part in enumerate(parts)]


def _panel(axis: Axis, number: int) -> Panel:
    return axis.panels[number % len(axis.panels)]
