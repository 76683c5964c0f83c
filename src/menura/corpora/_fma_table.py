"""FMA's CSV files with several lines of header, read row by row.

`tracks.csv` has two levels of column names, `features.csv` and `echonest.csv` three; a line that
names the index (`track_id`) follows. Cells of `tracks.csv` hold HTML with newlines.
"""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

INDEX = "track_id"
AGAIN = "get FMA's metadata again (menura download fma-metadata)"
# Biographies have no limit; csv's own for a cell is 2^17. A quote that is never closed must still
# not fill the memory.
LONGEST_CELL = 1 << 22
ECHONEST = (
    "acousticness",
    "danceability",
    "energy",
    "instrumentalness",
    "liveness",
    "speechiness",
    "tempo",
    "valence",
)

Column = tuple[str, ...]
Line = tuple[int, list[str]]
"""The number of a row's first line in the file (from 1), and its cells, the index first."""


@contextmanager
def opened(path: Path, n_levels: int) -> Iterator[tuple[tuple[Column, ...], Iterator[Line]]]:
    """The columns of the table (without the index), and its rows as they are read.

    Raises MenuraError, here and while the rows are read, when the file is no such table.
    """
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            lines = _lines(file, path)
            levels = [cells for _, cells in _first(lines, n_levels)]
            if len(levels) < n_levels:
                raise MenuraError(f"{printable(str(path))} ends within its header; {AGAIN}")
            yield tuple(zip(*(level[1:] for level in levels), strict=False)), _data(lines)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise MenuraError(f"{printable(str(path))} cannot be read: {reason}") from None
    finally:
        csv.field_size_limit(before)


@dataclass(frozen=True)
class Features:
    """A table of numbers. columns: (feature, statistic, number), e.g. ("mfcc", "mean", "01").

    values: track → its row, NaN where the cell is empty.
    """

    columns: tuple[Column, ...]
    values: dict[int, Float32[np.ndarray, " columns"]]


def read_features(path: Path) -> Features:
    """FMA's `features.csv`: 518 columns, 106,574 tracks (220 MB as 32-bit floats).

    Raises MenuraError when the file is not such a table, naming the line.
    """
    with opened(path, 3) as (columns, lines):
        values = {
            _track(cells[0], path, line): np.array(
                _numbers(_whole(cells[1:], len(columns), path, line), path, line), np.float32
            )
            for line, cells in lines
        }
    if not columns or not values:
        raise MenuraError(f"{printable(str(path))} holds no features; {AGAIN}")
    return Features(columns, values)


def read_echonest(path: Path) -> dict[int, dict[str, float]]:
    """The eight high-level features of FMA's `echonest.csv`, for 13,129 tracks.

    Track → feature → value: acousticness, danceability, energy, instrumentalness, liveness,
    speechiness and valence from 0 to 1, and tempo in beats a minute. Raises MenuraError when the
    file has not these columns, or a value is no number.
    """
    with opened(path, 3) as (columns, lines):
        places = []
        for name in ECHONEST:
            if ("echonest", "audio_features", name) not in columns:
                raise MenuraError(
                    f"{printable(str(path))} has no column echonest/audio_features/{name}; {AGAIN}"
                )
            places.append(columns.index(("echonest", "audio_features", name)))
        table = {}
        for line, cells in lines:
            values = _whole(cells[1:], len(columns), path, line)
            numbers = _numbers([values[place] for place in places], path, line)
            table[_track(cells[0], path, line)] = dict(zip(ECHONEST, numbers, strict=True))
    return table


def _lines(file: Iterable[str], path: Path) -> Iterator[Line]:
    reader = csv.reader(file)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise MenuraError(
                f"{printable(str(path))} is not CSV: line {line}: {error}; {AGAIN}"
            ) from None
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _first(lines: Iterator[Line], number: int) -> Iterator[Line]:
    return (line for _, line in zip(range(number), lines, strict=False))


def _data(lines: Iterator[Line]) -> Iterator[Line]:
    """Without the line that names the index."""
    for number, cells in lines:
        if cells[0].strip() != INDEX or any(cells[1:]):
            yield number, cells


def _track(text: str, path: Path, line: int) -> int:
    number = track_number(text)
    if number is None:
        raise MenuraError(
            f"{printable(str(path))}: line {line}: {printable(text[:40])!r} is no track number; "
            f"{AGAIN}"
        )
    return number


def track_number(text: str) -> int | None:
    """The number that `text` is (1 to 9 digits), or None."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _whole(cells: list[str], wanted: int, path: Path, line: int) -> list[str]:
    if len(cells) != wanted:
        raise MenuraError(
            f"{printable(str(path))}: line {line}: {len(cells)} values where the header has "
            f"{wanted}; {AGAIN}"
        )
    return cells


def _numbers(cells: list[str], path: Path, line: int) -> list[float]:
    try:
        return [float(cell) if cell else float("nan") for cell in cells]
    except ValueError as error:
        where = f"{printable(str(path))}: line {line}"
        raise MenuraError(f"{where}: {printable(str(error))}; {AGAIN}") from None
