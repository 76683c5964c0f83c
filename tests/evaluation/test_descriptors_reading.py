"""A table that is read back is the table that was written; what is none is said to be none."""

from pathlib import Path

import numpy as np
import pytest

from menura.corpora.fma import Fma
from menura.evaluation.descriptors import COLUMNS, write_csv, write_parquet
from menura.evaluation.descriptors.reading import read_table
from menura.foundation.errors import MenuraError

ROWS = {
    name: np.random.default_rng(number).standard_normal(len(COLUMNS)).astype(np.float32)
    for number, name in enumerate(("a.wav", "b, c.wav", "ü.wav"))
}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_is_written_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t.{ending}"
    rows = {name: row.tolist() for name, row in ROWS.items()}
    (write_csv if ending == "csv" else write_parquet)(rows, path)
    table = read_table(path, lambda name: name != "a.wav")
    assert table.columns == tuple(column.flat for column in COLUMNS)
    assert list(table.rows) == ["b, c.wav", "ü.wav"]
    for name, row in table.rows.items():
        np.testing.assert_array_equal(row, ROWS[name])


def test_fma_s_own_table_is_read(tmp_path: Path) -> None:
    Fma().miniature(tmp_path)
    table = read_table(tmp_path / "fma_metadata" / "features.csv", {"2", "5"}.__contains__)
    assert table.columns[0] == "chroma_cens.kurtosis.01"
    assert set(table.rows) == {"2", "5"}
    assert table.rows["2"] == pytest.approx([2 / 7 + k for k in range(4)])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "three lines of header"),
        ("a,b\n1,2\n", "three lines of header"),
        ("feature,a\nstatistics,b\nnumber,01\ntrack_id,\nx,1,2\n", "row 5: 2 values where"),
        ("feature,a\nstatistics,b\nnumber,01\ntrack_id,\nx,many\n", "row 5: could not convert"),
    ],
)
def test_what_is_no_table_is_refused_with_the_line(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MenuraError, match=line):
        read_table(path, lambda _: True)


def test_empty_cells_are_gaps_and_no_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("feature,a,a\nstatistics,b,b\nnumber,01,02\ntrack_id,,\nx,,2\n", "utf-8")
    np.testing.assert_array_equal(read_table(path, lambda _: True).rows["x"], [np.nan, 2])
    with pytest.raises(MenuraError, match=r"no file .*none.csv; make one with `menura features"):
        read_table(tmp_path / "none.csv", lambda _: True)
    other = tmp_path / "t.parquet"
    other.write_bytes(b"PAR1 and more")
    with pytest.raises(MenuraError, match="is not a table of features"):
        read_table(other, lambda _: True)
