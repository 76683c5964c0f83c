"""menura features: its words, its answer, and nothing heavy before the work."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from menura.cli import run

StandIn = Callable[[str, Any], list[Any]]
HEAVY = ("librosa", "numba", "scipy", "numpy", "torch", "pyarrow", "pandas", "soundfile")
PRINT_HEAVY = f"""
import sys
from menura.cli import run
run(["features", "--help"])
print("HEAVY", *[name for name in {HEAVY!r} if name in sys.modules])
"""


@dataclass(frozen=True)
class Report:
    tracks: int
    seconds: float


@pytest.mark.parametrize(
    ("words", "rate", "workers"),
    [("", None, None), ("--sample-rate 22050 --workers 3", 22050, 3)],
)
def test_words_are_handed_on(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str], words: str, rate: int, workers: int
) -> None:
    calls = stand_in("features", Report(2, 1.5))
    assert run(["features", "c", "--out", "t.csv", *words.split()]) == 0
    [(positional, named)] = calls
    assert positional == (Path("c"), Path("t.csv"))
    del named["reporter"]
    assert named == {"sample_rate": rate, "workers": workers}
    assert capsys.readouterr().out == "t.csv\n"


def test_json_is_the_report(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in("features", Report(2, 1.5))
    assert run(["features", "c", "--out", "t.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"tracks": 2, "seconds": 1.5}


def test_stopped_it_says_how_to_go_on(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in("features", KeyboardInterrupt())
    assert run(["features", "c", "--out", "t.csv"]) == 130
    assert capsys.readouterr().err.endswith("kept; the same command goes on from there\n")


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        ("features no-such --out t.csv", 1, "no-such"),
        ("features . --out t.xlsx", 2, "must end in .csv or .parquet"),
        ("features .", 2, "--out"),
        ("features . --out t.csv --workers 0", 2, "--workers"),
    ],
)
def test_mistakes_are_one_line(
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    status: int,
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(words.split()) == status
    out, err = capfd.readouterr()
    assert out == ""
    assert named in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_help_is_instant() -> None:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", PRINT_HEAVY], check=True, capture_output=True, text=True
        )
        times.append(time.perf_counter() - start)
        assert done.stdout.splitlines()[-1] == "HEAVY"
    assert min(times) < 0.4
