"""Compiled loops. Imported where they are first used: numba takes a while."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled when first called: a few seconds, once where there is a folder to keep it in."""
    return _kept(function, nogil=True)


def fused(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `compiled`; a product and a sum may become one instruction, rounded once.

    Nothing else is reordered: the same numbers come out however many are computed side by side.
    Divisions by zero give infinities and are not looked for.
    """
    return _kept(function, nogil=True, fastmath={"contract"}, error_model="numpy")


def _kept(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    try:
        kept: Callable[..., Any] = njit(cache=True, **options)(function)
        return kept
    except RuntimeError:  # numba found no folder that it may write to
        fresh: Callable[..., Any] = njit(**options)(function)
        return fresh
