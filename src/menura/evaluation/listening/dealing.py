"""Sharing items among raters: all judged as often, every rater hearing each system as often."""

import random
import threading
from collections import Counter
from collections.abc import Sequence

from menura.foundation import seeds

Systems = tuple[str, ...]


class Dealer:
    """Deals items to raters in the order of their numbers: all of them out, then all again, in an
    order drawn for each round. What was dealt is kept, so that the next rater costs little.

    items: number of an item → whose sound is judged in it. n: items a rater gets.
    """

    def __init__(self, items: Sequence[tuple[int, Systems]], n: int, seed: int):
        self._systems = dict(items)
        self._n, self._seed = min(n, len(items)), seed
        self._hands: list[tuple[int, ...]] = []
        self._left: list[int] = []
        self._n_rounds = 0
        self._lock = threading.Lock()

    def hand(self, number: int) -> tuple[int, ...]:
        """The items of the rater with that number: `n` different ones."""
        with self._lock:
            while len(self._hands) <= number:
                self._hands.append(self._dealt())
            return self._hands[number]

    def _dealt(self) -> tuple[int, ...]:
        mine: list[int] = []
        heard: Counter[Systems] = Counter()
        while len(mine) < self._n:
            known = set(mine)
            open_ = [item for item in self._left if item not in known]
            if not open_:  # what is left, this rater has had already: it waits for the next one
                self._left += self._round()
                continue
            many = Counter(self._systems[item] for item in self._left)
            # Of the systems heard least, that of which most is left; the first of its items.
            item = min(open_, key=lambda i: (heard[self._systems[i]], -many[self._systems[i]]))
            self._left.remove(item)
            mine.append(item)
            heard[self._systems[item]] += 1
        return tuple(mine)

    def _round(self) -> list[int]:
        order = list(self._systems)
        random.Random(seeds.derive(self._seed, "round", self._n_rounds)).shuffle(order)
        self._n_rounds += 1
        return order
