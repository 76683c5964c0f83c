"""Making a folder of pieces: resumed it is the same, faults are said, and prepare takes it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import making
import material
from making import JOURNAL, LABELS, ORDER, Made, Order, make
from menura import corpora
from menura.audio import Clip, read, read_comment, write
from menura.foundation.errors import MenuraError, UsageError

BASE = Path(__file__).resolve().parents[2] / "base"
PLACE = Order(0, 1, None, "built-in", "CC0 1.0", "some code")
PIECE_S = 36.0


def silent(line: str) -> None:
    pass


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the pieces that were made: short ones, whose sound tells their number."""
    numbers: list[int] = []

    def quickly(order: Order, out: Path, number: int) -> Made:
        numbers.append(number)
        made = Made(number, "piano", "a tone", PIECE_S, -20.0, 0, {"family": "piano"})
        tone = np.full((1, 800), (number + 1) / 1000, np.float32)
        write(Clip(tone, 32_000), out / made.file)
        return replace(made, bytes=(out / made.file).stat().st_size)

    monkeypatch.setattr(making, "make_piece", quickly)
    return numbers


def content(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_as_many_pieces_as_fill_the_hours(made: list[int], tmp_path: Path) -> None:
    pieces = make(PLACE, tmp_path / "out", 0.1, 1, silent)
    assert [piece.number for piece in pieces] == made == list(range(10))
    assert sum(piece.seconds for piece in pieces) >= 360
    rows = (tmp_path / "out" / LABELS).read_text().splitlines()
    assert rows[0] == "file,split,licence,family,genre"
    assert rows[1] == "audio/000000.flac,train,CC0 1.0,piano,"
    assert len(rows) == 11


def test_broken_off_it_goes_on_and_comes_out_the_same(
    made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(PLACE, tmp_path / "whole", 0.1, 1, silent)
    quickly = making.make_piece
    out = tmp_path / "broken"

    def breaking(order: Order, place: Path, number: int) -> Made:
        if number == 4:
            write(Clip(np.zeros((1, 50), np.float32), 32_000), place / "audio/000004.flac")
            raise KeyboardInterrupt
        return quickly(order, place, number)

    monkeypatch.setattr(making, "make_piece", breaking)
    with pytest.raises(KeyboardInterrupt):
        make(PLACE, out, 0.1, 1, silent)
    monkeypatch.setattr(making, "make_piece", quickly)
    made.clear()
    make(PLACE, out, 0.1, 1, silent)
    assert made == list(range(4, 10)), "finished pieces are not made again"
    assert content(out) == content(tmp_path / "whole")


def test_more_hours_add_and_fewer_take_nothing_away(made: list[int], tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(PLACE, out, 0.1, 1, silent)
    made.clear()
    make(PLACE, out, 0.15, 1, silent)
    assert made == list(range(10, 15))
    make(PLACE, out, 0.05, 1, silent)
    assert len(list((out / "audio").iterdir())) == 15
    assert len((out / LABELS).read_text().splitlines()) == 1 + 5


@pytest.mark.parametrize("fault", ["torn line", "no file", "cut file", "not JSON", "other words"])
def test_what_is_damaged_is_made_again(fault: str, made: list[int], tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(PLACE, out, 0.05, 1, silent)
    whole = content(out)
    made.clear()
    lines = (out / JOURNAL).read_text().splitlines(keepends=True)
    if fault == "no file":
        (out / "audio/000002.flac").unlink()
    elif fault == "cut file":
        (out / "audio/000002.flac").write_bytes(b"fLaC")
    else:
        bad = {"torn line": lines[2][:20], "not JSON": "?\n", "other words": '{"number": 2}\n'}
        end = [] if fault == "torn line" else lines[3:]
        (out / JOURNAL).write_text("".join([*lines[:2], bad[fault], *end]))
    make(PLACE, out, 0.05, 1, silent)
    assert made == ([2, 3, 4] if fault == "torn line" else [2])
    again = content(out)
    assert {name: again[name] for name in whole if name != JOURNAL} == {
        name: whole[name] for name in whole if name != JOURNAL
    }


def test_another_order_is_refused(made: list[int], tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(PLACE, out, 0.01, 1, silent)
    for other in (
        replace(PLACE, seed=1),
        replace(PLACE, composer="other"),
        replace(PLACE, font="x"),
    ):
        with pytest.raises(MenuraError, match="made with another"):
            make(other, out, 0.01, 1, silent)
    make(replace(PLACE, soundfont="moved.sf2"), out, 0.01, 1, silent)  # the same font elsewhere
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(MenuraError, match="not empty"):
        make(PLACE, tmp_path / "mine", 0.01, 1, silent)
    assert content(tmp_path / "mine") == {"letter.txt": b"dear"}


@pytest.mark.parametrize("below", ["", "more", "more/still"])
def test_a_file_is_no_folder(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("dear")
    with pytest.raises(UsageError, match=r"--out .*file is a file; give a folder"):
        make(PLACE, tmp_path / "file" / below, 0.1, 1, silent)


def test_a_font_whose_licence_nobody_knows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    font = tmp_path / "other.sf2"
    font.write_bytes(b"RIFF\0\0\0\0sfbk")
    with pytest.raises(UsageError, match="--licence"):
        material.the_order(0, 1, str(font), None)
    order = material.the_order(0, 1, str(font), "CC0 1.0")
    assert (order.soundfont, order.licence) == (str(font), "CC0 1.0")
    assert order.font == making.digest(font) != making.digest(font, font)
    with pytest.raises(UsageError, match="no such file"):
        material.the_order(0, 1, str(tmp_path / "none.sf2"), None)
    monkeypatch.setattr(material, "FLUIDR3", tmp_path / "none.sf2")
    order = material.the_order(0, 1, None, None)
    assert (order.soundfont, order.font) == (None, "built-in")
    assert "built-in synthesiser plays" in capsys.readouterr().err


def test_one_of_twenty_is_validated_on(made: list[int]) -> None:
    pieces = [Made(n, "piano", "", 60.0, -20.0, 1, {}) for n in range(60)]
    rows = making.labels_of(pieces, "CC0 1.0").splitlines()[1:]
    assert [n for n, row in enumerate(rows) if ",valid," in row] == [10, 30, 50]


def command(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(BASE / "material.py"), *words], capture_output=True, text=True
    )


def test_a_real_folder_by_the_command(tmp_path: Path) -> None:
    """Two processes, the built-in synthesiser; then what `menura prepare` makes of it."""
    out = tmp_path / "out"
    words = ("--hours", "0.004", "--out", str(out), "--seed", "9", "--soundfont", "built-in")
    done = command(*words, "--processes", "2")
    assert done.returncode == 0, done.stderr
    assert "1 pieces" in done.stderr
    assert json.loads((out / ORDER).read_text())["seed"] == 9
    [file] = (out / "audio").glob("*.flac")
    clip = read(file)
    assert (clip.sample_rate, clip.n_channels) == (32_000, 1)
    assert read_comment(file) == "composed and played by Menura: seed 9, piece 0"
    [track] = corpora.load("folder").find(out).tracks
    assert track.split == "train"
    assert track.licence == material.BUILT_IN_LICENCE
    before = content(out)
    assert command(*words, "--processes", "1").returncode == 0
    assert content(out) == before


def test_mistakes_are_said_in_a_line(tmp_path: Path) -> None:
    done = command("--hours", "1", "--out", str(tmp_path), "--soundfont", str(tmp_path / "no.sf2"))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: --soundfont")
    for wrong in (("--hours", "0"), ("--hours", "1", "--processes", "0")):
        done = command(*wrong, "--out", str(tmp_path))
        assert done.returncode == 2
        assert "invalid" in done.stderr.splitlines()[-1]
