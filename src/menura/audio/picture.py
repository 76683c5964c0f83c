"""Pictures of sound: log-mel spectrograms, beside each other."""

import io
import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from menura.audio.axis import TICKS_HZ
from menura.audio.clip import Clip
from menura.audio.mel import hz_to_mel, mel_filter_bank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WINDOW_S = 0.046  # the window is the power of two next to this, as librosa's 2048 at 44.1 kHz
FLOOR_DB = -120.0
RANGE_DB = 80.0
CHUNK_FRAMES = 1024  # frames transformed at once: bounds the memory for long clips
MOST_COLUMNS = 4000  # more frames than this are averaged before drawing
COLOURS = "magma"
LONGEST_TITLE = 60


def spectrogram_db(clip: Clip, n_mels: int = 128) -> Float32[np.ndarray, "mels frames"]:
    """Log-mel power spectrogram in dB relative to a full-scale sine, not below −120.

    Hann window of about 46 ms, hop of a quarter of it, centred frames (zeros beyond the ends);
    the mean power of the channels. A sine of amplitude 1 reads about 0 dB (within 3 dB: its
    frequency may fall between two triangles).
    """
    n_fft = window_length(clip.sample_rate)
    hop_length = n_fft // 4
    window = np.hanning(n_fft + 1)[:-1].astype(np.float32)
    filters = mel_filter_bank(clip.sample_rate, n_fft, n_mels, norm=None)
    scale = np.float32((2 / window.sum()) ** 2 / max(1, clip.n_channels))
    padded = np.pad(clip.samples, ((0, 0), (n_fft // 2, n_fft // 2)))
    n_frames = 1 + clip.n_samples // hop_length
    views = np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=1)[:, ::hop_length]
    mels = np.empty((n_mels, n_frames), np.float32)
    for start in range(0, n_frames, CHUNK_FRAMES):
        part = views[:, start : min(start + CHUNK_FRAMES, n_frames)]
        power = np.square(np.abs(np.fft.rfft(part * window))).sum(axis=0)
        mels[:, start : start + CHUNK_FRAMES] = filters @ (power.T.astype(np.float32) * scale)
    tiny = np.finfo(np.float32).tiny
    decibels: Float32[np.ndarray, "mels frames"] = 10 * np.log10(np.maximum(mels, tiny))
    return decibels.clip(min=FLOOR_DB)


def window_length(sample_rate: int) -> int:
    """Samples in one spectrogram window: the power of two nearest to 46 ms."""
    return int(2 ** round(np.log2(WINDOW_S * sample_rate)))


def spectrograms_png(
    rows: Sequence[tuple[str, Clip]],
    *,
    columns: int = 1,
    max_db: float = 0.0,
    width_in: float | None = None,
) -> bytes:
    """One PNG with a log-mel spectrogram for each titled clip, to be compared by eye.

    All share one colour range (`max_db` − 80 … `max_db`, dB re full scale), one frequency axis
    and one scale of seconds to the inch. width_in: of the picture, in inches (110 dots each).
    """
    if not rows or columns < 1:
        raise ValueError("there must be at least one clip and one column")
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    columns = min(columns, len(rows))
    n_lines = -(-len(rows) // columns)
    width = 1.6 + 8.4 * max(1.0, 0.6 * columns) if width_in is None else width_in
    size = (width, 0.7 + 2.3 * n_lines)
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    grid = figure.subplots(n_lines, columns, squeeze=False, sharey=True)
    longest_s = max(clip.duration_s for _, clip in rows) or 1.0
    top_hz = max(clip.sample_rate for _, clip in rows) / 2
    for axes, (title, clip) in zip(grid.flat, rows, strict=False):
        _draw(axes, clip, max_db)
        _label(axes, title, longest_s, top_hz)
    for axes in grid[:, 0]:
        axes.set_ylabel("frequency (Hz)", fontsize=8)
    for axes in grid.flat[len(rows) :]:
        axes.set_visible(False)
    colours = ScalarMappable(Normalize(max_db - RANGE_DB, max_db), COLOURS)
    bar = figure.colorbar(colours, ax=grid, pad=0.01, aspect=30)
    bar.set_label("dB re full scale", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return to_png(figure)


def thumbnail_png(clip: Clip, *, width: int = 96, height: int = 96, max_db: float = 0.0) -> bytes:
    """The spectrogram alone, without axes, in so many dots; colours as in `spectrograms_png`."""
    from matplotlib.image import imsave

    frames = spectrogram_db(clip, n_mels=height)
    # Each column is the mean of the frames that fall on it, or the frame it falls on.
    edges = np.linspace(0, frames.shape[1], width + 1)
    parts = [frames[:, int(a) : max(int(a) + 1, int(b))] for a, b in pairwise(edges)]
    columns = np.stack([part.mean(axis=1) for part in parts], axis=1)
    target = io.BytesIO()
    low_db = max_db - RANGE_DB
    imsave(target, columns, vmin=low_db, vmax=max_db, cmap=COLOURS, origin="lower", format="png")
    return target.getvalue()


def _draw(axes: "Axes", clip: Clip, max_db: float) -> None:
    top_mel = float(hz_to_mel(clip.sample_rate / 2))
    axes.imshow(
        _narrowed(spectrogram_db(clip)),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap=COLOURS,
        vmin=max_db - RANGE_DB,
        vmax=max_db,
        extent=(0, max(clip.duration_s, 1e-3), 0, top_mel),
    )


def _label(axes: "Axes", title: str, longest_s: float, top_hz: float) -> None:
    short = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    axes.set_title(short, loc="left", fontsize=10, parse_math=False)
    axes.set_xlim(0, longest_s)
    axes.set_ylim(0, float(hz_to_mel(top_hz)))
    ticks = [hz for hz in TICKS_HZ if hz <= top_hz]
    axes.set_yticks([float(hz_to_mel(hz)) for hz in ticks], [f"{hz}" for hz in ticks], fontsize=8)
    axes.set_xlabel("time (s)", fontsize=8)
    axes.tick_params(axis="x", labelsize=8)


def _narrowed(
    frames: Float32[np.ndarray, "features time"],
) -> Float32[np.ndarray, "features columns"]:
    """At most MOST_COLUMNS columns, each the mean of equally many frames."""
    n_together = -(-frames.shape[1] // MOST_COLUMNS)
    if n_together <= 1:
        return frames
    starts = np.arange(0, frames.shape[1], n_together)
    sums = np.add.reduceat(frames, starts, axis=1)
    counts = np.diff([*starts, frames.shape[1]])
    return (sums / counts).astype(np.float32)


def to_png(figure: "Figure") -> bytes:
    """The figure as the bytes of a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    target = io.BytesIO()
    with warnings.catch_warnings():
        # A title in a script that the font lacks is drawn as boxes; nobody can mend that here.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(target, format="png")
    return target.getvalue()
