"""Errors a person can act on: one plain line that names what is wrong, where, and the mend."""

from collections.abc import Iterator


class MenuraError(Exception):
    """Something could not be done: what the words name is not there, or cannot be used.

    The command line prints the line and exits with 1.
    """

    exit_status = 1


class UsageError(MenuraError):
    """The words of the request are wrong: an unknown name, an impossible value, options that
    fight, a file where a folder is meant. Exits with 2."""

    exit_status = 2


def causes(error: BaseException) -> Iterator[BaseException]:
    """What an error was raised for, and that for, and so on."""
    before = error.__cause__ or error.__context__
    while before is not None:
        yield before
        before = before.__cause__ or before.__context__


def is_out_of_memory(error: BaseException) -> bool:
    """Whether it says that the memory is not enough: torch has a kind of its own for a device, and
    for the processor a RuntimeError like any other."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (isinstance(error, RuntimeError) and "can't allocate memory" in str(error))
    )


def unknown_name(kind: str, name: str, known: list[str]) -> UsageError:
    """The error for a name that does not exist: lists the names that do, the nearest first."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    there_is = ", ".join(known) or "none"
    return UsageError(f"there is no {kind} {name!r}{hint} (there is: {there_is})")
