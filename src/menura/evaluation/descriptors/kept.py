"""Results of unfinished work, so that a run that was stopped need not begin again."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from menura.evaluation.descriptors.columns import COLUMNS
from menura.foundation.atomic import replacing

FORMAT = "menura descriptors 1"

Result = dict[str, Any]


class KeptRows:
    """Results by track, in a file that grows by one line with each; deleted at the end.

    about: what the results depend on besides the tracks; results of another `about` are not used.
    whole: whether a result is one, where none was dropped; by default a row of descriptors.
    try_again: with those that were dropped, which may have lacked memory only, as if they were new.
    """

    def __init__(
        self,
        path: Path,
        about: Mapping[str, Any],
        whole: Callable[[Result], bool] | None = None,
        *,
        try_again: bool = False,
    ):
        self.path, self._whole, self._try_again = path, whole or _is_row, try_again
        self._head = _line({"format": FORMAT, **about})

    def read(self, states: Mapping[str, str]) -> dict[str, Result]:
        """Track → result, of those in `states` (track → what it is like now) that are as then."""
        try:
            head, *lines = self.path.read_text(encoding="ascii").splitlines(keepends=True)
        except (OSError, ValueError):
            return {}
        entries = (
            [entry for entry in map(self._parsed, lines) if entry] if head == self._head else []
        )
        return {
            entry["id"]: entry["result"]
            for entry in entries
            if states.get(entry["id"]) == entry["state"]
        }

    def begin(self, results: Mapping[str, Result], states: Mapping[str, str]) -> None:
        """Write the file anew, with the `results` that stay: a kill may have cut its last line."""
        with replacing(self.path) as temporary:
            lines = (_entry(name, states[name], result) for name, result in results.items())
            temporary.write_text("".join((self._head, *lines)), encoding="ascii")

    def add(self, identity: str, state: str, result: Result) -> None:
        """Keep one more result."""
        with self.path.open("a", encoding="ascii") as file:
            file.write(_entry(identity, state, result))

    def _parsed(self, line: str) -> dict[str, Any] | None:
        """The entry in one line; None where it is cut or something else."""
        try:
            entry = json.loads(line)
            dropped = "dropped" in entry["result"]
            whole = not self._try_again if dropped else self._whole(entry["result"])
        except (ValueError, KeyError, TypeError):
            return None
        return entry if whole and {"id", "state"} <= entry.keys() else None

    def clear(self) -> None:
        """Delete the file: the table is written."""
        self.path.unlink(missing_ok=True)


def _entry(identity: str, state: str, result: Result) -> str:
    return _line({"id": identity, "state": state, "result": result})


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True) + "\n"  # ASCII: an id may hold bytes that are no text


def _is_row(result: Result) -> bool:
    return len(result["values"]) == len(COLUMNS) and all(map(math.isfinite, result["values"]))
