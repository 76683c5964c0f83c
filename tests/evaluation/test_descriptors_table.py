"""The table has the columns of FMA's features.csv, in its order and its form."""

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from menura.evaluation.descriptors import COLUMNS, FMA_COLUMNS, write_csv, write_parquet
from menura.evaluation.descriptors.kept import KeptRows
from menura.foundation.errors import MenuraError

# Feature → columns for each statistic, as features.csv of FMA 2017 has them from left to right.
FMA = (
    ("chroma_cens", 12),
    ("chroma_cqt", 12),
    ("chroma_stft", 12),
    ("mfcc", 20),
    ("rmse", 1),
    ("spectral_bandwidth", 1),
    ("spectral_centroid", 1),
    ("spectral_contrast", 7),
    ("spectral_rolloff", 1),
    ("tonnetz", 6),
    ("zcr", 1),
)
STATISTICS = ("kurtosis", "max", "mean", "median", "min", "skew", "std")
RNG = np.random.default_rng(0)
ROWS = {
    name: (RNG.standard_normal(519) * 10.0 ** RNG.integers(-30, 30, 519)).astype("f4").tolist()
    for name in ("000/000002.mp3", 'odd, "name"\n.wav', "ä.wav")
}


def test_the_columns_are_fmas_and_then_the_tempo() -> None:
    assert len(FMA_COLUMNS) == 518
    assert (
        tuple(
            (feature, statistic, f"{number:02d}")
            for feature, size in FMA
            for statistic in STATISTICS
            for number in range(1, size + 1)
        )
        == FMA_COLUMNS
    )
    assert list(FMA_COLUMNS) == sorted(FMA_COLUMNS)
    assert COLUMNS[518:] == (("tempo", "bpm", "01"),)


def test_pandas_reads_it_as_it_reads_fmas(tmp_path: Path) -> None:
    write_csv(ROWS, tmp_path / "features.csv")
    read = pd.read_csv(tmp_path / "features.csv", index_col=0, header=[0, 1, 2])
    assert read.index.name == "track_id"
    assert read.columns.names == ["feature", "statistics", "number"]
    assert read.columns.tolist() == list(COLUMNS)
    assert read.index.tolist() == ["000/000002.mp3", 'odd, "name"\\n.wav', "ä.wav"]
    np.testing.assert_array_equal(read.to_numpy(np.float32), np.array(list(ROWS.values()), "f4"))
    assert read["mfcc"]["mean"].shape == (3, 20)


def test_the_header_is_literally_fmas(tmp_path: Path) -> None:
    write_csv({}, tmp_path / "features.csv")
    feature, statistic, number, index = (tmp_path / "features.csv").read_text().splitlines()
    assert feature.startswith("feature," + "chroma_cens," * 84 + "chroma_cqt,")
    assert statistic.startswith("statistics," + "kurtosis," * 12 + "max,")
    assert number.startswith("number,01,02,03,04,05,06,07,08,09,10,11,12,01,02,")
    assert index == "track_id" + "," * 519
    ends = [line.rsplit(",", 2)[1:] for line in (feature, statistic, number)]
    assert ends == [["zcr", "tempo"], ["std", "bpm"], ["01", "01"]]


def test_parquet_has_the_same_numbers(tmp_path: Path) -> None:
    write_parquet(ROWS, tmp_path / "features.parquet")
    read = pd.read_parquet(tmp_path / "features.parquet").set_index("track_id")
    assert read.columns.tolist() == [".".join(column) for column in COLUMNS]
    assert read.columns[-1] == "tempo.bpm.01"
    np.testing.assert_array_equal(read.to_numpy(), np.array(list(ROWS.values()), "f4"))


def test_without_pyarrow_the_command_that_helps_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MenuraError, match=r'pip install "menura\[parquet\]"'):
        write_parquet(ROWS, tmp_path / "features.parquet")
    assert list(tmp_path.iterdir()) == []


STATES = {"a": "1", "b": "2", "\udcff": "3"}
RESULTS: dict[str, dict[str, Any]] = {
    "a": {"values": [0.5] * 519},
    "b": {"dropped": "too short"},
    "\udcff": {"values": [1.5] * 519},
}


def kept_rows(folder: Path, **about: Any) -> KeptRows:
    return KeptRows(folder / "kept", about)


def test_kept_rows_come_back_but_for_a_cut_line(tmp_path: Path) -> None:
    rows = kept_rows(tmp_path, rate=1)
    assert rows.read(STATES) == {}
    rows.begin({}, STATES)
    for name, result in RESULTS.items():
        rows.add(name, STATES[name], result)
    assert rows.read(STATES) == RESULTS
    rows.path.write_bytes(rows.path.read_bytes()[:-20])
    left = rows.read(STATES)
    assert left.keys() == {"a", "b"}
    rows.begin(left, STATES)
    rows.add("\udcff", "3", RESULTS["\udcff"])
    assert rows.read(STATES) == RESULTS
    rows.clear()
    assert list(tmp_path.iterdir()) == []


def test_kept_rows_of_other_tracks_or_settings_are_not_used(tmp_path: Path) -> None:
    rows = kept_rows(tmp_path, rate=1)
    rows.begin(RESULTS, STATES)
    assert rows.read(STATES | {"a": "edited"}).keys() == {"b", "\udcff"}
    assert rows.read({"b": "2"}).keys() == {"b"}
    assert kept_rows(tmp_path, rate=2).read(STATES) == {}
