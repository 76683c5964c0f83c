"""menura classify: a group of verbs that hand their words on, and print what comes back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from menura.cli import run

StandIn = Callable[[str, Any], list[Any]]
SHARED: dict[str, Any] = {
    "label": None,
    "preset": "laptop",
    "grid": False,
    "epochs": None,
    "minutes": None,
    "seed": 0,
    "device": "auto",
    "precision": "auto",
    "workers": None,
}
CHANGED: dict[str, Any] = {
    "label": "genre",
    "preset": "paper",
    "grid": True,
    "epochs": 3,
    "minutes": 1.5,
    "seed": 4,
    "device": "cpu",
    "precision": "float32",
    "workers": 2,
}
ALL = (
    "--label genre --preset paper --grid --epochs 3 --minutes 1.5 --seed 4 --device cpu "
    "--precision float32 --workers 2"
)
TRAIN = SHARED | {"classifier": "svm", "settings": {}}
TABLE = SHARED | {"classifiers": (), "folds": None}


@dataclass(frozen=True)
class Told:
    file: str
    label: str
    probability: float


@dataclass(frozen=True)
class Predictions:
    files: tuple[Told, ...]


@pytest.mark.parametrize(
    ("words", "workflow", "given", "named"),
    [
        ("train c --out o", "classify_train", (Path("c"), Path("o")), TRAIN),
        (
            f"train c --out o --classifier k-nn --set a=1 {ALL}",
            "classify_train",
            (Path("c"), Path("o")),
            CHANGED | {"classifier": "k-nn", "settings": {"a": "1"}},
        ),
        ("table c --out o", "classify_table", (Path("c"), Path("o")), TABLE),
        (
            f"table c --out o --classifiers svm,k-nn --classifiers rnn --folds 3 {ALL}",
            "classify_table",
            (Path("c"), Path("o")),
            CHANGED | {"classifiers": ("svm", "k-nn", "rnn"), "folds": 3},
        ),
    ],
    ids=lambda value: "",
)
def test_words_reach_the_workflow(
    words: str,
    workflow: str,
    given: tuple[Any, ...],
    named: dict[str, Any],
    stand_in: StandIn,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = stand_in(workflow, Predictions(()))
    assert run(["classify", *words.split()]) == 0
    [(positional, options)] = calls
    del options["reporter"]
    assert (positional, options) == (given, named)
    out = "o" if words.startswith("train") else "o/table.md"
    assert capsys.readouterr().out == f"{out}\n"


def test_a_line_a_file(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    told = Predictions((Told("a.wav", "jazz", 0.456), Told("b\n.wav", "classical", 1.0)))
    calls = stand_in("classify_predict", told)
    assert run(["classify", "predict", "k", "sounds", "--workers", "3"]) == 0
    [(positional, options)] = calls
    assert positional == (Path("k"), Path("sounds"))
    assert options["workers"] == 3
    assert capsys.readouterr().out == ("jazz       0.46  a.wav\nclassical  1.00  b\\n.wav\n")
    assert run(["classify", "predict", "k", "sounds", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 2


def test_the_group_alone_gives_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify"]) == 0
    out, err = capsys.readouterr()
    assert all(verb in out for verb in ("train", "predict", "table"))
    assert err == ""


def test_a_stopped_table_says_how_to_go_on(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in("classify_table", KeyboardInterrupt())
    assert run(["classify", "table", "c", "--out", "o"]) == 130
    assert capsys.readouterr().err.endswith("kept; the same command goes on from there\n")
