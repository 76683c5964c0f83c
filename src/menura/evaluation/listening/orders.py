"""Who is asked what, and in which order: drawn from the seed of the test and the rater's number."""

import random
from collections.abc import Sequence

from menura.evaluation.listening.definition import Item, ListeningTest
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
        items = [i for i, item in enumerate(test.items) if item.kind == kind]
        seed = seeds.derive(test.seed, "orders", kind)
        mine = _assigned(items, test.items, shares[kind], seed, number)
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


def _assigned(
    items: Sequence[int], every: Sequence[Item], n: int, seed: int, number: int
) -> list[int]:
    """`n` different items for the rater. The raters, in the order of their numbers, deal all
    items out, then all again in another order."""
    if n >= len(items):
        return list(items)
    left: list[int] = []
    n_rounds = 0
    for _ in range(number + 1):
        mine: list[int] = []
        while len(mine) < n:
            if not left:
                left = _alternating(items, every, seeds.derive(seed, "round", n_rounds))
                # What this rater has had already waits for the next one.
                left.sort(key=lambda item: item in mine)
                n_rounds += 1
            mine.append(left.pop(0))
    return mine


def _alternating(items: Sequence[int], every: Sequence[Item], seed: int) -> list[int]:
    """All items in random order in which the systems (or pairs of them) take turns."""
    rng = random.Random(seed)
    of_systems: dict[tuple[str, ...], list[int]] = {}
    for item in items:
        of_systems.setdefault(every[item].systems, []).append(item)
    for group in of_systems.values():
        rng.shuffle(group)
    order: list[int] = []
    while groups := [group for group in of_systems.values() if group]:
        rng.shuffle(groups)
        order += [group.pop() for group in groups]
    return order


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
