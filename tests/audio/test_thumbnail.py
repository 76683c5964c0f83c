"""A stamp is the spectrogram in sixteen colours, and small."""

import io
from itertools import pairwise

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.image import imread

from menura.audio import Clip, spectrogram_db
from menura.audio.thumbnail import stamp_png
from tunes import tune

RATE = 22_050


def test_it_shows_the_spectrogram_to_five_decibels() -> None:
    clip = Clip(tune(4.0, RATE), RATE)
    png = stamp_png(clip, width=72, height=48)
    assert len(png) < 2500
    seen = imread(io.BytesIO(png))[::-1, :, :3]  # low notes first
    assert seen.shape == (48, 72, 3)
    colours = colormaps["magma"](np.linspace(0, 1, 16))[:, :3]
    levels = np.linalg.norm(seen[:, :, None] - colours, axis=3).argmin(axis=2)
    frames = spectrogram_db(clip, n_mels=48)
    edges = np.linspace(0, frames.shape[1], 73).astype(int)
    means = [frames[:, a:b].mean(axis=1) for a, b in pairwise(edges)]
    expected = np.clip((np.stack(means, axis=1) + 80) / 5, 0, 15).astype(int)
    assert np.abs(levels - expected).max() <= 1
    assert (levels == expected).mean() > 0.99


@pytest.mark.parametrize("n", [1, 50, 3000])
def test_the_shortest_sound_has_one_too(n: int) -> None:
    clip = Clip(np.full((2, n), 0.1, np.float32), RATE)
    assert imread(io.BytesIO(stamp_png(clip))).shape[:2] == (48, 72)
