"""menura explore: its words, and a whole run of it over the recordings that come with Menura."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from menura.cli import run
from menura.workflows.demo import bundled_clips
from menura.workflows.explore import corpus
from menura.workflows.explore import run as of_a_run

StandIn = Callable[[str, Any], list[Any]]
NOTHING: dict[str, Any] = {
    "corpus": None,
    "by": None,
    "generated": None,
    "features": None,
    "echonest": None,
    "most": None,
    "heard": None,
    "workers": None,
    "seed": 0,
}


@dataclass(frozen=True)
class Report:
    page: str
    tracks: int


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("", {}),
        (
            "--by genre --generated g --corpus p --features f.csv --echonest e --most 9 "
            "--heard 7 --workers 3 --seed 5",
            {
                "by": "genre",
                "generated": Path("g"),
                "corpus": Path("p"),
                "features": Path("f.csv"),
                "echonest": Path("e"),
                "most": 9,
                "heard": 7,
                "workers": 3,
                "seed": 5,
            },
        ),
    ],
)
def test_words_are_handed_on(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str], words: str, given: dict[str, Any]
) -> None:
    calls = stand_in("explore", Report("page.html", 3))
    assert run(["explore", "c", "--out", "page.html", *words.split()]) == 0
    [(positional, named)] = calls
    assert positional == (Path("c"), Path("page.html"))
    del named["reporter"]
    assert named == NOTHING | given
    assert capsys.readouterr().out == "page.html\n"


def test_the_help_says_how_many_sounds_a_page_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explore", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"At most {corpus.MOST_HEARD} points of the maps can be heard (or --heard) and " in said
    assert f"and {of_a_run.MOST_HEARD} of the plane" in said


def test_a_folder_becomes_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Real recordings, real workers: three pieces by one pianist and by others."""
    folder = tmp_path / "clips"
    folder.mkdir()
    wanted = ("creepy_piano_1_a.ogg", "creepy_piano_1_b.ogg", "snow_drift.ogg", "cabin_fever_a.ogg")
    for name in wanted:
        (folder / name).write_bytes(bundled_clips()[name])
    (folder / "notes.wav").write_text("not a sound")
    assert run(["explore", str(folder), "--out", str(tmp_path / "page.html"), "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["tracks"] == report["heard"] == 4
    assert [item["file"] for item in report["dropped"]] == ["notes.wav"]
    assert any(name.startswith("PCA") for name in report["seconds"])
    assert "left out notes.wav" in err
    page = Path(report["page"]).read_text("utf-8")
    assert page.count("<canvas") == 3
    assert page.count("<audio") == 4


def test_a_folder_that_is_not_there_is_one_plain_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explore", str(tmp_path / "none"), "--out", str(tmp_path / "p.html")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
