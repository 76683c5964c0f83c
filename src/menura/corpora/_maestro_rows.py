"""The list of performances that comes with MAESTRO, in any of the forms it was published in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from menura.corpora._json_file import read_json
from menura.corpora._table import read_rows
from menura.corpora.contract import Split
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

_LIST = re.compile(r"maestro-v(\d+)\.(\d+)\.(\d+)\.(csv|json)")
_SPLITS: dict[str, Split] = {"train": "train", "validation": "valid", "test": "test"}
_NEEDED = ("canonical_composer", "canonical_title", "split", "midi_filename", "audio_filename")


@dataclass(frozen=True)
class Performance:
    """One row. audio, midi: paths below the folder of the list, with "/". cells: the whole row."""

    composer: str
    title: str
    split: Split
    audio: str
    midi: str
    cells: dict[str, Any]


def find_list(root: Path) -> Path | None:
    """The newest `maestro-vX.Y.Z.csv` (or else .json) in `root`, or in a folder in it."""
    for folders in ([root], sorted(path for path in root.glob("maestro*") if path.is_dir())):
        files = [path for folder in folders for path in folder.glob("maestro-v*")]
        matches = [(match, path) for path in files if (match := _LIST.fullmatch(path.name))]
        if matches:
            # csv comes before json: version for version they say the same.
            return max(matches, key=lambda item: (_version(item[0]), item[0][4] == "csv"))[1]
    return None


def read_performances(file: Path) -> tuple[list[Performance], list[tuple[str, str]]]:
    """The rows of the list `file`, and (row in words, why it cannot be used) of the others.

    Forms: CSV; JSON as a list of rows (v1, v2); JSON as column → row → value (v3).
    Raises MenuraError when there is no such list in it.
    """
    is_json = file.suffix.lower() == ".json"
    rows = _json_rows(file) if is_json else _csv_rows(file)
    performances: list[Performance] = []
    problems: list[tuple[str, str]] = []
    for where, cells, problem in rows:
        problem = problem or _problem(cells)
        if problem:
            problems.append((where, problem))
        else:
            performances.append(_performance(cells))
    if not performances:
        said = f" ({problems[0][0]}: {problems[0][1]})" if problems else ""
        raise MenuraError(f"{printable(str(file))} lists no performance as MAESTRO does{said}")
    return performances, problems


def _version(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(match[number][:9]) for number in (1, 2, 3))


def _csv_rows(file: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    for row in read_rows(file):
        yield f"line {row.line}", dict(row.cells), row.problem or ""


def _json_rows(file: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    value = read_json(file)
    if isinstance(value, list):
        for number, cells in enumerate(value, start=1):
            good = isinstance(cells, dict)
            yield f"row {number}", cells if good else {}, "" if good else "nothing is said of it"
    elif isinstance(value, dict) and all(isinstance(column, dict) for column in value.values()):
        for number in dict.fromkeys(key for column in value.values() for key in column):
            cells = {name: column[number] for name, column in value.items() if number in column}
            yield f"row {number}", cells, ""
    else:
        raise MenuraError(f"{printable(str(file))} is not a list of performances as MAESTRO has it")


def _problem(cells: Mapping[str, Any]) -> str:
    for name in _NEEDED:
        if not isinstance(cells.get(name), str) or not cells[name].strip():
            return f"{name} is not given"
    if cells["split"] not in _SPLITS:
        return f"split {printable(cells['split'])!r} is not train, validation or test"
    return ""


def _performance(cells: dict[str, Any]) -> Performance:
    return Performance(
        printable(cells["canonical_composer"].strip()),
        printable(cells["canonical_title"].strip()),
        _SPLITS[cells["split"]],
        cells["audio_filename"],
        cells["midi_filename"],
        cells,
    )
