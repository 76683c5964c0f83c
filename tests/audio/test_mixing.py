"""Mixing channels without losing the sound."""

import numpy as np
import pytest

from menura.audio import Clip, conform, mix

CHANNELS = np.array([[1, 2], [3, 4], [5, 9], [7, 8]], np.float32)


def test_known_mixes() -> None:
    assert mix(CHANNELS, 4) is CHANNELS
    assert mix(CHANNELS, 1).tolist() == [[4, 5.75]]
    assert mix(CHANNELS, 2).tolist() == [[3, 5.5], [5, 6]]
    assert mix(CHANNELS[:3], 2).tolist() == [[3, 5.5], [3, 4]]
    assert mix(CHANNELS[:1], 2).tolist() == [[1, 2], [1, 2]]
    assert mix(CHANNELS[:2], 3).tolist() == [[1, 2], [3, 4], [1, 2]]


def test_cancelling_channels_keep_the_loudest() -> None:
    wave = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    assert np.array_equal(mix(np.stack([wave, -wave]), 1)[0], wave)
    opposed = np.stack([wave * 0.5, wave * 0.5, -wave])
    assert np.array_equal(mix(opposed, 1)[0], -wave)
    quadruple = np.stack([wave, wave, -wave, wave])
    assert np.array_equal(mix(quadruple, 2), np.stack([wave, wave]))


def test_silence_stays_silence() -> None:
    assert not mix(np.zeros((5, 10), np.float32), 2).any()
    assert mix(np.zeros((2, 0), np.float32), 1).shape == (1, 0)


def test_conform_changes_both(music) -> None:
    clip = music(1.0, 44_100, 6)
    for rate, n_channels in ((22_050, 1), (44_100, 2), (48_000, 8)):
        out = conform(clip, rate, n_channels)
        assert (out.sample_rate, out.samples.shape) == (rate, (n_channels, rate))
    two_ways = conform(clip, 22_050, 1), conform(Clip(mix(clip.samples, 1), 44_100), 22_050, 1)
    assert np.allclose(two_ways[0].samples, two_ways[1].samples, atol=1e-6)


def test_no_channels_is_an_error() -> None:
    with pytest.raises(ValueError, match="to 0"):
        mix(CHANNELS, 0)
