"""Intervals against their closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

from menura.evaluation.listening.bootstrap import Interval, Raters


def test_the_interval_of_a_mean_has_its_closed_form() -> None:
    """One value a rater: the bootstrap's standard error of the mean is √(Σ(x − x̄)²)/n exactly,
    and with many raters the interval is normal."""
    values = np.random.default_rng(1).normal(3, 1, 200)
    raters = Raters(range(200), seed=0)
    found = raters.mean(list(enumerate(values.tolist())))
    error = np.sqrt(np.square(values - values.mean()).sum()) / len(values)
    assert found.mean == pytest.approx(values.mean())
    for bound, quantile in ((found.low, 0.025), (found.high, 0.975)):
        assert bound == pytest.approx(norm.ppf(quantile, values.mean(), error), abs=0.05 * error)


def test_answers_of_one_rater_are_drawn_together() -> None:
    """Ten equal answers of each rater tell no more than one: the interval stays as wide."""
    values = np.random.default_rng(2).normal(3, 1, 60).tolist()
    raters = Raters(range(60), seed=0)
    once = raters.mean(list(enumerate(values)))
    often = raters.mean([(rater, value) for rater, value in enumerate(values) for _ in range(10)])
    assert (often.low, often.high) == pytest.approx((once.low, once.high))


def test_a_difference_is_told_where_raters_differ_and_systems_do_not_overlap() -> None:
    """Raters of very different strictness, all of whom put the one half a point above the other."""
    strictness = np.random.default_rng(3).uniform(1, 4, 30).tolist()
    better = [(rater, value + 0.5) for rater, value in enumerate(strictness)]
    worse = list(enumerate(strictness))
    raters = Raters(range(30), seed=0)
    assert raters.mean(better).low < raters.mean(worse).high
    found = raters.difference(better, worse)
    assert (found.low, found.mean, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_differences_that_are_told_together_have_wider_intervals() -> None:
    """Of six pairs, each interval misses in 5/6 %, by the closed form."""
    values = np.random.default_rng(5).normal(3, 1, 400)
    raters = Raters(range(400), seed=0)
    still = [(rater, 3.0) for rater in range(400)]
    error = np.sqrt(np.square(values - values.mean()).sum()) / len(values)
    for n_together, quantile in ((1, 0.025), (6, 0.025 / 6)):
        found = raters.difference(list(enumerate(values.tolist())), still, n_together)
        for bound, part in ((found.low, quantile), (found.high, 1 - quantile)):
            told = norm.ppf(part, values.mean() - 3, error)
            assert bound == pytest.approx(told, abs=0.1 * error)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    raters = Raters(range(40), seed=0)
    held = 0
    for _ in range(200):
        found = raters.mean(list(enumerate(rng.normal(0, 1, 40).tolist())))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0 <= found.high
    assert 0.90 <= held / 200 <= 0.98


def test_of_one_rater_no_interval_is_claimed() -> None:
    found = Raters([7], seed=0).mean([(7, 4.0), (7, 2.0)])
    assert (found.mean, found.low, found.high) == (3.0, None, None)
    with pytest.raises(ValueError, match="nothing"):
        Raters([], seed=0).mean([])


def test_of_a_figure_that_is_one_raters_no_interval_is_claimed() -> None:
    """Eleven others have answered, but elsewhere."""
    raters = Raters(range(12), seed=0)
    alone, others = [(3, 4.0), (3, 2.0)], [(rater, 3.0 + rater % 2) for rater in range(12)]
    assert raters.mean(alone) == Interval(3.0, None, None)
    for one, other in ((alone, others), (others, alone), (alone, [(5, 1.0)])):
        found = raters.difference(one, other)
        assert (found.low, found.high) == (None, None)
    assert raters.difference(others, others).low == 0


def test_a_system_that_few_raters_heard_still_gets_an_interval() -> None:
    raters = Raters(range(20), seed=0)
    found = raters.mean([(0, 2.0), (1, 4.0)])
    assert found.low == 2.0
    assert found.high == 4.0
    assert raters.mean([(0, 2.0), (1, 4.0)]) == found, "the same draws again"
