"""Intervals: against closed forms, and without measuring the same clips again and again."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.compare.intervals import MOST_PARTS, Interval, Parts, around, interval
from menura.evaluation.metrics import Clips, Measurement, Metric
from tunes import tune

RATE = 8000
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40)


def clips(n: int, seconds: float = 2.0, first: int = 0) -> dict[str, Clip]:
    return {f"{i:02}": Clip(tune(seconds, RATE, first + i), RATE) for i in range(n)}


def level(clip: Clip) -> float:
    return float(np.square(clip.samples).mean())


class MeanLevel(Metric):
    """A mean over clips that does not say what it is the mean of."""

    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 0.0
    tells = False
    least = 1

    def __init__(self) -> None:
        self.n_scored = 0

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        return "too few" if len(candidate) < self.least else None

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        self.n_scored += 1
        each = {name: level(clip) for name, clip in candidate.items()}
        value = float(np.mean(list(each.values())))
        return Measurement(value, "", "clips", 0, len(each), of_each=each if self.tells else {})


class Telling(MeanLevel):
    tells = True


def around_mean(value: float, values: Sequence[float] | np.ndarray, seed: int) -> Interval | None:
    return around(value, Parts(np.asarray(values, np.float64), [1] * len(values)), seed)


def limits(metric: Metric, candidate: Mapping[str, Clip]) -> tuple[float, float]:
    found = interval(metric, {}, candidate, metric.score({}, candidate), seed=0)
    assert found is not None
    return found


def test_limits_of_a_mean_are_those_of_the_closed_form() -> None:
    values = np.random.default_rng(1).normal(5, 2, 400)
    found = around_mean(float(values.mean()), values, seed=0)
    assert found is not None
    expected = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    assert found == pytest.approx(expected, rel=0.02)


def test_limits_of_few_values_are_as_wide_as_their_spread_asks() -> None:
    """As Student's; the plain bootstrap's are narrower by the root of (n − 1) / n, of six by 9 %,
    and know nothing of how little six say of the spread, which is 31 % more."""
    values = [1.0, 2.0, 4.0, 5.0, 7.0, 9.0]
    found = around_mean(float(np.mean(values)), values, seed=0)
    assert found is not None
    low, high = stats.t.interval(0.95, 5, np.mean(values), stats.sem(values))
    assert (found[1] - found[0]) / (high - low) == pytest.approx(1.0, abs=0.05)


def test_a_share_of_which_all_clips_are_alike_is_not_certain() -> None:
    """That 16 of 16 were right does not say that all would be."""

    class All(Telling):
        higher_is_better, is_share = True, True
        ideal = 1.0
        value_of_all = 1.0

        def score(self, reference: Clips, candidate: Clips) -> Measurement:
            each = dict.fromkeys(candidate, self.value_of_all)
            return Measurement(self.value_of_all, "", "clips", 0, len(each), of_each=each)

    right, copies = All(), All()
    copies.value_of_all, copies.higher_is_better, copies.ideal = 0.0, False, 0.0  # type: ignore[misc]
    expected = stats.binomtest(16, 16).proportion_ci(0.95, method="exact")
    assert limits(right, clips(16, 1.0)) == pytest.approx((expected.low, 1.0))
    assert limits(copies, clips(16, 1.0)) == pytest.approx((0.0, 1 - expected.low))


@given(VALUES, st.integers(0, 1000))
def test_the_figure_lies_within_and_scale_and_shift_pass_through(
    values: list[float], seed: int
) -> None:
    mean = float(np.mean(values))
    found = around_mean(mean, values, seed)
    assert found is not None
    low, high = found
    slack = 1e-9 * (1 + max(map(abs, values)))
    assert low <= mean + slack
    assert mean - slack <= high
    moved = around_mean(2 * mean + 1, [2 * value + 1 for value in values], seed)
    assert moved is not None
    assert moved == pytest.approx((2 * low + 1, 2 * high + 1), rel=1e-6, abs=1e-3)


def test_leaving_out_clips_gives_the_same_as_their_own_values() -> None:
    """Of a mean, the pseudo-values are the values: both ways must meet."""
    made = clips(MOST_PARTS)
    # In whatever order the parts come, the same values are drawn from.
    (low, high), (own_low, own_high) = limits(MeanLevel(), made), limits(Telling(), made)
    assert high - low == pytest.approx(own_high - own_low, rel=0.12)
    assert low == pytest.approx(own_low, rel=0.05)


@pytest.mark.parametrize("n", [13, 16, 19])
def test_groups_of_one_clip_and_of_two_have_the_spread_of_all(n: int) -> None:
    """Over many ways to put the clips into groups the limits are on average those of the clips."""
    made = clips(n, 1.0)
    metric = MeanLevel()
    measured = metric.score({}, made)
    halves = []
    for seed in range(60):
        found = interval(metric, {}, made, measured, seed)
        assert found is not None
        halves.append((found[1] - found[0]) / 2)
    values = [level(clip) for clip in made.values()]
    expected = stats.t.ppf(0.975, MOST_PARTS - 1) * stats.sem(values)
    assert np.sqrt(np.mean(np.square(halves))) == pytest.approx(expected, rel=0.06)


def test_how_often_is_measured_does_not_grow_with_the_clips() -> None:
    told, silent = Telling(), MeanLevel()
    limits(told, clips(30, 1.0))
    limits(silent, clips(30, 1.0))
    assert told.n_scored == 1
    assert silent.n_scored == 1 + MOST_PARTS


def test_values_of_each_that_do_not_make_the_figure_are_not_believed() -> None:
    metric = Telling()
    made = clips(5)
    measured = metric.score({}, made)
    wrong = replace(measured, of_each={name: 99.0 * k for k, name in enumerate(made)})
    found = interval(metric, {}, made, wrong, 0)
    assert found is not None
    assert found[1] - found[0] < measured.value, "as of the clips, and not of such values"


def test_too_few_have_no_limits() -> None:
    made = clips(2)
    assert interval(MeanLevel(), {}, made, MeanLevel().score({}, made), 0) is None
    needs_four = MeanLevel()
    needs_four.least = 4
    made = clips(4)
    assert interval(needs_four, {}, made, needs_four.score({}, made), 0) is None
    needs_four.least = 3
    assert interval(needs_four, {}, made, needs_four.score({}, made), 0) is not None


def test_no_limit_is_better_than_the_ideal() -> None:
    made = {"a": Clip(np.zeros((1, 8000), np.float32), RATE), **clips(2)}
    low, high = limits(Telling(), made)
    assert low == 0.0
    assert high > 0
    share = Telling()
    share.higher_is_better, share.ideal = True, 1.0  # type: ignore[misc]
    assert limits(share, made)[0] == 0.0, "no share is below none"


def of(values: Mapping[str, float], value: float) -> Measurement:
    """A figure that tells what each clip makes of it."""
    return Measurement(value, "", "clips", 0, len(values), of_each=values)


def test_parts_that_are_equal_have_no_limits() -> None:
    """That 24 clips have no note says that others may have some, not that none ever has."""
    made = clips(4, 1.0)
    same = of(dict.fromkeys(made, 1.3125), 1.3125)
    assert interval(Telling(), {}, made, same, 0) is None
    large = {name: 1e7 + 1e-4 * number for number, name in enumerate(made)}
    nearly = of(large, float(np.mean(list(large.values()))))
    assert interval(Telling(), {}, made, nearly, 0) is None, "what rounding leaves is no spread"


def test_an_ideal_that_does_not_bound_is_no_limit() -> None:
    """Nearer than other real music is below 1, which is what drift is best at."""

    class Ratio(Telling):
        ideal = 1.0
        ideal_bounds = False

    values = {"00": 0.5, "01": 0.7, "02": 0.9, "03": 0.7}
    low, high = interval(Ratio(), {}, clips(4, 1.0), of(values, 0.7), 0) or (math.nan, math.nan)
    assert 0.3 < low < 0.65 < 0.75 < high < 1.1
    Ratio.ideal_bounds = True
    assert (interval(Ratio(), {}, clips(4, 1.0), of(values, 0.7), 0) or [0.0])[0] == 0.7


@pytest.mark.parametrize("higher", [False, True])
def test_a_share_is_at_most_one_and_at_least_none(higher: bool) -> None:
    class Share(Telling):
        ideal, higher_is_better, is_share = float(higher), higher, True

    metric = Share()
    for values in ([1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]):
        each = {f"{k:02}": value for k, value in enumerate(values)}
        found = interval(metric, {}, clips(4, 1.0), of(each, float(np.mean(values))), 0)
        assert found is not None
        assert 0 <= found[0] <= found[1] <= 1


@pytest.mark.parametrize("name", ["frechet-spectral", "frechet-mfcc", "log-mel-distance"])
def test_limits_hold_the_figure_of_new_clips(name: str) -> None:
    """Of sets drawn anew from the same source most lie within: the limits are no decoration."""
    metric = metrics.load(name)
    reference = clips(12, 2.0, first=100)

    def drawn(number: int) -> dict[str, Clip]:
        made = clips(12, 2.0, 200 + 12 * number).values()
        return dict(zip(reference, made, strict=True))

    first = drawn(0)
    measured = metric.score(reference, first)
    found = interval(metric, reference, first, measured, seed=0)
    assert found is not None
    low, high = found
    assert low < measured.value < high
    others = [metric.score(reference, drawn(k)).value for k in range(1, 9)]
    # Two such sets differ by √2 as much as one from the truth: widened by that, 95 % lie within.
    half = math.sqrt(2) * (high - low) / 2
    assert sum(abs(value - measured.value) <= half for value in others) >= 5


def test_limits_of_precision_are_as_wide_as_other_sets_spread() -> None:
    """Leaving out a clip must not draw the reference anew: chance would be told ten times over."""
    metric = metrics.load("precision")
    reference = clips(40, 5.0, first=100)
    values, widths = [], []
    for number in range(10):
        made = clips(10, 5.0, 200 + 10 * number)
        measured = metric.score(reference, made)
        found = interval(metric, reference, made, measured, seed=0)
        assert found is not None
        values.append(measured.value)
        widths.append(measured.value - found[0])
    assert 0.4 < np.median(widths) / (1.96 * np.std(values, ddof=1)) < 2.5
