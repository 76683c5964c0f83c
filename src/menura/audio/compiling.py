"""Compiled loops. Imported where they are first used: numba takes a while."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled when first called: a few seconds, once where there is a folder to keep it in."""
    try:
        kept: Callable[..., Any] = njit(cache=True, nogil=True)(function)
        return kept
    except RuntimeError:  # numba found no folder that it may write to
        fresh: Callable[..., Any] = njit(nogil=True)(function)
        return fresh
