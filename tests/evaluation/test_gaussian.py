"""The Fréchet distance against closed forms, and against the general matrix root."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st

from menura.evaluation.gaussian import Gaussian, frechet_distance, gaussian_of, gaussian_of_all


def points(n: int, dimensions: int, seed: int, spread: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mixing = spread * rng.standard_normal((dimensions, dimensions))
    return rng.standard_normal((n, dimensions)) @ mixing + rng.standard_normal(dimensions)


def by_matrix_root(x: np.ndarray, y: np.ndarray) -> float:
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    between = x.mean(axis=0) - y.mean(axis=0)
    root = scipy.linalg.sqrtm(a @ b).real
    return float(between @ between + np.trace(a + b - 2 * root))


@given(st.integers(2, 20), st.integers(0, 1000))
def test_equals_the_matrix_root(dimensions: int, seed: int) -> None:
    x, y = points(3 * dimensions, dimensions, seed), points(5 * dimensions, dimensions, seed + 1, 2)
    found = frechet_distance(gaussian_of(x), gaussian_of(y))
    assert found == pytest.approx(by_matrix_root(x, y), rel=1e-6)


def test_one_dimension() -> None:
    a = Gaussian(np.array([1.0]), np.array([[2.0]]), 10)
    b = Gaussian(np.array([4.0]), np.array([[5.0]]), 10)
    assert frechet_distance(a, b) == pytest.approx(3.0**2 + (5.0 - 2.0) ** 2)


def test_covariances_that_commute() -> None:
    """Then the distance is that of the means and of the roots of the eigenvalues."""
    rng = np.random.default_rng(0)
    axes = scipy.linalg.qr(rng.standard_normal((6, 6)))[0]
    a_sigmas, b_sigmas = rng.uniform(0, 3, 6), rng.uniform(0, 3, 6)
    a = Gaussian(np.zeros(6), a_sigmas[:, None] * axes, 99)
    b = Gaussian(np.ones(6), b_sigmas[:, None] * axes, 99)
    assert frechet_distance(a, b) == pytest.approx(6 + np.square(a_sigmas - b_sigmas).sum())


def test_the_factor_is_one_of_the_covariance() -> None:
    x = points(50, 7, 3)
    gaussian = gaussian_of(x)
    np.testing.assert_allclose(gaussian.factor.T @ gaussian.factor, np.cov(x, rowvar=False))
    np.testing.assert_allclose(gaussian.mean, x.mean(axis=0))
    assert gaussian.variance == pytest.approx(np.trace(np.cov(x, rowvar=False)))


@pytest.mark.parametrize("n", [1, 2, 10, 127, 128, 129, 1000])
def test_nothing_lies_between_a_set_and_itself(n: int) -> None:
    gaussian = gaussian_of(points(n, 128, n))
    assert frechet_distance(gaussian, gaussian) <= 1e-10 * max(1.0, gaussian.variance)


@given(st.integers(1, 40), st.integers(1, 40))
def test_symmetric_and_not_negative_however_few_the_points(n_a: int, n_b: int) -> None:
    a, b = gaussian_of(points(n_a, 16, 1)), gaussian_of(points(n_b, 16, 2))
    assert frechet_distance(a, b) >= 0
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))


def test_few_points_in_many_dimensions_equal_the_matrix_root() -> None:
    """Ten points span nine dimensions of forty: padded by a little, the general root agrees."""
    x, y = points(10, 40, 4), points(400, 40, 5)
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(scipy.linalg.sqrtm(b) @ a @ scipy.linalg.sqrtm(b) + 1e-9 * np.eye(40))
    between = x.mean(axis=0) - y.mean(axis=0)
    expected = between @ between + np.trace(a + b) - 2 * np.trace(root.real)
    assert frechet_distance(gaussian_of(x), gaussian_of(y)) == pytest.approx(expected, rel=1e-4)


def test_shifted_and_stretched_gaussians_have_the_closed_form() -> None:
    """n (shift² + (stretch − 1)²) between N(0, 1) and N(shift, stretch²) in n dimensions."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((200_000, 8))
    for shift, stretch in ((0.0, 1.0), (0.5, 1.0), (0.0, 1.5), (-0.7, 0.4)):
        y = shift + stretch * rng.standard_normal((200_000, 8))
        found = frechet_distance(gaussian_of(x), gaussian_of(y))
        assert found == pytest.approx(8 * (shift**2 + (stretch - 1) ** 2), abs=0.02)


@given(st.lists(st.integers(0, 9000), min_size=1, max_size=4), st.integers(0, 5))
def test_parts_together_are_all_points(lengths: list[int], seed: int) -> None:
    if not sum(lengths):
        return
    parts = [points(n, 3, seed + number) for number, n in enumerate(lengths)]
    whole, together = gaussian_of(np.concatenate(parts)), gaussian_of_all(parts)
    assert together.n == sum(lengths)
    np.testing.assert_allclose(together.mean, whole.mean, atol=1e-12)
    covariances = [each.factor.T @ each.factor for each in (together, whole)]
    np.testing.assert_allclose(*covariances, atol=1e-10 * max(1.0, whole.variance))
    assert len(together.factor) <= max(3, together.n)


def test_too_few() -> None:
    assert gaussian_of(points(31, 16, 0)).too_few
    assert not gaussian_of(points(32, 16, 0)).too_few


def test_no_points() -> None:
    with pytest.raises(ValueError, match="no points"):
        gaussian_of(np.zeros((0, 3)))
