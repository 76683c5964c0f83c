"""Things that belong together because others join them."""

from collections import defaultdict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Sets(Generic[T]):
    """Disjoint sets (R. E. Tarjan, "Efficiency of a good but not linear set union algorithm",
    JACM 22(2), 1975). What was never joined is alone."""

    def __init__(self) -> None:
        self._parent: dict[T, T] = {}

    def leader(self, item: T) -> T:
        """The one that stands for all that `item` belongs with."""
        parent = self._parent
        while (above := parent.get(item, item)) != item:
            parent[item] = item = parent.get(above, above)
        return item

    def join(self, one: T, other: T) -> None:
        """Put the sets of both together; the leader of `one` stands for them."""
        first, second = self.leader(one), self.leader(other)
        if first != second:
            self._parent[second] = first
        self._parent.setdefault(first, first)

    def together(self, one: T, other: T) -> bool:
        """Whether they are in one set."""
        return self.leader(one) == self.leader(other)

    def all(self) -> list[list[T]]:
        """Every set of more than one, in the order in which its items were first joined."""
        found: dict[T, list[T]] = defaultdict(list)
        for item in self._parent:
            found[self.leader(item)].append(item)
        return [items for items in found.values() if len(items) > 1]
