"""The command line: translates words to workflows and their results to text, decides nothing."""

from menura.cli.entry import main, run

__all__ = ["main", "run"]
