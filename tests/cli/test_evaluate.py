"""menura evaluate: words, the table for people, and JSON on either way out."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from menura.cli import run
from menura.evaluation.metrics import Measurement
from menura.foundation.reporting import Reporter
from menura.workflows.evaluate import Evaluation, Figure, Heard
from tunes import folder_of_tunes

StandIn = Callable[[str, Any], list[Any]]
FIGURE = Figure(
    "frechet-mfcc",
    "",
    0.0,
    False,
    Measurement(
        1234.5,
        "13 MFCC",
        "frames",
        4000,
        800,
        {"half": 0.5},
        {"curve": (1.0, 2.5)},
        ("only 800 frames",),
        too_few=True,
    ),
    Measurement(68.25, "13 MFCC", "frames", 2000, 790),
    means="how unlike the timbre is",
)
PAIRED = Figure(
    "log-mel-distance",
    "dB",
    0.0,
    False,
    Measurement(0.125, "128 bands", "pairs", 3, 3),
    None,
    means="how many dB it is off",
)
RESULT = Evaluation(
    Heard("c", 1, 8.0), Heard("r", 12, 600.25), (FIGURE, PAIRED), {"drift": "too short"}, 0
)
TABLE = """\
candidates  c: 1 file, 8.0 s
reference   r: 12 files, 600.2 s

metric            value     real to real  best  better
frechet-mfcc      1234 ?    68.25         0     lower
log-mel-distance  0.125 dB  –             0     lower

real to real: what other music of the reference scores, cut like the candidates. Nearer than that \
tells nothing more.
?: too little sound for the figure to mean much by itself; its note says why.

frechet-mfcc: how unlike the timbre is
  from 13 MFCC: 800 frames against 4000; real to real: 790 frames against 2000
  half 0.5
  curve by second: 1 2.5
  note: only 800 frames

log-mel-distance: how many dB it is off
  from 128 bands: 3 pairs

not measured:
  drift: too short
"""


def test_the_table(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    calls = stand_in("evaluate", RESULT)
    assert run(["evaluate", "c", "r"]) == 0
    [(positional, named)] = calls
    assert positional == (Path("c"), Path("r"))
    assert isinstance(named.pop("reporter"), Reporter)
    assert named == {"metrics": (), "through": None, "json_file": None}
    out, err = capsys.readouterr()
    assert out == TABLE
    assert err == ""


def test_what_a_codec_leaves_has_a_column(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    coded = replace(FIGURE, round_trip=Measurement(99.5, "13 MFCC", "frames", 2000, 790))
    calls = stand_in("evaluate", replace(RESULT, figures=(coded, PAIRED)))
    assert run(["evaluate", "c", "r", "--through", "my-run"]) == 0
    assert calls[0][1]["through"] == Path("my-run")
    head, first, second = capsys.readouterr().out.splitlines()[3:6]
    column = head.index("round trip")
    assert head.index("real to real") < column < head.index("best")
    assert first[column:].startswith("99.5 ")
    assert second[column:].startswith("–")


def test_a_floor_on_far_fewer_samples_is_marked(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no measure for the candidates; where they are few themselves, that is another mark."""
    enough = replace(FIGURE, measured=replace(FIGURE.measured, too_few=False))
    for n_floor, mark in ((720, ""), (719, " ?")):
        floor = Measurement(68.25, "13 MFCC", "frames", 2000, n_floor)
        figure = replace(enough, floor=floor, round_trip=replace(floor, value=99.5))
        stand_in("evaluate", replace(RESULT, figures=(figure, PAIRED)))
        assert run(["evaluate", "c", "r"]) == 0
        head, row, *rest = capsys.readouterr().out.splitlines()[3:]
        cells = [row[head.index(name) :] for name in ("value", "real to real", "round trip")]
        assert cells[0].split("  ")[0] == "1234"
        assert cells[1].split("  ")[0] == f"68.25{mark}"
        assert cells[2].split("  ")[0] == f"99.5{mark}"
        notes = [line for line in rest if line.startswith("real to real ?: half of the reference")]
        assert len(notes) == bool(mark)
        assert not any(line.startswith("?:") for line in rest)


