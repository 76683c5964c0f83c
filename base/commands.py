"""What the commands of base/ share: lines for the person, and mistakes told in one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Reporter


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


class Told(Reporter):
    """Plain lines on standard error; progress every tenth of what there is."""

    def __init__(self) -> None:
        self._said = -1

    def say(self, line: str) -> None:
        say(line)

    def warn(self, line: str) -> None:
        say(f"warning: {line}")

    def progress(self, done: float, total: float, line: str) -> None:
        tenth = int(10 * done / total) if total else -1
        if tenth != self._said:
            self._said = tenth
            say(line)
