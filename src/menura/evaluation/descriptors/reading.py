"""A table of descriptors read back: ours, or FMA's features.csv."""

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from menura.evaluation.descriptors.table import INDEX, require_parquet
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

_MEND = "make one with `menura features CORPUS --out FILE`"
_LEVELS = 3


@dataclass(frozen=True)
class Table:
    """columns: such as "mfcc.mean.01". rows: index of a track, as it is written → its numbers."""

    columns: tuple[str, ...]
    rows: dict[str, Float32[np.ndarray, " columns"]]


def read_table(path: Path, wanted: Callable[[str], bool]) -> Table:
    """The rows of a .csv or .parquet file whose index is `wanted`; the others are passed over.

    An empty cell is NaN. Raises MenuraError where the file is no such table.
    """
    if not path.is_file():
        raise MenuraError(f"there is no file {printable(str(path))}; {_MEND}")
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path, wanted)
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.reader(file)
            levels = [line for _, line in zip(range(_LEVELS), reader, strict=False)]
            columns = _columns(levels, path)
            rows = dict(_rows(reader, len(columns), wanted, path))
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise MenuraError(f"{printable(str(path))} cannot be read: {reason}") from None
    except csv.Error as error:
        raise MenuraError(f"{printable(str(path))} is not CSV ({error}); {_MEND}") from None
    return Table(columns, rows)


def _columns(levels: Sequence[Sequence[str]], path: Path) -> tuple[str, ...]:
    """The names of the three lines of header, joined."""
    widths = {len(level) for level in levels}
    if len(levels) < _LEVELS or len(widths) > 1 or widths <= {0, 1} or levels[0][0] != "feature":
        raise MenuraError(
            f"{printable(str(path))} has not the three lines of header of a table of features "
            f"(feature, statistics, number); {_MEND}"
        )
    return tuple(".".join(names) for names in zip(*(level[1:] for level in levels), strict=True))


def _rows(
    reader: Iterator[list[str]], n_columns: int, wanted: Callable[[str], bool], path: Path
) -> Iterator[tuple[str, Float32[np.ndarray, " columns"]]]:
    for number, (index, *cells) in enumerate((line for line in reader if line), _LEVELS + 1):
        if index == INDEX or not wanted(index):
            continue
        if len(cells) != n_columns:
            raise MenuraError(
                f"{printable(str(path))}: row {number}: {len(cells)} values where the header has "
                f"{n_columns}; {_MEND}"
            )
        try:
            values = [float(cell) if cell else math.nan for cell in cells]
        except ValueError as error:
            line = printable(str(error))
            raise MenuraError(f"{printable(str(path))}: row {number}: {line}; {_MEND}") from None
        yield index, np.array(values, np.float32)


def _read_parquet(path: Path, wanted: Callable[[str], bool]) -> Table:
    require_parquet()
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
        names = [str(name) for name in table.column(INDEX).to_pylist()]
        columns = [name for name in table.column_names if name != INDEX]
        values = np.stack([table.column(name).to_numpy() for name in columns], axis=1)
        numbers: Float32[np.ndarray, "rows columns"] = values.astype(np.float32)
    except (OSError, KeyError, ValueError, TypeError, pyarrow.ArrowException) as error:
        line = printable(str(error).partition("\n")[0])
        raise MenuraError(
            f"{printable(str(path))} is not a table of features ({line}); {_MEND}"
        ) from None
    kept = {name: numbers[i] for i, name in enumerate(names) if wanted(name)}
    return Table(tuple(columns), kept)
