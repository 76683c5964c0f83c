"""Onsets of sounds whose onsets are known."""

import numpy as np
import pytest

from menura.audio import Clip
from menura.evaluation.onsets import onset_times_s
from tunes import tune


def notes(times_s: list[float], seconds: float, sample_rate: int = 16_000) -> Clip:
    """Decaying harmonic notes over a very soft noise."""
    sound = 1e-4 * np.random.default_rng(0).standard_normal(round(seconds * sample_rate))
    for number, start_s in enumerate(times_s):
        start = round(start_s * sample_rate)
        t = np.arange(len(sound) - start) / sample_rate
        hz = (262, 330, 392, 494)[number % 4]
        sound[start:] += (
            0.2 * sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 6)) * np.exp(-4 * t)
        )
    return Clip(sound[None].astype(np.float32), sample_rate)


@pytest.mark.parametrize("sample_rate", [16_000, 44_100])
def test_notes_are_found_where_they_are(sample_rate: int) -> None:
    times = [0.3, 0.55, 1.0, 1.12, 1.9, 2.4, 2.52]
    found = onset_times_s(notes(times, 3.0, sample_rate))
    assert len(found) == len(times)
    np.testing.assert_allclose(found, times, atol=0.04)


@pytest.mark.parametrize("a_second", [1, 2, 5, 8])
def test_density_follows_the_tempo(a_second: int) -> None:
    times = list(np.arange(0.2, 7.9, 1 / a_second))
    found = onset_times_s(notes(times, 8.0))
    assert abs(len(found) - len(times)) <= 1


def test_tunes_have_four_a_second() -> None:
    assert len(onset_times_s(Clip(tune(10.0, 16_000, 3), 16_000))) == pytest.approx(40, abs=1)


def test_softer_music_has_the_same_onsets() -> None:
    clip = notes([0.3, 0.8, 1.3], 2.0)
    soft = Clip((0.1 * clip.samples).astype(np.float32), clip.sample_rate)
    np.testing.assert_allclose(onset_times_s(soft), onset_times_s(clip), atol=0.02)


def test_what_does_not_begin_has_no_onset() -> None:
    t = np.arange(64_000) / 16_000
    rng = np.random.default_rng(1)
    for sound in (
        np.zeros(64_000),
        0.3 * np.sin(2 * np.pi * 440 * t),
        0.1 * rng.normal(size=64_000),
    ):
        assert len(onset_times_s(Clip(sound[None].astype(np.float32), 16_000))) == 0


def test_onsets_are_apart() -> None:
    found = onset_times_s(notes(list(np.arange(0.1, 1.9, 0.02)), 2.0))
    assert (np.diff(found) >= 0.05 - 1e-9).all()
