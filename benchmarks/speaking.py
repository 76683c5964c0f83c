"""How a benchmark shows what the work it starts has to say."""

from menura.foundation.reporting import Reporter


class Speaker(Reporter):
    """Says lines on the terminal, without the progress in between."""

    def say(self, line: str) -> None:
        print(line, flush=True)  # noqa: T201

    def warn(self, line: str) -> None:
        self.say(f"warning: {line}")
