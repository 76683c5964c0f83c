"""Compiled loops. Imported where they are first used: numba takes a while."""

from collections.abc import Callable
from typing import Any, Literal

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled when first called: a few seconds, once where there is a folder to keep it in."""
    return _compiled(function, set())


def compiled_fusing(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same; a product and the sum that it goes into may be one instruction, rounded once.

    Nothing else is reordered: the same numbers come out however many are computed side by side.
    A division by zero gives infinity and is not looked for.
    """
    return _compiled(function, {"contract"}, "numpy")


def compiled_summing_freely(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, with sums in whatever order is quickest: several terms side by side."""
    return _compiled(function, {"reassoc", "contract"})


def _compiled(
    function: Callable[..., Any],
    liberties: set[str],
    divisions: Literal["python", "numpy"] = "python",
) -> Callable[..., Any]:
    """divisions: by zero: an error, or infinity."""
    options: dict[str, Any] = {"nogil": True, "fastmath": liberties, "error_model": divisions}
    try:
        kept: Callable[..., Any] = njit(cache=True, **options)(function)
        return kept
    except RuntimeError:  # numba found no folder that it may write to
        fresh: Callable[..., Any] = njit(**options)(function)
        return fresh
