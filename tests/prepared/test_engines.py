"""Engines: one seam for all of them, hanging files, and a cluster that writes the same bytes."""

import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from menura.foundation.errors import MenuraError, UsageError
from menura.prepared import engines, planning
from menura.prepared.child import Child, Payload
from menura.prepared.crew import Crew
from menura.prepared.engines import Engine
from menura.prepared.engines.ray import _fault, _reach
from menura.workflows.prepare import prepare

Tones = Callable[..., Path]
Content = Callable[[Path], dict[str, bytes]]
COUNT = "hanging_worker:count"
ASKED: list[tuple[str, int]] = []  # of the engine below


class Reversed(Engine):
    """Does everything in this process, the last first, and keeps what it was asked."""

    def begin(self) -> None:
        ASKED.append(("begin", 0))

    def check(self, reads: Path, writes: Path) -> None:
        assert reads.is_absolute()
        assert reads.is_file()
        assert writes.is_dir()
        ASKED.append(("check", 0))

    def results(self, function: str, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        ASKED.append((function.partition(":")[2], len(payloads)))
        child = Child(function)
        try:
            for index in reversed(range(len(payloads))):
                yield index, child.do(payloads[index])
        finally:
            child.close()

    def close(self) -> None:
        ASKED.append(("close", 0))


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work beside this file can be found by workers, wherever they are."""
    monkeypatch.syspath_prepend(Path(__file__).parent)


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "SHARD_BYTES", (40_000, 40_000))


def test_the_engines_there_are() -> None:
    assert engines.room.names() == ["local", "ray"]
    with pytest.raises(UsageError, match="there is no engine 'rey'; did you mean 'ray'"):
        engines.load("rey")
    with pytest.raises(UsageError, match="--workers must be at least 1, not 0"):
        engines.load("local", 0)
    with pytest.raises(UsageError, match="--address is the address of a cluster"):
        engines.load("local", 1, "head:6379")


@pytest.mark.usefixtures("small_shards")
def test_any_engine_makes_the_same_bytes(
    tones: Tones, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tones(9)
    (source / "bad.wav").write_bytes(b"not sound")
    prepare(source, tmp_path / "by-two", workers=2)
    monkeypatch.setattr(engines.room, "load_class", lambda name, contract: Reversed)
    ASKED.clear()
    prepare(source, tmp_path / "reversed", engine="reversed")
    assert content(tmp_path / "reversed") == content(tmp_path / "by-two")
    assert [name for name, _ in ASKED] == [
        "begin",
        "check",
        "probe_files",
        "build_shard",
        "close",
    ]
    assert dict(ASKED)["build_shard"] > 2


def test_an_engine_is_closed_when_the_work_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines.room, "load_class", lambda name, contract: Reversed)
    (tmp_path / "source").mkdir()
    ASKED.clear()
    with pytest.raises(MenuraError):
        prepare(tmp_path / "source", tmp_path / "out", engine="reversed")
    assert ASKED == [("begin", 0), ("close", 0)]


@pytest.mark.usefixtures("worker")
def test_an_item_that_hangs_is_left_out() -> None:
    ((_, result),) = Crew(COUNT, 1, longest_s=0.2).results([{"items": ["a", "hangs", "b"]}])
    assert result["done"] == ["a", "b"]
    assert result["deadly"] == {"hangs": "ended, as it took more than 0.2 s"}


@pytest.mark.usefixtures("worker")
def test_the_time_is_for_each_item() -> None:
    items = ["slow"] * 4
    ((_, result),) = Crew(COUNT, 1, longest_s=1.0).results([{"items": items}])
    assert (result["done"], result["deadly"]) == (items, {})


def test_engines_give_up_on_files_that_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """The local engine hands its limit on; without one a hanging file would hold it for ever."""
    given: list[float | None] = []

    class Seen(Crew):
        def __init__(
            self,
            function: str,
            n_workers: int,
            longest_s: float | None = None,
            idle: list[Child] | None = None,
        ):
            given.append(longest_s)
            super().__init__(function, n_workers, longest_s, idle)

    monkeypatch.setattr("menura.prepared.engines.local.Crew", Seen)
    list(engines.load("local").results(COUNT, []))
    assert given == [1200.0]


def test_without_ray_the_mend_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MenuraError, match=r'pip install "menura\[cluster\]"'):
        prepare(tmp_path, tmp_path / "out", engine="ray")


def test_ray_is_not_imported_unless_it_is_used() -> None:
    modules = "sys, menura.workflows.prepare, menura.prepared.engines.ray"
    code = f"import {modules}; print('ray' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_nobody_at_the_address_is_seen_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        _reach(f"{host}:{port}")
        _reach(f"ray://{host}:{port}")
    with pytest.raises(OSError, match="refused"):
        _reach(f"{host}:{port}")
    _reach("auto")  # Ray looks for it


def test_what_a_machine_of_the_cluster_may_lack(tmp_path: Path) -> None:
    from menura.foundation.version import __version__

    sound, token, out = tmp_path / "a.wav", tmp_path / "token", str(tmp_path)
    sound.touch()
    assert "does not see" in _fault(__version__, str(sound), out, str(token))
    token.touch()
    assert _fault(__version__, str(sound), out, str(token)) == ""
    assert "install the same version" in _fault("0.0.1", str(sound), out, str(token))
    assert "gone.wav" in _fault(__version__, str(tmp_path / "gone.wav"), out, str(token))
    assert "cannot write into" in _fault(__version__, str(sound), f"{out}/not-there", str(token))


@pytest.mark.usefixtures("worker")
def test_workers_are_kept_from_one_work_to_the_next_and_end_with_the_engine() -> None:
    with engines.load("local", 1) as engine:
        list(engine.results(COUNT, [{"items": ["a"]}]))
        (first,) = psutil.Process().children()
        ((_, result),) = engine.results("dying_worker:sum_up", [{"items": ["aa", "b"]}])
        assert psutil.Process().children() == [first]
        assert result["total"] == 3
    assert psutil.Process().children() == []


@pytest.mark.usefixtures("worker")
def test_a_kept_worker_that_died_meanwhile_is_replaced() -> None:
    with engines.load("local", 1) as engine:
        list(engine.results(COUNT, [{"items": ["a"]}]))
        (first,) = psutil.Process().children()
        first.kill()
        first.wait()
        ((_, result),) = engine.results(COUNT, [{"items": ["b"]}])
    assert result["done"] == ["b"]
    assert result["deadly"] == {}
