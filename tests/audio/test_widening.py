"""Stereo from mono: two channels that differ, and mixed are the one they came from."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip, whole, widened
from menura.audio.widening import AMOUNT, side_taps
from menura.workflows.finishing import finish
from menura.workflows.sound import SoundOptions

RATE = 16_000


def noise(seconds: float, rate: int = RATE) -> Clip:
    rng = np.random.default_rng(0)
    return Clip(0.1 * rng.standard_normal((1, round(seconds * rate)), dtype=np.float32), rate)


@pytest.mark.parametrize("rate", [8000, 22_050, 32_000, 48_000])
def test_mixed_down_it_is_the_sound_it_was(rate: int) -> None:
    mono = noise(2.0, rate)
    stereo = whole(widened(mono)).samples
    assert stereo.shape == (2, mono.n_samples)
    np.testing.assert_allclose(stereo.mean(axis=0), mono.samples[0], atol=1e-6)
    left, right = np.square(stereo).mean(axis=1) / np.square(mono.samples).mean()
    assert left == pytest.approx(1 + AMOUNT**2, abs=0.15)
    assert right == pytest.approx(left, abs=0.15)
    assert 0.35 < np.corrcoef(stereo)[0, 1] < 0.6


def test_the_side_is_the_sound_through_its_filter() -> None:
    mono = noise(0.5)
    left, right = whole(widened(mono)).samples
    taps = side_taps(RATE)
    side = np.convolve(mono.samples[0], taps)[: mono.n_samples]
    np.testing.assert_allclose((left - right) / 2, side, atol=1e-6)
    assert len(taps) / RATE < 0.031, "longer is heard as an echo"


def test_basses_stay_in_the_middle_and_no_note_is_put_aside() -> None:
    response = np.abs(np.fft.rfft(side_taps(32_000), 1 << 15))
    at = np.fft.rfftfreq(1 << 15, 1 / 32_000)
    assert response[at < 30].max() < 0.2 * AMOUNT
    # Of broad bands: single frequencies differ, as in any room.
    for low in (500, 1000, 2000, 4000, 8000):
        band = response[(at >= low) & (at < 2 * low)]
        assert 0.7 < np.sqrt(np.square(band).mean()) / AMOUNT < 1.4


@given(st.integers(1, 5000), st.lists(st.integers(0, 5000), max_size=6), st.booleans())
def test_however_it_is_read(n: int, borders: list[int], is_loop: bool) -> None:
    wide = widened(noise(n / RATE), is_loop=is_loop)
    at = sorted({0, n, *(border for border in borders if border < n)})
    parts = [wide.read(a, b) for a, b in pairwise(at)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), wide.read(0, n), atol=1e-6)
    assert wide.read(n, n).shape == (2, 0)


def test_in_a_loop_the_side_of_the_start_comes_from_the_end() -> None:
    mono = noise(1.0)
    twice = Clip(np.tile(mono.samples, 2), RATE)
    around = whole(widened(mono, is_loop=True)).samples
    expected = whole(widened(twice)).samples[:, mono.n_samples :]
    np.testing.assert_allclose(around, expected, atol=1e-6)


def test_two_channels_stay_as_they_are() -> None:
    stereo = Clip(np.tile(noise(0.1).samples, (2, 1)), RATE)
    assert widened(stereo) is stereo


def test_it_comes_after_the_length_and_before_the_fades() -> None:
    sound = SoundOptions(stereo=True, fade_in_s=0.1, fade_out_s=0.1)
    made, remarks = finish(noise(1.0), 0.75, sound)
    samples = whole(made).samples
    assert samples.shape == (2, 12_000)
    assert not samples[:, [0, -1]].any()
    assert remarks == []
    loop, _ = finish(noise(2.0), 1.0, SoundOptions(stereo=True, loop=True))
    side = np.diff(whole(loop).samples, axis=0)[0]
    assert np.abs(side[:10]).max() > 0.1 * np.abs(side).max(), "the side of the start is missing"
