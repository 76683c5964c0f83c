"""Who is left out, and how surely the rule finds those who answer at random."""

import random
from datetime import UTC, datetime

import pytest

from menura.evaluation.listening.consistency import consistencies, found_by_chance
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
        ([(0, 1), (1, 0), (1, 1), (0, 0)], True, False),  # a half: as near as systems may be
        ([(0, 1), (1, 0), (1, 0), (0, 0)], True, True),
        ([], False, False),
    ],
)
def test_the_rule(pairs: list[tuple[int, int]], choice: bool, out: bool) -> None:
    [found] = consistencies(asked_twice(pairs, choice=choice) or [opinion(0, 3)])
    assert bool(found.reason) is out


def test_the_reason_says_how_often() -> None:
    [found] = consistencies(asked_twice([(1, 5), (5, 1), (3, 3)]))
    assert found.reason == "2 of 3 scales answered otherwise by two points or more"


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
