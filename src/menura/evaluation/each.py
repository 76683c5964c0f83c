"""The same of each clip, on all cores."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from menura.foundation.cores import n_cores

T = TypeVar("T")
Item = TypeVar("Item")


def each(function: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
    """`function` of each item, in their order; in threads, since numpy and scipy let others run.

    An error of one is raised, the first in order.
    """
    wanted = list(items)
    n = min(n_cores(), len(wanted))
    if n <= 1:
        return [function(item) for item in wanted]
    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(function, wanted))
