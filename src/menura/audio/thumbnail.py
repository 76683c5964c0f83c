"""A spectrogram as small as a stamp: sixteen colours, a kilobyte, for pages with thousands."""

import struct
import zlib

import numpy as np
from jaxtyping import Float32, UInt8

from menura.audio.clip import Clip
from menura.audio.picture import COLOURS, RANGE_DB, spectrogram_db

N_LEVELS = 16  # of RANGE_DB: steps of 5 dB, two dots to a byte


def stamp_png(clip: Clip, *, width: int = 72, height: int = 48, max_db: float = 0.0) -> bytes:
    """The log-mel spectrogram in so many dots (an even width), low notes below, as a PNG with a
    palette of the colours of `spectrograms_png`. About 1.5 kB."""
    frames = spectrogram_db(clip, n_mels=height)
    levels = (frames - (max_db - RANGE_DB)) * np.float32(N_LEVELS / RANGE_DB)
    stamp = _columns(levels, width).clip(0, N_LEVELS - 1).astype(np.uint8)
    return _png(stamp[::-1], _palette())


def _columns(
    frames: Float32[np.ndarray, "rows frames"], width: int
) -> Float32[np.ndarray, "rows {width}"]:
    """Each column is the mean of the frames that fall on it, or the frame it falls on."""
    edges = np.linspace(0, frames.shape[1], width + 1).astype(int)
    starts = np.minimum(edges[:-1], frames.shape[1] - 1)
    stops = np.maximum(edges[1:], starts + 1)
    sums = np.pad(np.cumsum(frames, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    means: Float32[np.ndarray, "rows {width}"]
    means = ((sums[:, stops] - sums[:, starts]) / (stops - starts)).astype(np.float32)
    return means


def _palette() -> bytes:
    from matplotlib import colormaps

    shades = colormaps[COLOURS](np.linspace(0, 1, N_LEVELS), bytes=True)
    return bytes(np.asarray(shades, np.uint8)[:, :3].tobytes())


def _png(stamp: UInt8[np.ndarray, "rows columns"], palette: bytes) -> bytes:
    """Dots of four bits with a palette (PNG, ISO/IEC 15948, §11.2)."""
    n_rows, n_columns = stamp.shape
    packed = (stamp[:, 0::2] << 4 | stamp[:, 1::2]).astype(np.uint8)
    lines = np.concatenate([np.zeros((n_rows, 1), np.uint8), packed], axis=1)  # 0: no filter
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", n_columns, n_rows, 4, 3, 0, 0, 0),
        b"PLTE": palette,
        b"IDAT": zlib.compress(lines.tobytes(), 9),
        b"IEND": b"",
    }
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts.items()
    ]
    return b"".join([b"\x89PNG\r\n\x1a\n", *chunks])
