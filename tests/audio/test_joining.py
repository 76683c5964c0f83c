"""Cross-fades keep the level, whatever the two stretches have to do with each other."""

import numpy as np
import pytest

from menura.audio.joining import cross_fade


def noise(seed: int, n: int = 8000) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((2, n)).astype(np.float32)


def test_equal_stretches_join_without_a_trace() -> None:
    sound = noise(0)
    joined = cross_fade(sound[:, :5000], sound[:, 4000:], 1000)
    np.testing.assert_allclose(joined, sound, atol=1e-5)


def test_strangers_keep_their_power() -> None:
    joined = cross_fade(noise(1), noise(2), 6000)
    middle = joined[:, 3500:6500]
    assert float(np.square(middle).mean()) == pytest.approx(1, abs=0.1)
    assert joined.shape == (2, 10_000)


def test_it_goes_from_the_one_to_the_other() -> None:
    before, after = np.full((1, 100), 1.0, np.float32), np.full((1, 100), 3.0, np.float32)
    joined = cross_fade(before, after, 50)[0]
    assert joined[49] == 1
    assert joined[-50] == 3
    assert (np.diff(joined) >= 0).all()


@pytest.mark.parametrize("n_overlap", [0, 30, 1000])
def test_lengths(n_overlap: int) -> None:
    joined = cross_fade(noise(1, 100), noise(2, 60), n_overlap)
    assert joined.shape[1] == 160 - min(n_overlap, 60)


def test_opposites_do_not_explode() -> None:
    assert np.abs(cross_fade(noise(1), -noise(1), 4000)).max() < 6


def test_silence_joins_silence() -> None:
    quiet = np.zeros((1, 50), np.float32)
    assert (cross_fade(quiet, quiet, 20) == 0).all()