def test_what_several_metrics_remark_is_said_once(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    few = replace(FIGURE.measured, remarks=("only 3 clips", "only 800 frames"))
    figures = (
        replace(FIGURE, measured=few),
        replace(PAIRED, measured=replace(PAIRED.measured, remarks=("only 3 clips",))),
    )
    stand_in("evaluate", replace(RESULT, figures=figures))
    assert run(["evaluate", "c", "r"]) == 0
    told = capsys.readouterr().out.splitlines()
    notes = [line.strip() for line in told if "note" in line and "only" in line]
    assert notes == [
        "note of frechet-mfcc, log-mel-distance: only 3 clips",
        "note: only 800 frames",
    ]


def test_a_floor_that_is_chance_is_marked(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of fewer than sixteen files, however many pieces are cut from them."""
    floor = Measurement(68.25, "13 MFCC", "frames", 2000, 800)
    enough = replace(FIGURE, measured=replace(FIGURE.measured, too_few=False), floor=floor)
    for is_chance in (False, True):
        figure = replace(enough, floor_is_chance=is_chance)
        stand_in("evaluate", replace(RESULT, figures=(figure, PAIRED)))
        assert run(["evaluate", "c", "r"]) == 0
        assert ("68.25 ?" in capsys.readouterr().out) == is_chance


def test_fewer_notes_are_no_less_reference(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    """Candidates of twice as many notes: more reference sound would have no more a second."""
    notes = {"embedding": "flux", "counted": "onsets", "too_few": False, "remarks": ()}
    dense = replace(
        FIGURE,
        metric="onset-density",
        measured=replace(FIGURE.measured, n_candidate=800, **notes),
        floor=Measurement(0.25, "flux", "onsets", 400, 400),
    )
    stand_in("evaluate", replace(RESULT, figures=(dense, PAIRED)))
    assert run(["evaluate", "c", "r"]) == 0
    out = capsys.readouterr().out
    assert "0.25 " in out
    assert "?" not in out


@pytest.mark.parametrize(
    ("words", "metrics"),
    [
        (["--metrics", "a,b"], ("a", "b")),
        (["--metrics", "a", "--metrics", "b, c"], ("a", "b", "c")),
    ],
)
def test_metrics_are_named_with_commas(
    words: list[str], metrics: tuple[str, ...], stand_in: StandIn
) -> None:
    calls = stand_in("evaluate", RESULT)
    assert run(["evaluate", *words, "c", "r"]) == 0
    assert calls[0][1]["metrics"] == metrics


def test_json_is_printed(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    calls = stand_in("evaluate", RESULT)
    assert run(["evaluate", "c", "r", "--json"]) == 0
    assert calls[0][1]["json_file"] is None
    printed = json.loads(capsys.readouterr().out)
    assert printed["figures"][0]["measured"]["value"] == 1234.5
    assert printed["figures"][0]["measured"]["n_candidate"] == 800
    assert run(["evaluate", "c", "r", "--json", "--metrics", "a"]) == 0
    assert json.loads(capsys.readouterr().out) == printed


def test_json_goes_to_a_file(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    calls = stand_in("evaluate", RESULT)
    assert run(["evaluate", "c", "r", "--json", "out.json"]) == 0
    assert calls[0][1]["json_file"] == Path("out.json")
    assert capsys.readouterr().out == TABLE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("evaluate", "CANDIDATES"),
        ("evaluate c", "REFERENCE"),
        ("evaluate --json c r", "REFERENCE"),
        ("evaluate c r d", "(d)"),
        ("evaluate c r --metrics a,,b", "--metrics"),
        ("evaluate c r --metrics --json", "--metrics"),
    ],
)
def test_wrong_words(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


def test_from_folders_to_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = folder_of_tunes(tmp_path / "made", 2, 2.0)
    real = folder_of_tunes(tmp_path / "real", 4, 3.0)
    words = ["evaluate", str(made), str(real), "--metrics", "frechet-spectral,onset-density"]
    out_file = tmp_path / "figures.json"
    assert run([*words, "--json", str(out_file)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[3].split()[:2] == ["metric", "value"]
    assert out.splitlines()[4].startswith("frechet-spectral")
    assert f"wrote {out_file}" in err
    assert json.loads(out_file.read_text(encoding="utf-8"))["reference"]["n_files"] == 4
    assert run(["evaluate", str(tmp_path / "none"), str(real)]) == 1
    assert run(["evaluate", str(made), str(real), "--metrics", "fid"]) == 2
    assert "there is no metric 'fid'" in capsys.readouterr().err
