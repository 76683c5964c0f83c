"""Tilt and noise: their slopes against what they are asked for, measured by Welch's method."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import welch

from menura.recipes import Augmentation
from menura.training.augmenting import HISS_DB, HISS_SLOPE_DB, Change, Hiss, changed, drawn
from menura.training.colouring import MOST_DB, PIVOT, noise, tilted

RATE, N = 32_000, 65_536


def white(seed: int = 0, n: int = N) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((1, n)).astype(np.float32)


def decibels(sound: np.ndarray, hz: float) -> float:
    """Of the spectrum within a sixth of an octave of a frequency."""
    frequencies, power = welch(sound[0], RATE, nperseg=8192)
    near = np.abs(np.log2(np.maximum(frequencies, 1) / hz)) < 1 / 6
    return float(10 * np.log10(power[near].mean()))


@pytest.mark.parametrize("slope", [-3.0, 2.0])
def test_a_tilt_has_its_slope_about_the_pivot(slope: float) -> None:
    sound = white()
    bright = tilted(sound, slope)
    assert bright.dtype == np.float32
    pivot = PIVOT * RATE / 2
    for octaves in (-2, 0, 2, 3):
        hz = pivot * 2.0**octaves
        louder = decibels(bright, hz) - decibels(sound, hz)
        assert louder == pytest.approx(slope * octaves, abs=0.3)


def test_a_tilt_goes_no_further_than_its_limit() -> None:
    sound = white()
    steep = tilted(sound, 6.0)
    assert decibels(steep, 12_000) - decibels(sound, 12_000) == pytest.approx(MOST_DB, abs=0.2)
    assert decibels(steep, 30) - decibels(sound, 30) == pytest.approx(-MOST_DB, abs=0.2)


def test_a_tilt_moves_no_onset() -> None:
    click = np.zeros((1, 4001), np.float32)
    click[0, 1234] = 1
    assert int(np.abs(tilted(click, 4.0)).argmax()) == 1234


@pytest.mark.parametrize("slope", [0.0, 3.0, 6.0])
def test_noise_falls_as_it_should(slope: float) -> None:
    drawn_noise = noise((2, 4 * N), slope, np.random.default_rng(1))
    falls = decibels(drawn_noise, 500) - decibels(drawn_noise, 8000)
    assert falls == pytest.approx(4 * slope, abs=0.6)
    assert np.sqrt(np.mean(np.square(drawn_noise), axis=1)) == pytest.approx([1, 1], rel=1e-3)
    assert abs(drawn_noise.mean()) < 1e-4
    assert not np.allclose(drawn_noise[0], drawn_noise[1])


@given(n=st.integers(1, 9), channels=st.integers(1, 2))
def test_a_few_samples_do_as_well(n: int, channels: int) -> None:
    rng = np.random.default_rng(0)
    for made in (noise((channels, n), 3.0, rng), tilted(np.ones((channels, n), np.float32), 3.0)):
        assert made.shape == (channels, n)
        assert np.isfinite(made).all()


def test_hiss_is_laid_under_the_sound_at_its_level_and_alike_each_time() -> None:
    sound = white(3, 8000)

    def read(start: int, stop: int) -> np.ndarray:
        return sound[:, start:stop]

    change = Change(hiss=Hiss(rms=0.01, slope=3.0, seed=5))
    heard = changed(read, 0, 8000, 0, change)
    assert heard.dtype == np.float32
    under = heard - sound
    assert np.sqrt(np.mean(np.square(under))) == pytest.approx(0.01, rel=1e-2)
    np.testing.assert_array_equal(heard, changed(read, 0, 8000, 0, change))
    other = Change(hiss=Hiss(rms=0.01, slope=3.0, seed=6))
    assert not np.array_equal(heard, changed(read, 0, 8000, 0, other))


def test_what_is_drawn_uses_all_that_is_allowed() -> None:
    rng = np.random.default_rng(0)
    changes = [drawn(Augmentation(tilt_db=3.0, hiss=0.4), rng) for _ in range(2000)]
    tilts = np.array([one.tilt for one in changes])
    assert -3 <= tilts.min() < -2.9
    assert 2.9 < tilts.max() <= 3
    hisses = [one.hiss for one in changes if one.hiss is not None]
    assert len(hisses) == pytest.approx(800, abs=80)
    levels = 20 * np.log10([one.rms for one in hisses])
    assert HISS_DB[0] <= levels.min() < HISS_DB[0] + 2
    assert HISS_DB[1] - 2 < levels.max() <= HISS_DB[1]
    assert 0.9 * HISS_SLOPE_DB < max(one.slope for one in hisses) <= HISS_SLOPE_DB
    assert len({one.seed for one in hisses}) == len(hisses)
