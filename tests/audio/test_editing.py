"""Length, fades and loops, to the sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip, exact_length, fade, loop, whole

RATE = 8000


def ramp(n: int, n_channels: int = 2) -> Clip:
    return Clip(np.tile(np.arange(1, n + 1, dtype=np.float32), (n_channels, 1)), RATE)


@given(st.integers(0, 3000), st.floats(0, 1), st.sampled_from([1000, 11_127, 44_100]))
def test_exact_length(n: int, seconds: float, rate: int) -> None:
    clip = Clip(np.ones((2, n), np.float32), rate)
    out = whole(exact_length(clip, seconds))
    n_kept = min(n, out.n_samples)
    assert out.n_samples == round(seconds * rate)
    assert (out.samples[:, :n_kept] == 1).all()
    assert not out.samples[:, n_kept:].any()


def test_no_length_below_zero() -> None:
    for edit in (lambda c: exact_length(c, -1), lambda c: fade(c, -1, 0), lambda c: loop(c, -1)):
        with pytest.raises(ValueError, match="cannot be"):
            edit(ramp(10))


@given(st.integers(1, 4000), st.floats(0, 0.4), st.floats(0, 0.4))
def test_fades_end_at_zero_and_touch_nothing_else(n: int, in_s: float, out_s: float) -> None:
    clip = Clip(np.ones((2, n), np.float32), RATE)
    gain = whole(fade(clip, in_s, out_s)).samples[0]
    shrink = min(1.0, n / max(1e-9, (in_s + out_s) * RATE))
    n_in, n_out = int(in_s * RATE * shrink + 1e-9), int(out_s * RATE * shrink + 1e-9)
    assert (gain[n_in : n - n_out] == 1).all()
    assert n_in < 1 or gain[0] == 0
    assert n_out < 1 or gain[-1] == 0
    assert (np.diff(gain[:n_in]) >= 0).all()
    assert (np.diff(gain[n - n_out :]) <= 0).all()
    assert (clip.samples == 1).all()  # the clip itself is not changed


def test_a_fade_is_half_a_cosine() -> None:
    gain = whole(fade(Clip(np.ones((1, 800), np.float32), RATE), 0.05, 0)).samples[0]
    assert np.allclose(gain[[0, 100, 200, 300]], [0, 0.1464466, 0.5, 0.8535534], atol=1e-6)


@given(st.floats(60, 900), st.floats(0.001, 0.4))
def test_a_loop_has_no_click_at_its_join(hz: float, crossfade_s: float) -> None:
    wave = np.sin(2 * np.pi * hz * np.arange(RATE) / RATE).astype(np.float32)
    out = whole(loop(Clip(wave[None], RATE), crossfade_s))
    assert out.n_samples == RATE - round(crossfade_s * RATE)
    join = abs(float(out.samples[0, 0] - out.samples[0, -1]))
    assert join <= np.abs(np.diff(wave)).max() * 1.001
    assert join == pytest.approx(abs(float(wave[out.n_samples] - wave[out.n_samples - 1])))


def test_a_loop_keeps_the_power_of_noise() -> None:
    noise = np.random.default_rng(0).normal(size=(1, 40 * RATE)).astype(np.float32)
    out = whole(loop(Clip(noise, RATE), 10.0)).samples[0]
    assert out[: 10 * RATE].std() == pytest.approx(1.0, abs=0.02)
    assert np.array_equal(out[10 * RATE :], noise[0, 10 * RATE : 30 * RATE])


def test_a_loop_uses_half_the_clip_at_most() -> None:
    assert loop(ramp(100), 9.0).n_samples == 50
    assert loop(ramp(100), 0.0).n_samples == 100
    assert loop(ramp(1), 1.0).n_samples == 1
