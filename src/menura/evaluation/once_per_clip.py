"""What is computed of a clip is computed once, however many metrics ask for it."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

from menura.audio import Clip

T = TypeVar("T")
Further = TypeVarTuple("Further")


def once_per_clip(function: Callable[[Clip, *Further], T]) -> Callable[[Clip, *Further], T]:
    """Remember `function(clip, …)` for as long as the clip itself lives.

    A clip is known by its identity: whoever changes its samples in place gets the old answer.
    Further arguments must be hashable, and are given by their place.
    """
    known: WeakKeyDictionary[Clip, dict[Hashable, T]] = WeakKeyDictionary()

    @wraps(function)
    def remembered(clip: Clip, *further: *Further) -> T:
        of_clip = known.setdefault(clip, {})
        if further not in of_clip:
            of_clip[further] = function(clip, *further)
        return of_clip[further]

    return remembered
