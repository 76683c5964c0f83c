"""What is computed of a clip is computed once, however many metrics ask for it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from menura.audio import Clip

T = TypeVar("T")


def once_per_clip(function: Callable[[Clip], T]) -> Callable[[Clip], T]:
    """Remember `function(clip)` for as long as the clip itself lives.

    A clip is known by its identity: whoever changes its samples in place gets the old answer.
    """
    known: WeakKeyDictionary[Clip, T] = WeakKeyDictionary()

    @wraps(function)
    def remembered(clip: Clip) -> T:
        if clip not in known:
            known[clip] = function(clip)
        return known[clip]

    return remembered
