"""Orders: every rater's own, fair to items and systems, with repeats that are hidden."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.evaluation.listening.definition import Item, ListeningTest
from menura.evaluation.listening.orders import APART, most_trials, plan
from menura.evaluation.listening.questions import question


def a_test(
    n_systems: int, n_clips: int, *, n_trials: int = 40, n_repeats: int = 4, seed: int = 0
) -> ListeningTest:
    systems = tuple(f"s{i}" for i in range(n_systems))
    items = [Item("single", (f"{s}{k}",), (s,)) for s in systems for k in range(n_clips)]
    items += [
        Item("preference", (f"{a}{k}", f"{b}{k}"), (a, b))
        for i, a in enumerate(systems)
        for b in systems[i + 1 :]
        for k in range(n_clips)
    ]
    return ListeningTest(
        *("id", "title", "tests", seed, systems, None, (question("good"), question("prefer"))),
        *(n_trials, n_repeats, -23.0, 16_000, 1, (), tuple(items)),
    )


@given(
    st.integers(1, 4), st.integers(1, 6), st.integers(1, 30), st.integers(0, 6), st.integers(0, 40)
)
def test_what_holds_for_every_rater(
    n_systems: int, n_clips: int, n_trials: int, n_repeats: int, number: int
) -> None:
    test = a_test(n_systems, n_clips, n_trials=n_trials, n_repeats=n_repeats)
    trials = plan(test, number)
    assert trials == plan(test, number), "the same again"
    assert len(trials) == most_trials(test), "as much work for everyone"
    first = [trial.item for trial in trials if trial.repeats is None]
    assert len(first) == len(set(first)), "no item is asked first twice"
    assert len(first) <= max(n_trials, len(test.kinds))
    kinds = [test.items[trial.item].kind for trial in trials]
    assert kinds == sorted(kinds, reverse=True), "one kind of trial after the other"
    for position, trial in enumerate(trials):
        if trial.repeats is None:
            continue
        before = trials[trial.repeats]
        assert trial.repeats < position
        assert before.repeats is None
        assert before.item == trial.item
        assert before.swapped != trial.swapped or test.items[trial.item].kind == "single"
        n_others = sum(test.items[t.item].kind == test.items[trial.item].kind for t in trials)
        if n_others >= 4 * (APART + n_repeats):
            assert position - trial.repeats > APART


def test_where_raters_share_the_items_all_are_judged_as_often() -> None:
    """Forty-five items, eight a rater: after any number of raters no item is three ahead."""
    test = replace(a_test(3, 15, n_trials=8, n_repeats=0), questions=(question("good"),))
    times: Counter[int] = Counter(dict.fromkeys(range(45), 0))
    for number in range(60):
        trials = plan(test, number)
        times.update(trial.item for trial in trials)
        assert max(times.values()) - min(times.values()) <= 2
        systems = Counter(test.items[trial.item].systems for trial in trials)
        assert max(systems.values()) - min(systems.values()) <= 2, "and hears each system as often"


def test_raters_have_orders_of_their_own() -> None:
    test = a_test(2, 6)
    orders = {tuple(trial.item for trial in plan(test, number)) for number in range(20)}
    assert len(orders) == 20
    assert plan(test, 0) != plan(a_test(2, 6, seed=1), 0), "another seed, other orders"


def test_each_sound_of_a_pair_comes_first_as_often() -> None:
    test = a_test(2, 6)
    swapped = [
        trial.swapped
        for number in range(100)
        for trial in plan(test, number)
        if test.items[trial.item].kind == "preference" and trial.repeats is None
    ]
    assert sum(swapped) / len(swapped) == pytest.approx(0.5, abs=0.05)


def test_repeats_and_first_places_go_round() -> None:
    """No item is bound to be repeated, and none to come first."""
    test = a_test(2, 6)
    plans = [plan(test, number) for number in range(200)]
    repeated = Counter(
        trial.item for trials in plans for trial in trials if trial.repeats is not None
    )
    assert len(repeated) == len(test.items)
    assert len({trials[0].item for trials in plans}) == 12


def test_every_item_gets_its_share_of_a_small_budget() -> None:
    test = a_test(4, 5, n_trials=10, n_repeats=0)  # 20 single sounds, 30 pairs
    kinds = Counter(test.items[trial.item].kind for trial in plan(test, 3))
    assert kinds == {"single": 4, "preference": 6}
