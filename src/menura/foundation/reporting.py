"""How work in progress speaks to whoever asked for it.

Workflows speak through a Reporter; the command line shows it on standard error, a notebook may
collect it, and this base class says nothing.
"""


class Reporter:
    """Says nothing. Subclass and override what you want to hear."""

    def say(self, line: str) -> None:
        """A plain line: a result or a fact."""

    def warn(self, line: str) -> None:
        """Something the person should know and may want to mend."""

    def progress(self, done: float, total: float, line: str) -> None:
        """`done` of `total` (any unit; 0: the end is not known); `line` says what is being done,
        and the time left."""


class WarnsOnce(Reporter):
    """Passes on all it hears, but the same warning only once: for work that goes over a thing
    several times."""

    def __init__(self, reporter: Reporter):
        self._reporter = reporter
        self._warned: set[str] = set()

    def say(self, line: str) -> None:
        self._reporter.say(line)

    def warn(self, line: str) -> None:
        if line not in self._warned:
            self._warned.add(line)
            self._reporter.warn(line)

    def progress(self, done: float, total: float, line: str) -> None:
        self._reporter.progress(done, total, line)


class Collected(Reporter):
    """Keeps every line, for notebooks and tests."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warnings: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def warn(self, line: str) -> None:
        self.warnings.append(line)
