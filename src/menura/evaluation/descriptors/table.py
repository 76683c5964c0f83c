"""The table of descriptors on the disk: as FMA wrote it, or as Parquet."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from menura.evaluation.descriptors.columns import COLUMNS, Column
from menura.foundation.atomic import replacing
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

INDEX = "track_id"

Rows = Mapping[str, Sequence[float]]
"""Id of a track → a value for each of COLUMNS. Ids are written so that any program reads them."""


def write_csv(rows: Rows, path: Path) -> None:
    """As FMA's features.csv: three rows of header, one with the name of the index, the tracks.

    `pandas.read_csv(path, index_col=0, header=[0, 1, 2])` reads it. Values are written with ten
    decimals in scientific notation, which is exact for 32-bit floats.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for level, name in enumerate(Column._fields):
            writer.writerow([name, *(column[level] for column in COLUMNS)])
        writer.writerow([INDEX, *("" for _ in COLUMNS)])
        for identity, values in rows.items():
            writer.writerow([printable(identity), *(f"{value:.10e}" for value in values)])


def write_parquet(rows: Rows, path: Path) -> None:
    """A string column `track_id`, then 32-bit floats named like "mfcc.mean.01".

    Raises MenuraError without pyarrow.
    """
    require_parquet()
    import pyarrow
    from pyarrow import parquet

    values = np.array(list(rows.values()), np.float32).reshape(len(rows), len(COLUMNS))
    names = [INDEX, *(column.flat for column in COLUMNS)]
    columns = [pyarrow.array(map(printable, rows), pyarrow.string()), *map(pyarrow.array, values.T)]
    with replacing(path) as temporary:
        parquet.write_table(pyarrow.table(columns, names=names), temporary)


def require_parquet() -> None:
    """Raises MenuraError, with the command that helps, where Parquet cannot be written."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise MenuraError(
            'a .parquet file needs pyarrow: pip install "menura[parquet]", or name a .csv file'
        ) from None
