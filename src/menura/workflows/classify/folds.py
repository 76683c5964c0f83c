"""Verdicts of folds that are done, kept so that a table that was stopped goes on from there."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from menura.foundation.version import __version__


@dataclass(frozen=True)
class Fold:
    """What one classifier told in one fold. told: a label for each track that is judged."""

    told: tuple[str, ...]
    words: str
    fit_s: float
    judge_s: float


class KeptFolds:
    """A file that grows by a line with each fold.

    about: all that every fold of the table rests on; folds of another `about` are not used.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]):
        self._path = path
        self._about = {"menura": __version__, **about}
        self._known = self._read()

    def get(self, classifier: str, settings: Mapping[str, Any], fold: int) -> Fold | None:
        """The fold, if it was done before."""
        return self._known.get(self._key(classifier, settings, fold))

    def add(self, classifier: str, settings: Mapping[str, Any], fold: int, done: Fold) -> None:
        """Keep one more."""
        key = self._key(classifier, settings, fold)
        self._known[key] = done
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="ascii") as file:
            # On a line of its own, whatever a kill has cut before.
            file.write("\n" + json.dumps({"key": key, "fold": asdict(done)}))

    def clear(self) -> None:
        """Delete the file: the table is written."""
        self._path.unlink(missing_ok=True)

    def _key(self, classifier: str, settings: Mapping[str, Any], fold: int) -> str:
        said = json.dumps([self._about, classifier, settings, fold], sort_keys=True)
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()

    def _read(self) -> dict[str, Fold]:
        try:
            lines = self._path.read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):
            return {}
        return dict(entry for entry in map(_entry, lines) if entry is not None)


def _entry(line: str) -> tuple[str, Fold] | None:
    """None for a line that a kill has cut."""
    try:
        entry = json.loads(line)
        fold = entry["fold"]
        told: Sequence[str] = fold["told"]
        return str(entry["key"]), Fold(
            tuple(told), str(fold["words"]), float(fold["fit_s"]), float(fold["judge_s"])
        )
    except (ValueError, KeyError, TypeError):
        return None
