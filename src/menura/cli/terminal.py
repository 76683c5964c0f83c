"""Messages and progress for people, on standard error."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from menura.foundation.reporting import Reporter

if TYPE_CHECKING:
    import rich.progress


@contextmanager
def terminal() -> Iterator[Reporter]:
    """A bar on a terminal; elsewhere (a log file, a pipe) a plain line from time to time."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield PlainLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    texts = ("{task.fields[share]}", "{task.description}")
    columns = (BarColumn(), *(TextColumn(text, markup=False) for text in texts))
    # Rich itself leaves colours out where NO_COLOR is set.
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield LiveBar(bar)


class PlainLines(Reporter):
    """Plain lines; progress at most once in `every_s` seconds."""

    def __init__(self, every_s: float = 10.0, now: Callable[[], float] = time.monotonic):
        self._every_s, self._now = every_s, now
        self._next_s = now() + every_s

    def say(self, line: str) -> None:
        click.echo(line, err=True)

    def warn(self, line: str) -> None:
        click.echo(f"warning: {line}", err=True)

    def progress(self, done: float, total: float, line: str) -> None:
        if self._now() < self._next_s:
            return
        self._next_s = self._now() + self._every_s
        click.echo(f"{_share(done, total):>4}  {line}", err=True)


class LiveBar(Reporter):
    """One bar that follows the latest progress, with messages scrolling above it."""

    def __init__(self, bar: "rich.progress.Progress"):
        self._bar = bar
        self._task: rich.progress.TaskID | None = None
        self._end: float | None = None

    def say(self, line: str) -> None:
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def warn(self, line: str) -> None:
        self._bar.console.print(
            f"warning: {line}", style="yellow", markup=False, highlight=False, soft_wrap=True
        )

    def progress(self, done: float, total: float, line: str) -> None:
        end = total if total > 0 else None
        if self._task is not None and (end is None) != (self._end is None):
            self._bar.remove_task(self._task)  # a task of rich cannot forget its end
            self._task = None
        if self._task is None:
            self._task = self._bar.add_task(line, total=end, share="")
        self._end = end
        share = _share(done, total)
        self._bar.update(
            self._task, completed=min(done, total), total=end, description=line, share=share
        )


def _share(done: float, total: float) -> str:
    """Per cent; nothing where the total is 0, which stands for an end that is not known."""
    return f"{min(done / total, 1.0):.0%}" if total > 0 else ""
