"""Loudness by the broadcasters' own test signals (EBU Tech 3341, table 1)."""

import math
from collections.abc import Iterator

import numpy as np
import pyloudnorm
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from menura.audio import Clip, integrated_lufs, to_loudness, true_peak
from tunes import tune


def stereo_sine(*parts: tuple[float, float], sample_rate: int = 48_000) -> Clip:
    """1 kHz in both channels: (peak in dBFS, seconds) one after the other."""
    gains = [np.full(round(s * sample_rate), 10 ** (db / 20)) for db, s in parts]
    gain = np.concatenate(gains)
    wave = gain * np.sin(2 * np.pi * 1000 * np.arange(len(gain)) / sample_rate)
    return Clip(np.stack([wave, wave]).astype(np.float32), sample_rate)


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        ([(-23.0, 20)], -23.0),  # case 1
        ([(-33.0, 20)], -33.0),  # case 2
        ([(-36.0, 10), (-23.0, 60), (-36.0, 10)], -23.0),  # case 3
        ([(-72.0, 10), (-36.0, 10), (-23.0, 60), (-36.0, 10), (-72.0, 10)], -23.0),  # case 4
    ],
)
def test_ebu_tech_3341(parts: list[tuple[float, float]], lufs: float) -> None:
    assert integrated_lufs(stereo_sine(*parts)) == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize("sample_rate", [1000, 8000, 22_050, 44_100, 192_000])
def test_any_rate(sample_rate: int) -> None:
    t = np.arange(3 * sample_rate) / sample_rate
    tone = Clip((0.1 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)[None], sample_rate)
    # K-weighting lowers 200 Hz by about 0.6 dB; a mono sine of peak p reads 20 lg p − 3 − 0.7 dB.
    assert integrated_lufs(tone) == pytest.approx(-24.2, abs=0.4)


@given(
    st.floats(0.41, 4.0), st.sampled_from([8000, 11_025, 11_127, 44_100]), st.integers(1, 2),
    st.integers(0, 99),
)  # fmt: skip
def test_as_pyloudnorm_says(seconds: float, rate: int, n_channels: int, seed: int) -> None:
    """Music that swells and is silent at times, so that both gates have work."""
    samples = tune(seconds, rate, seed, n_channels)
    samples *= (np.sin(np.arange(samples.shape[1]) / rate * 2) ** 8).astype(np.float32)
    # A tie in rounding the number of blocks may go either way.
    step = rate * 0.1
    assume(abs((samples.shape[1] - 4 * step) % step - step / 2) > 2)
    peer = pyloudnorm.Meter(rate).integrated_loudness(samples.T.astype(np.float64))
    found = integrated_lufs(Clip(samples, rate))
    assert found == pytest.approx(peer, abs=1e-3 if rate % 10 else 1e-6)


@pytest.mark.parametrize("n_block", [1, 777, 1 << 16])
@pytest.mark.parametrize("rate", [4000, 8000])
def test_loudness_block_by_block(n_block: int, rate: int) -> None:
    class InBlocks(Clip):
        def blocks(self, n_block: int = n_block) -> Iterator[np.ndarray]:
            return super().blocks(n_block)

    samples = tune(0.9, rate, seed=3)
    found = integrated_lufs(InBlocks(samples, rate))
    assert found == pytest.approx(integrated_lufs(Clip(samples, rate)), abs=1e-4)


def test_silence_and_what_the_gate_leaves_out() -> None:
    assert integrated_lufs(Clip(np.zeros((2, 48_000), np.float32), 48_000)) == -math.inf
    assert integrated_lufs(Clip(np.zeros((1, 0), np.float32), 48_000)) == -math.inf
    assert integrated_lufs(stereo_sine((-90.0, 2))) == -math.inf


def test_short_clips_are_measured_as_if_repeated() -> None:
    assert integrated_lufs(stereo_sine((-23.0, 0.1))) == pytest.approx(-23.0, abs=0.2)
    assert integrated_lufs(Clip(np.ones((1, 1), np.float32), 48_000)) < 0


def test_more_than_two_channels_are_measured() -> None:
    clip = stereo_sine((-23.0, 2))
    eight = Clip(np.tile(clip.samples, (4, 1)), clip.sample_rate)
    assert integrated_lufs(eight) == pytest.approx(-23.0, abs=0.1)


def test_true_peak_sees_between_samples() -> None:
    wave = np.sin(np.pi / 2 * np.arange(4000) + np.pi / 4).astype(np.float32)
    assert np.abs(wave).max() == pytest.approx(math.sqrt(0.5))
    inner = true_peak([(wave * np.hanning(4000).astype(np.float32))[None]])
    assert inner == pytest.approx(1.0, abs=0.02)


@given(st.lists(st.integers(0, 700), max_size=9))
def test_true_peak_in_blocks_is_that_of_the_whole(cuts: list[int]) -> None:
    t = np.arange(5000) - 2400
    swell = np.exp(-np.square(t / 8)) * np.sin(np.pi / 2 * t + np.pi / 4)
    plateau = np.hanning(5000)
    for wave in (swell, plateau):
        sound = wave.astype(np.float32)[None]
        blocks = np.split(sound, np.cumsum(cuts).clip(max=5000), axis=1)
        assert true_peak(blocks) == pytest.approx(true_peak([sound]), rel=1e-5)
    assert true_peak([]) == 0


def test_to_loudness_reaches_the_aim() -> None:
    made, reached = to_loudness(stereo_sine((-40.0, 3)), -16.0)
    assert reached == pytest.approx(-16.0)
    assert integrated_lufs(made) == pytest.approx(-16.0, abs=0.1)


def test_to_loudness_stops_at_the_peak() -> None:
    clip = stereo_sine((-40.0, 3))
    clip.samples[:, 70_000] = 0.5
    made, reached = to_loudness(clip, -10.0, peak_db=-2.0)
    assert 20 * math.log10(true_peak(made.blocks())) == pytest.approx(-2.0, abs=0.01)
    assert reached < -11.0
    assert integrated_lufs(made) == pytest.approx(reached, abs=0.1)


def test_silence_is_not_raised() -> None:
    silence = Clip(np.zeros((1, 9000), np.float32), 8000)
    made, reached = to_loudness(silence, -16.0)
    assert made is silence
    assert reached == -math.inf
