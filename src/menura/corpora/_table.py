"""Reading a CSV or JSONL file of labels into rows of text, whoever wrote it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


@dataclass(frozen=True)
class Row:
    """One row: its line in the file (from 1), and column → text. Empty cells are left out."""

    line: int
    cells: dict[str, str]
    problem: str | None = None  # why the row as a whole cannot be used


def read_rows(path: Path) -> list[Row]:
    """Rows of the table at `path` (.jsonl, or else CSV with , ; or tab and a heading line).

    Raises MenuraError when there is no table in it; a bad row is given with its `problem`.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise MenuraError(f"label file {printable(str(path))} cannot be read: {reason}") from None
    if not text.strip():
        raise MenuraError(f"label file {printable(str(path))} is empty")
    if "\0" in text:
        raise MenuraError(f"label file {printable(str(path))} is not text; save it as CSV in UTF-8")
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        return list(_json_rows(text))
    return list(_csv_rows(text, path))


def _json_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            yield Row(number, {}, "not JSON")
            continue
        if not isinstance(value, dict):
            yield Row(number, {}, 'not a JSON object such as {"file": "a.wav", "label": "x"}')
            continue
        plain = {
            key.strip(): str(item).strip()
            for key, item in value.items()
            if isinstance(item, str | int | float) and not isinstance(item, bool)
        }
        yield Row(number, {key: item for key, item in plain.items() if key and item})


def _csv_rows(text: str, path: Path) -> Iterator[Row]:
    heading = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: list[str] | None = None
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise MenuraError(
                f"label file {printable(str(path))} is not CSV: line {line}: {error}"
            ) from None
        if not any(cell.strip() for cell in cells):
            pass
        elif columns is None:
            columns = [cell.strip() for cell in cells]
        else:
            yield _csv_row(line, columns, cells)
        line = reader.line_num + 1


def _csv_row(line: int, columns: list[str], cells: list[str]) -> Row:
    named = {
        name: cell.strip()
        for name, cell in zip(columns, cells, strict=False)
        if name and cell.strip()
    }
    if len(cells) != len(columns):
        return Row(line, named, f"{len(cells)} cells where the heading has {len(columns)}")
    return Row(line, named)
