"""Pictures of scores: piano rolls, beneath each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from menura.audio.picture import COLOURS, to_png
from menura.audio.score import Score

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST_PITCHES = 36  # shown, so that a single note does not fill the picture
DRUM_COLOUR = "0.6"


def score_png(score: Score, *, title: str, seconds: float | None = None) -> bytes:
    """One PNG of a score: a bar for each note, the brighter the louder; drums in grey.

    seconds: of the time axis; None ends with the last note.
    """
    return scores_png([(title, score)], seconds=seconds)


def scores_png(rows: Sequence[tuple[str, Score]], *, seconds: float | None = None) -> bytes:
    """One PNG with a piano roll for each titled score; all share pitches and seconds."""
    from matplotlib.figure import Figure

    if not rows:
        raise ValueError("there must be at least one score")
    figure = Figure(figsize=(10, 0.7 + 2.4 * len(rows)), dpi=110, layout="constrained")
    panels = figure.subplots(len(rows), squeeze=False, sharex=True, sharey=True)[:, 0]
    for axes, (title, score) in zip(panels, rows, strict=True):
        _draw(axes, score)
        axes.set_title(title, loc="left", fontsize=9, parse_math=False)
        axes.set_ylabel("MIDI pitch", fontsize=9)
        axes.tick_params(labelsize=8)
    pitches = [note.pitch for _, score in rows for note in score.notes] or [60]
    spare = max(2.0, (LEAST_PITCHES - (max(pitches) - min(pitches))) / 2)
    longest = max(score.duration_s for _, score in rows)
    panels[-1].set_ylim(min(pitches) - spare, max(pitches) + spare)
    panels[-1].set_xlim(0, (longest if seconds is None else seconds) or 1.0)
    panels[-1].set_xlabel("time (s)", fontsize=9)
    return to_png(figure)


def _draw(axes: "Axes", score: Score) -> None:
    from matplotlib import colormaps
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    colours = colormaps[COLOURS]
    bars = [
        Rectangle((note.start_s, note.pitch - 0.4), note.end_s - note.start_s, 0.8)
        for note in score.notes
    ]
    shades = [
        DRUM_COLOUR if note.is_drum else colours(0.25 + 0.75 * note.velocity / 127)
        for note in score.notes
    ]
    axes.add_collection(PatchCollection(bars, facecolors=shades, linewidths=0))
    axes.set_facecolor("black")
    axes.grid(alpha=0.2)
