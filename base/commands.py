"""What the commands of base/ share: lines for the person, and mistakes told in one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from menura.foundation.errors import MenuraError, UsageError


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def plainly() -> Iterator[None]:
    """What goes wrong is said in a line, and is the exit status; so is Ctrl-C, after which the same
    command goes on."""
    try:
        yield
    except MenuraError as error:
        say(f"error: {error}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        sys.exit(130)
