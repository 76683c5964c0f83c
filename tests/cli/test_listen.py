"""menura listen, through the real command line."""

import json
import re
import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from listening_site import site, small_test
from menura import audio
from menura.audio import Clip
from menura.cli import run


def noise(seed: int) -> Clip:
    rng = np.random.default_rng(seed)
    return Clip((0.1 * rng.standard_normal((1, 8000))).astype(np.float32), 8000)


def test_create_serve_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for system in ("one", "two"):
        for k in range(2):
            audio.write(noise(k), tmp_path / system / f"{k}.wav")
    test, page, sheet = (str(tmp_path / name) for name in ("test", "page.html", "sheet.csv"))
    words = [str(tmp_path / "one"), f"second={tmp_path / 'two'}", "--out", test]
    assert run(["listen", "create", *words, "--questions", "good,prefer", "--repeats", "1"]) == 0
    out, _ = capsys.readouterr()
    assert out.splitlines() == [
        test,
        "questions: good, prefer",
        "clips at -23.0 LUFS: one 2, second 2",
        "each rater is asked 8 times, hidden repeats with them",
    ]
    assert run(["listen", "results", test]) == 1
    assert "nobody has answered yet" in capsys.readouterr().err
    with site(Path(test)) as server:
        for number in range(3):
            rater = f"{number:032x}"
            _, told = server.told("api/raters", {"rater": rater})
            for trial, kind in enumerate(told["trials"]):
                values = {"prefer": 1} if kind == "preference" else {"good": 3}
                given = {"rater": rater, "trial": trial, "values": values}
                status, _ = server.told("api/answers", given | {"took_ms": 9, "plays": 1})
                assert status == 200
        assert run(["listen", "results", test, "--out", page, "--csv", sheet]) == 0
    out, _ = capsys.readouterr()
    assert "good: How good does it sound? (1 bad, 5 excellent)" in out
    assert re.search(r"^second +3\.00 +3\.00 … 3\.00 +6 +3$", out, re.MULTILINE), out
    assert "A chosen in 100%" in out
    assert Path(page).is_file()
    assert Path(sheet).is_file()
    assert run(["listen", "results", test, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scales"][0]["scores"][0]["points"] == {"mean": 3.0, "low": 3.0, "high": 3.0}


def test_a_bare_listen_gives_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["listen"]) == 0
    assert "create" in capsys.readouterr().out
    assert run(["listen", "crate"]) == 2
    err = capsys.readouterr().err
    assert "did you mean 'create'? (there is: create, serve, results)" in err


def test_that_repeats_come_on_top_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["listen", "create", "--help"]) == 0
    assert "Repeats come on top." in " ".join(capsys.readouterr().out.split())


def test_a_port_that_is_taken_is_one_plain_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_test(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert run(["listen", "serve", str(tmp_path), "--port", port]) == 1
    assert f"--port {port}: cannot be had" in capsys.readouterr().err
    assert run(["listen", "serve", str(tmp_path), "--port", "99999"]) == 2
    assert "0…65535" in capsys.readouterr().err
    for host in ("no.such.host.invalid", "127.0.0..1"):
        assert run(["listen", "serve", str(tmp_path), "--host", host]) == 1
        assert "there is no such address" in capsys.readouterr().err


def test_without_the_libraries_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small_test(tmp_path)
    for name in [
        name for name in sys.modules if name.startswith("menura.evaluation.listening.ser")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert run(["listen", "serve", str(tmp_path)]) == 1
    assert 'pip install "menura[studio]"' in capsys.readouterr().err
