"""One process at a time: the second is kept out, and a kill opens the door."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from menura.foundation.errors import MenuraError
from menura.prepared.locking import LOCK, alone
from menura.workflows.prepare import prepare

Content = Callable[[Path], dict[str, bytes]]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no such locks")

HOLD = """
import sys
from pathlib import Path
from menura.prepared.locking import alone
with alone(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    input()
"""


class BusyError(Exception):
    """Says that somebody else holds it."""


def busy() -> None:
    raise BusyError


@pytest.fixture
def held(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds tmp_path/out."""
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", HOLD, str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_lock_leaves_nothing_behind(tmp_path: Path) -> None:
    for _ in range(2):
        with alone(tmp_path, busy):
            assert [path.name for path in tmp_path.iterdir()] == [LOCK]
        assert list(tmp_path.iterdir()) == []


def test_a_second_is_kept_out_until_the_first_ends(
    held: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    with pytest.raises(BusyError), alone(tmp_path / "out", busy):
        pass
    assert (tmp_path / "out" / LOCK).exists()
    held.communicate("\n")
    with alone(tmp_path / "out", busy):
        pass


def test_one_at_a_time_however_many_wait(tmp_path: Path) -> None:
    """Each deletes the lock file that the next ones wait for."""
    counter = tmp_path / "counter"
    counter.write_text("0")

    def add(_: int) -> None:
        with alone(tmp_path, lambda: None):
            number = int(counter.read_text())
            counter.write_text(str(number + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(400)))
    assert counter.read_text() == "400"


def test_a_second_preparation_is_refused_and_a_kill_lets_it_in(
    held: "subprocess.Popen[str]", tones: Callable[..., Path], tmp_path: Path, content: Content
) -> None:
    source, out = tones(3), tmp_path / "out"
    for resume in (False, True):
        with pytest.raises(MenuraError, match=r"another process is preparing into .*out; wait"):
            prepare(source, out, resume=resume)
    assert content(out) == {LOCK: b""}
    held.kill()
    held.wait()
    assert (out / LOCK).exists()
    prepare(source, out)
    prepare(source, tmp_path / "unbroken")
    assert content(out) == content(tmp_path / "unbroken")
