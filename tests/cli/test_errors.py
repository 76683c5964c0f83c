"""However a verb ends, it ends with the right status and at most one plain line."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from menura.cli import run
from menura.cli.mistakes import one_line
from menura.foundation.errors import MenuraError, UsageError

StandIn = Callable[[str, Any], list[Any]]
SPECTROGRAM = ["spectrogram", "clip.wav", "--out", "x.png"]


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (MenuraError("clip.wav: empty file"), 1, "clip.wav: empty file"),
        (UsageError("there is no representation 'x'"), 2, "there is no representation 'x'"),
        (MenuraError("a\nname: is odd"), 1, "a name: is odd"),
        (MenuraError("a\x1b[31mname"), 1, "a\\x1b[31mname"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/root/x"),
            1,
            "/root/x: permission denied; change its permissions or choose another place",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            "no space left on device; free some space or choose another place",
        ),
        (MemoryError(), 1, "the memory is not enough; take a smaller preset or fewer workers"),
        (
            ZeroDivisionError("division by zero"),
            1,
            "this is a fault in Menura: ZeroDivisionError: division by zero; "
            "run again with --debug and report it",
        ),
        (
            AssertionError(),
            1,
            "this is a fault in Menura: AssertionError; run again with --debug and report it",
        ),
        (
            RuntimeError("shapes\n  (3, 4)\ndiffer"),
            1,
            "this is a fault in Menura: RuntimeError: shapes (3, 4) differ; "
            "run again with --debug and report it",
        ),
        (
            KeyboardInterrupt(),
            130,
            "stopped; files already written are whole, and nothing half-written is left",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_is_one_line(
    error: BaseException,
    status: int,
    line: str,
    stand_in: StandIn,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stand_in("spectrogram", error)
    assert run(SPECTROGRAM) == status
    assert capsys.readouterr() == ("", f"menura: {line}\n")


def test_json_prints_nothing_on_failure(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in("spectrogram", MenuraError("no"))
    assert run([*SPECTROGRAM, "--json"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [["--debug", *SPECTROGRAM], [*SPECTROGRAM, "--debug"]])
@pytest.mark.parametrize("error", [MenuraError("mine"), ValueError("mine"), KeyboardInterrupt()])
def test_debug_shows_the_traceback_before_the_line(
    words: list[str],
    error: BaseException,
    stand_in: StandIn,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stand_in("spectrogram", error)
    assert run(words) in (1, 130)
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert "\nmenura: " in err


def test_debug_after_two_dashes_is_a_file_name(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = stand_in("spectrogram", ValueError("mine"))
    assert run(["spectrogram", "--out", "x.png", "--", "--debug"]) == 1
    assert calls[0][0][0] == Path("--debug")
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["train", "r", "c", "--out", "o"], ["prepare", "s", "--out", "o"]]
)
def test_ctrl_c_in_a_long_verb_says_how_to_go_on(
    words: list[str], stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(words[0], KeyboardInterrupt())
    assert run(words) == 130
    assert capsys.readouterr().err == (
        "menura: stopped; what was done so far is kept; "
        "the same command with --resume goes on from there\n"
    )


SLEEPER = """
import sys, time, types
module = types.ModuleType("menura.workflows.doctor")
def doctor():
    print("ready", flush=True)
    time.sleep(60)
module.doctor = doctor
sys.modules[module.__name__] = module
from menura.cli import run
sys.exit(run(["doctor"]))
"""


def test_a_real_interrupt_signal_ends_with_130() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert err.startswith("menura: stopped; ")
    assert err.count("\n") == 1


def test_a_broken_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "menura", "list"],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full on this system")
def test_a_full_disk_is_said_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "menura", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        "menura: no space left on device; free some space or choose another place\n"
    )


def test_a_name_that_is_no_text_still_makes_one_line() -> None:
    assert one_line("clip\udce9\r\n.wav\t") == "clip\\udce9 .wav"
