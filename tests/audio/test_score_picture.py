"""Piano rolls: a bar where a note is, as bright as it is loud."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

from menura.audio import Note, Score
from menura.audio.score_picture import score_png, scores_png


def bars(png: bytes) -> np.ndarray:
    """How much brighter than the black ground each pixel of the panel is."""
    pixels = np.asarray(imread(io.BytesIO(png), format="png"))[:, :, :3]
    coloured = pixels.max(axis=2) - pixels.min(axis=2)
    return np.where(coloured > 0.1, pixels.sum(axis=2), 0)


def test_notes_stand_at_their_time_and_pitch() -> None:
    low_then_high = Score((Note(0, 1, 48, 90), Note(3, 4, 72, 90)))
    rows, columns = np.nonzero(bars(score_png(low_then_high, title="two", seconds=4.0)))
    middle = (columns.min() + columns.max()) / 2
    early, late = rows[columns < middle], rows[columns > middle]
    assert early.min() > late.max(), "higher notes stand higher"
    width = columns.max() - columns.min()
    assert np.ptp(columns[columns < middle]) == pytest.approx(width / 4, rel=0.1)


def test_louder_is_brighter() -> None:
    soft, loud = (
        bars(score_png(Score((Note(0, 1, 60, velocity),)), title="one")).max()
        for velocity in (20, 127)
    )
    assert loud > 1.3 * soft


def test_rows_share_their_axes() -> None:
    one, two = Score((Note(0, 1, 60),)), Score((Note(0, 8, 60),))
    png = bars(scores_png([("a $", one), ("b", two)]))
    rows = np.nonzero(png.any(axis=1))[0]
    half = (rows.min() + rows.max()) // 2
    spans = [np.ptp(np.nonzero(part.any(axis=0))[0]) for part in (png[:half], png[half:])]
    assert spans[1] == pytest.approx(8 * spans[0], rel=0.1)


def test_nothing_to_show() -> None:
    assert score_png(Score(()), title="silence").startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="at least one"):
        scores_png([])
