"""Krippendorff's alpha against its published example and a definition in other words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.evaluation.listening.agreement import Level, alpha, by_unit

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C/D: four observers,
# twelve units, values 1 to 5, some missing (0 here).
PUBLISHED = """
1 2 3 3 2 1 4 1 2 0 0 0
1 2 3 3 2 2 4 1 2 5 0 3
0 3 3 3 2 3 4 2 2 5 1 0
1 2 3 3 2 4 4 1 2 5 1 0
"""
UNITS = [
    [float(value) for value in column if value]
    for column in np.array([line.split() for line in PUBLISHED.strip().splitlines()], int).T
]


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_the_published_example(level: Level, published: float) -> None:
    found = alpha(UNITS, level)
    assert found is not None
    assert round(found, 3) == published


def test_the_published_example_of_two_observers_and_two_values() -> None:
    """Ibid., example A: ten units, nominal, alpha 0.095."""
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    found = alpha([list(pair) for pair in zip(first, second, strict=True)], "nominal")
    assert found == pytest.approx(0.095, abs=5e-4)


def by_definition(units: list[list[float]], level: Level) -> float:
    """1 − observed / expected, from pairs of values one by one."""
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]

    def squared(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        low, high = min(a, b), max(a, b)
        between = sum(low <= value <= high for value in every)
        return (between - (every.count(a) + every.count(b)) / 2) ** 2 if a != b else 0.0

    def all_pairs(values: list[float]) -> float:
        return sum(
            squared(a, b) for i, a in enumerate(values) for j, b in enumerate(values) if i != j
        )

    n = len(every)
    observed = sum(all_pairs(unit) / (len(unit) - 1) for unit in units) / n
    return 1 - observed / (all_pairs(every) / (n * (n - 1)))


@given(
    st.lists(st.lists(st.integers(1, 5).map(float), max_size=5), min_size=2, max_size=8),
    st.sampled_from(["nominal", "ordinal"]),
)
def test_any_values_against_the_definition(units: list[list[float]], level: Level) -> None:
    found = alpha(units, level)
    pairable = [value for unit in units if len(unit) > 1 for value in unit]
    if len(set(pairable)) < 2:
        assert found is None
    else:
        assert found is not None
        assert math.isclose(found, by_definition(units, level), abs_tol=1e-9)


def test_agreement_in_all_is_one_and_by_chance_is_near_nought() -> None:
    assert alpha([[1, 1], [5, 5, 5], [3, 3]], "ordinal") == 1.0
    rng = np.random.default_rng(0)
    by_chance = alpha(rng.integers(1, 6, (2000, 3)).astype(float).tolist(), "ordinal")
    assert by_chance == pytest.approx(0, abs=0.03)


def test_values_are_put_together_by_what_was_judged() -> None:
    assert by_unit([("a", 1.0), ("b", 2.0), ("a", 3.0)]) == [[1.0, 3.0], [2.0]]
