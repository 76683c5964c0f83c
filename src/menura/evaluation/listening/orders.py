"""Who is asked what, and in which order: drawn from the seed of the test and the rater's number."""

import random
from functools import lru_cache

from menura.evaluation.listening.dealing import Dealer, Systems
from menura.evaluation.listening.definition import ListeningTest
from menura.evaluation.listening.questions import KINDS, Kind
from menura.foundation import seeds
from menura.store import Trial

APART = 3  # trials at least between a trial and its repeat, where there are enough


def plan(test: ListeningTest, number: int) -> tuple[Trial, ...]:
    """The trials of the rater with that number (0, 1, 2, …).

    Kinds of trial come one after the other, so that a rater learns each task once; the order
    within each is the rater's own. Where there are more items than one rater is asked, the raters
    share them: all items are judged equally often, and each rater hears the systems equally often.
    Hidden repeats come in the second half of their kind.
    """
    trials: list[Trial] = []
    shares = _shares(test)
    for kind in test.kinds:
        items = tuple((i, item.systems) for i, item in enumerate(test.items) if item.kind == kind)
        dealer = _dealer(items, shares[kind], seeds.derive(test.seed, "items", kind))
        mine = list(dealer.hand(number))
        trials += _ordered(mine, test, kind, number, len(trials))
    return tuple(trials)


def most_trials(test: ListeningTest) -> int:
    """How many trials one rater has, repeats with them."""
    return len(plan(test, 0))


def _shares(test: ListeningTest) -> dict[Kind, int]:
    """How many items of each kind one rater is asked: as many of all as there are, or as allowed,
    in proportion and at least one."""
    counts = {kind: sum(item.kind == kind for item in test.items) for kind in test.kinds}
    total = sum(counts.values())
    if total <= test.n_trials:
        return counts
    exact = {kind: count * test.n_trials / total for kind, count in counts.items()}
    shares = {kind: max(1, int(share)) for kind, share in exact.items()}
    by_rest = sorted(exact, key=lambda kind: shares[kind] - exact[kind])
    for kind in by_rest[: max(0, test.n_trials - sum(shares.values()))]:
        shares[kind] += 1
    return shares


@lru_cache(maxsize=16)
def _dealer(items: tuple[tuple[int, Systems], ...], n: int, seed: int) -> Dealer:
    return Dealer(items, n, seed)


def _ordered(
    mine: list[int], test: ListeningTest, kind: Kind, number: int, n_before: int
) -> list[Trial]:
    """One kind of trial in the rater's own order, with repeats. n_before: trials before these."""
    rng = random.Random(seeds.derive(test.seed, "order", kind, number))
    rng.shuffle(mine)
    swaps = KINDS[kind].swaps
    first = [Trial(item, swaps and rng.random() < 0.5) for item in mine]
    half = len(first) // 2
    n_repeats = min(test.n_repeats, half)
    # From the beginning, so that some trials lie between, but not always the very first ones.
    early = range(max(n_repeats, half - APART))
    later: list[int | Trial] = [*first[half:]]
    for position in rng.sample(early, n_repeats):
        later.insert(rng.randint(min(APART, len(later)), len(later)), position)
    trials = first[:half]
    for one in later:
        if isinstance(one, int):
            again = first[one]
            one = Trial(again.item, swaps and not again.swapped, n_before + one)
        trials.append(one)
    return trials
