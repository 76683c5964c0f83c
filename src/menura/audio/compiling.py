"""Compiled loops. Imported where they are first used: numba takes a while."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled when first called: a few seconds, once where there is a folder to keep it in."""
    return _compiled(function, set())


def compiled_summing_freely(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, with sums in whatever order is quickest: several terms side by side."""
    return _compiled(function, {"reassoc", "contract"})


def _compiled(function: Callable[..., Any], liberties: set[str]) -> Callable[..., Any]:
    try:
        kept: Callable[..., Any] = njit(cache=True, nogil=True, fastmath=liberties)(function)
        return kept
    except RuntimeError:  # numba found no folder that it may write to
        fresh: Callable[..., Any] = njit(nogil=True, fastmath=liberties)(function)
        return fresh
