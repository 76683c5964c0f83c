"""The same of each item, on several cores."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from menura.foundation.cores import n_cores

T = TypeVar("T")
Item = TypeVar("Item")


def each(
    function: Callable[[Item], T], items: Iterable[Item], n_threads: int | None = None
) -> list[T]:
    """`function` of each item, in their order; in threads (one for each core when None), since
    numpy, PyTorch and compiled loops let others run.

    An error of one is raised, the first in order.
    """
    wanted = list(items)
    n = min(n_cores() if n_threads is None else n_threads, len(wanted))
    if n <= 1:
        return [function(item) for item in wanted]
    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(function, wanted))
