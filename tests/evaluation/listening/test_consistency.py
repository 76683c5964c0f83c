"""Who is left out, and how surely the rule finds those who answer at random."""

import random
from datetime import UTC, datetime

import pytest

from menura.evaluation.listening.consistency import (
    consistencies,
    found_by_chance,
    lost_without_preference,
)
from menura.evaluation.listening.opinions import Opinion


def opinion(
    position: int, value: int, repeats: int | None = None, *, choice: bool = False
) -> Opinion:
    return Opinion(
        rater=0,
        position=position,
        item=0,
        question="prefer" if choice else "good",
        systems=("a", "b") if choice else ("a",),
        value=value,
        first_heard=0,
        repeats=repeats,
        took_s=1.0,
        plays=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def asked_twice(pairs: list[tuple[int, int]], *, choice: bool = False) -> list[Opinion]:
    first = [opinion(i, before, choice=choice) for i, (before, _) in enumerate(pairs)]
    again = [
        opinion(100 + i, after, repeats=i, choice=choice) for i, (_, after) in enumerate(pairs)
    ]
    return [*first, *again]


@pytest.mark.parametrize(
    ("pairs", "choice", "out"),
    [
        ([(3, 3), (2, 3), (5, 4), (1, 1)], False, False),  # a point is no contradiction
        ([(1, 5), (3, 3), (3, 3), (3, 3)], False, False),  # one may slip
        ([(1, 5), (1, 3), (3, 3), (3, 3)], False, True),
        ([(1, 5), (1, 3), *[(3, 3)] * 4], False, True),  # a third exactly
        ([(1, 5), (1, 3), *[(3, 3)] * 5], False, False),  # less than a third
        ([(1, 5)], False, False),  # once is too few to judge by
        ([(0, 1), (1, 0), (1, 0), (0, 0)], True, False),  # as chance has it of near systems
        ([(0, 1), (1, 0), (1, 0), (0, 1)], True, True),  # the sounds have changed places
        ([(0, 1), (1, 0), (1, 0)], True, False),  # fewer than four
        ([], False, False),
    ],
)
def test_the_rule(pairs: list[tuple[int, int]], choice: bool, out: bool) -> None:
    [found] = consistencies(asked_twice(pairs, choice=choice) or [opinion(0, 3)])
    assert bool(found.reason) is out


def test_the_reason_says_how_often() -> None:
    [found] = consistencies(asked_twice([(1, 5), (5, 1), (3, 3)]))
    assert found.reason == "2 of 3 scales answered otherwise by two points or more"
    [found] = consistencies(asked_twice([(0, 1)] * 4, choice=True))
    assert found.reason == "the other sound chosen in 4 of 4 pairs"


@pytest.mark.parametrize("careless", [True, False], ids=["careless on scales", "fine on scales"])
def test_a_contradiction_in_choices_leaves_out_choices_only(careless: bool) -> None:
    scale, pair = opinion(200, 3), opinion(201, 1, choice=True)
    choices = asked_twice([(0, 1)] * 4, choice=True)
    scales = asked_twice([(1, 5) if careless else (3, 3)] * 4)
    [found] = consistencies([*choices, *scales])
    assert found.leaves_out(pair)
    assert found.leaves_out(scale) is careless
    [found] = consistencies([*asked_twice([(0, 0)] * 4, choice=True), *scales])
    assert found.leaves_out(pair) is careless


def test_a_repeat_without_its_first_time_does_not_count() -> None:
    [found] = consistencies([opinion(5, 1, repeats=0), opinion(6, 1, repeats=1)])
    assert found.scales.n == 0


def test_raters_at_random_are_found_as_often_as_is_said() -> None:
    rng = random.Random(0)
    n_found = 0
    for _ in range(600):
        scales = asked_twice([(rng.randint(1, 5), rng.randint(1, 5)) for _ in range(8)])
        choices = asked_twice(
            [(rng.randint(0, 1), rng.randint(0, 1)) for _ in range(4)], choice=True
        )
        [one] = consistencies([*scales, *choices])
        n_found += bool(one.reason)
    assert n_found / 600 == pytest.approx(found_by_chance(8, 4), abs=0.05)
    assert found_by_chance(0, 0) == 0
    assert found_by_chance(2, 0) == pytest.approx(0.48**2)  # 12 of 25 pairs lie two points apart


def test_honest_raters_without_a_preference_are_seldom_lost() -> None:
    """Who likes both of each pair as well chooses by chance, and contradicts half."""
    assert lost_without_preference(4) == found_by_chance(0, 4) == 1 / 16
    assert lost_without_preference(3) == 0, "too few to tell"
    rng = random.Random(1)
    lost = 0
    for _ in range(2000):
        pairs = [(rng.randint(0, 1), rng.randint(0, 1)) for _ in range(4)]
        [one] = consistencies(asked_twice(pairs, choice=True))
        lost += bool(one.reason)
    assert lost / 2000 == pytest.approx(1 / 16, abs=0.015)
