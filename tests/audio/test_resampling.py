"""Resampling: the pitch stays, nothing folds back, and blocks join to the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip, StreamResampler, resample

RATES = [8000, 11_127, 22_050, 32_000, 44_100, 192_000]


def sine(hz: float, sample_rate: int, n_samples: int) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(n_samples) / sample_rate).astype(np.float32)


@pytest.mark.parametrize("to_rate", RATES)
def test_a_sine_stays_the_same_sine(to_rate: int) -> None:
    clip = Clip(np.stack([sine(1000, 48_000, 48_000), sine(250, 48_000, 48_000)]), 48_000)
    out = resample(clip, to_rate)
    assert out.samples.shape == (2, to_rate)
    inner = slice(to_rate // 10, -to_rate // 10)
    for channel, hz in zip(out.samples, (1000, 250), strict=True):
        assert np.abs(channel - sine(hz, to_rate, to_rate))[inner].max() < 1e-4


def test_what_the_lower_rate_cannot_carry_is_gone() -> None:
    clip = Clip(sine(15_000, 44_100, 44_100)[None], 44_100)
    assert np.abs(resample(clip, 22_050).samples[:, 2000:-2000]).max() < 1e-4


@given(
    st.sampled_from(RATES),
    st.sampled_from(RATES),
    st.integers(1, 3),
    st.lists(st.integers(0, 5000), min_size=1, max_size=6),
)
def test_streamed_equals_whole(from_rate: int, to_rate: int, n: int, lengths: list[int]) -> None:
    noise = np.random.default_rng(sum(lengths)).normal(size=(n, sum(lengths))).astype(np.float32)
    stream = StreamResampler(from_rate, to_rate, n)
    cuts = np.cumsum(lengths)[:-1]
    parts = [stream.push(part) for part in np.split(noise, cuts, axis=1)]
    streamed = np.concatenate([*parts, stream.finish()], axis=1)
    whole = resample(Clip(noise, from_rate), to_rate)
    assert np.array_equal(streamed, whole.samples)
    assert abs(whole.n_samples - sum(lengths) * to_rate / from_rate) <= 0.5


def test_the_same_rate_changes_nothing() -> None:
    clip = Clip(sine(440, 8000, 100)[None], 8000)
    assert resample(clip, 8000) is clip
