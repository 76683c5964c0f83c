"""The jackknife of unequal groups: against the closed form of a mean."""

from itertools import permutations

import numpy as np
import pytest

from menura.evaluation.jackknife import deviations, pseudo_values

VALUES = np.array([3.0, -1.0, 4.0, 1.5, 9.0])


def groups_of(values: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    return np.split(values, np.cumsum(sizes)[:-1])


def without_each(values: np.ndarray, sizes: list[int]) -> list[float]:
    """The mean of what is left without each group."""
    parts = groups_of(values, sizes)
    return [
        float(np.concatenate([p for other, p in enumerate(parts) if other != k]).mean())
        for k in range(len(parts))
    ]


def variance(values: np.ndarray, sizes: list[int]) -> float:
    parts = pseudo_values(float(values.mean()), without_each(values, sizes), sizes)
    return float(np.square(deviations(parts, sizes)).sum()) / len(sizes) ** 2


def test_pseudo_values_of_a_mean_are_the_means_of_the_groups() -> None:
    sizes = [2, 1, 2]
    found = pseudo_values(float(VALUES.mean()), without_each(VALUES, sizes), sizes)
    np.testing.assert_allclose(found, [part.mean() for part in groups_of(VALUES, sizes)])


@pytest.mark.parametrize("sizes", [[1, 1, 1, 1, 1], [2, 2, 1], [3, 1, 1]])
def test_the_standard_error_of_a_mean_is_exact(sizes: list[int]) -> None:
    """Over all ways to put n values into groups, the mean of the variances is s² / n."""
    found = [variance(VALUES[list(order)], sizes) for order in permutations(range(5))]
    assert np.mean(found) == pytest.approx(VALUES.var(ddof=1) / 5, rel=1e-12)


def test_of_equal_groups_it_is_the_jackknife_that_all_know() -> None:
    """Efron & Tibshirani 1993, equation 11.5: √((n − 1) / n · Σ(without − their mean)²)."""
    without = [2.0, 3.5, 2.5, 4.0]
    parts = pseudo_values(3.0, without, [4] * 4)
    found = np.linalg.norm(deviations(parts, [4] * 4)) / 4
    assert found == pytest.approx(np.sqrt(3 / 4 * np.square(without - np.mean(without)).sum()))


def test_deviations_are_around_nothing() -> None:
    assert deviations([1.0, 5.0, 2.0], [3, 1, 2]).sum() == pytest.approx(0)
