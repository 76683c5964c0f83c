"""FAD∞: nearer the truth than the plain distance, with an interval that holds."""

import numpy as np
import pytest

from menura.evaluation.gaussian import Gaussian, frechet_distance, gaussian_of, gaussian_of_all
from menura.evaluation.unbiased import Unbiased, _distance, _Moments, _moments, unbiased

DIMENSIONS = 16
SHIFT, STRETCH = 0.3, 1.2
TRUTH = DIMENSIONS * (SHIFT**2 + (STRETCH - 1) ** 2)
REAL = Gaussian(np.zeros(DIMENSIONS), np.eye(DIMENSIONS), 1_000_000)


def drawn(n_clips: int, n_each: int, seed: int, alike: float = 0.0) -> list[np.ndarray]:
    """Clips of shifted, stretched noise. alike: how much of a point its clip has in common."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_clips):
        own = rng.standard_normal((n_each, DIMENSIONS))
        common = rng.standard_normal((1, DIMENSIONS))
        mixed = np.sqrt(1 - alike) * own + np.sqrt(alike) * common
        found.append(SHIFT + STRETCH * mixed)
    return found


def test_closed_form_is_reached_with_many() -> None:
    found = unbiased(REAL, drawn(400, 50, 0))
    assert found is not None
    assert found.value == pytest.approx(TRUTH, rel=0.03)


@pytest.mark.parametrize("alike", [0.0, 0.5])
def test_the_bias_is_gone_and_the_interval_holds(alike: float) -> None:
    plain, endless = [], []
    for seed in range(12):
        clips = drawn(40, 6, seed, alike)
        plain.append(frechet_distance(REAL, gaussian_of_all(clips)))
        found = unbiased(REAL, clips)
        assert found is not None
        endless.append(found)
    bias = np.mean(plain) - TRUTH
    assert bias > 0.25
    assert abs(np.mean([found.value for found in endless]) - TRUTH) < 0.35 * bias
    holds = [found.low <= TRUTH <= found.high for found in endless]
    assert np.mean(holds) >= 0.75
    assert all(found.low < found.value < found.high for found in endless)


def test_moments_of_blocks_together_are_those_of_all_points() -> None:
    clips = drawn(90, 5, 3)
    blocks = _moments(clips)
    assert len(blocks.n) == 40
    everything = blocks.together(np.arange(40))
    points = np.concatenate(clips)
    np.testing.assert_allclose(everything.mean, points.mean(axis=0))
    np.testing.assert_allclose(everything.scatter / (len(points) - 1), np.cov(points.T))
    expected = frechet_distance(REAL, gaussian_of(points))
    assert _distance(REAL, everything) == pytest.approx(expected, rel=1e-6)
    assert isinstance(everything, _Moments)


def test_too_few_give_none() -> None:
    assert unbiased(REAL, drawn(9, 100, 0)) is None  # clips
    assert unbiased(REAL, drawn(10, 6, 0)) is None  # points
    assert unbiased(REAL, [*drawn(9, 100, 0), np.zeros((0, DIMENSIONS))]) is None
    assert isinstance(unbiased(REAL, drawn(10, 7, 0)), Unbiased)


def test_the_same_answer_each_time() -> None:
    clips = drawn(20, 10, 1)
    assert unbiased(REAL, clips) == unbiased(REAL, [clip.copy() for clip in clips])
