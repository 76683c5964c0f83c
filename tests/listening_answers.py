"""Raters of a small listening test who answer as they are told, without a server."""

from collections.abc import Callable
from datetime import UTC, datetime

from menura.evaluation.listening.definition import Item, ListeningTest
from menura.evaluation.listening.opinions import opinions
from menura.evaluation.listening.orders import plan
from menura.evaluation.listening.results import ListeningResults, results_of
from menura.store import Answered, Trial

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Say = Callable[[int, Item, Trial], int]


def better(rater: int, item: Item, trial: Trial) -> int:
    """alpha-net gets 4 points, the other system 2; of two, alpha-net is chosen."""
    if item.kind == "preference":
        return 1 + int(trial.swapped)
    return 4 if item.systems == ("alpha-net",) else 2


def taken(test: ListeningTest, n_raters: int, say: Say = better) -> list[Answered]:
    """All trials of all raters, every question of a trial answered with what `say` gives."""
    found = []
    for rater in range(n_raters):
        for position, trial in enumerate(plan(test, rater)):
            item = test.items[trial.item]
            values = {one.name: say(rater, item, trial) for one in test.of_kind(item.kind)}
            found.append(Answered(rater, position, trial, values, 2.0, 1, NOW))
    return found


def found_in(
    test: ListeningTest, given: list[Answered], *, keep_all: bool = False
) -> ListeningResults:
    """The results of these answers."""
    n_trials = {one.rater: len(plan(test, one.rater)) for one in given}
    return results_of(test, opinions(test, given), n_trials, keep_all=keep_all, seed=0)
