"""What a verb answers: one JSON document, or a few plain lines, on standard output."""

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


@dataclass(frozen=True)
class Answer:
    """`results` is what `--json` prints; `lines` is the essence of it, for people and pipes.

    status: what the program exits with; other than 0 where the answer itself is bad news.
    """

    results: Any
    lines: Sequence[str]
    status: int = 0

    def show(self, as_json: bool) -> None:
        if as_json:
            click.echo(json.dumps(plain(self.results), indent=2, allow_nan=False))
            return
        for line in self.lines:
            click.echo(line)


def files_written(paths: Iterable[Path]) -> Answer:
    """The answer of a verb whose result is sound files: their paths, one a line, and after each
    that of its notes, where it was played from notes."""
    from menura.workflows.outputs import notes_beside

    names = [str(file) for path in paths for file in (path, *notes_beside(path))]
    return Answer({"files": names}, names)


def plain(value: Any) -> Any:
    """`value` as JSON knows it: dataclasses to objects, paths to text, and NaN (which is no
    JSON) to null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(dataclasses.asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Path):
        return str(value)
    return value
