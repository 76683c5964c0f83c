"""Processes apart: what they say, how they fail, and how they end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from menura.foundation.reporting import Collected
from menura.workflows.compare.apart import Apart, DiedError, FailedError

TESTS = Path(__file__).parent


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Apart]:
    monkeypatch.syspath_prepend(str(TESTS))
    with Apart("apart_work:work", tmp_path / "log" / "errors.log") as apart:
        yield apart


def test_it_says_what_it_does_and_stays_for_the_next(child: Apart, tmp_path: Path) -> None:
    told = Collected()
    first = child.do({"what": "say"}, told)
    assert (told.lines, told.warnings) == (["a line"], ["a warning"])
    assert first["pid"] != os.getpid()
    assert child.do({"what": "say"}, told) == first
    assert "noise of a library" in (tmp_path / "log" / "errors.log").read_text()


def test_errors_are_told_apart(child: Apart, tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="these words are wrong") as refused:
        child.do({"what": "refuse"}, Collected())
    assert (refused.value.kind, refused.value.errno) == ("UsageError", None)
    with pytest.raises(FailedError, match="file: no space left") as full:
        child.do({"what": "full"}, Collected())
    assert full.value.errno is not None
    with pytest.raises(FailedError, match="ValueError: a fault"):
        child.do({"what": "fault"}, Collected())
    log = (tmp_path / "log" / "errors.log").read_text()
    assert log.count("Traceback") == 2, "a refusal is no fault"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_death_is_told_and_the_next_task_has_a_new_process(child: Apart) -> None:
    first = child.do({"what": "say"}, Collected())
    with pytest.raises(DiedError, match=r"was killed \(signal 9\): the memory was not enough"):
        child.do({"what": "die", "signal": int(signal.SIGKILL)}, Collected())
    with pytest.raises(DiedError, match="ended with status 3"):
        child.do({"what": "exit"}, Collected())
    assert child.do({"what": "say"}, Collected()) != first


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_lets_it_put_away_what_it_has(child: Apart, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    class Begun(Collected):
        def say(self, line: str) -> None:
            threading.Thread(target=self._interrupt, daemon=True).start()

        def _interrupt(self) -> None:
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        child.do({"what": "train", "file": str(kept)}, Begun())
    assert kept.read_text() == "kept"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_ends_and_keeps_what_it_has_when_its_parent_is_killed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    code = f"""if True:
        import sys
        from pathlib import Path
        from menura.foundation.reporting import Reporter
        from menura.workflows.compare.apart import Apart
        class Printed(Reporter):
            def say(self, line):
                print(line, flush=True)
        sys.path.insert(0, {str(TESTS)!r})
        Apart("apart_work:work", Path({str(tmp_path / "log")!r})).do(
            {{"what": "train", "file": {str(kept)!r}}}, Printed())
    """
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "begun\n"
    parent.kill()
    parent.wait()
    parent.stdout.close()
    ends = time.monotonic() + 10
    while not kept.exists() and time.monotonic() < ends:
        time.sleep(0.05)
    assert kept.read_text() == "kept"
