"""A Ray cluster of two nodes writes the bytes that this machine writes, whatever happens to it.

Everything of Ray runs in processes of its own: it leaves threads, files and warnings behind.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

Tones = Callable[..., Path]
Content = Callable[[Path], dict[str, bytes]]
HERE = Path(__file__).parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(HERE)}
# Small shards, and a decoder that crashes on deadly.wav.
PREPARE = """
import sys
from pathlib import Path
from menura.foundation.errors import MenuraError
from menura.prepared import planning, preparing
from menura.workflows.prepare import prepare
planning.SHARD_BYTES = (40_000, 40_000)
source, out, engine, address, preparing._BUILD = sys.argv[1:]
prepare(Path(source), Path(out), engine=engine, address=address or None, resume=True)
"""
RESULTS = """
import json, sys
from menura.prepared import engines
with engines.load("ray", address=sys.argv[1]) as ray:
    for index, result in ray.results(sys.argv[2], json.loads(sys.argv[3])):
        print("answer", json.dumps([index, result]), flush=True)
"""
BUILD = "dying_worker:build_shard"


class Cluster:
    """Two nodes in a process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "two_nodes.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=ENVIRONMENT,
        )
        self.address = self._said("address ")

    def lose_a_node(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("lose\n")
        self._process.stdin.flush()
        self._said("lost")

    def working(self) -> list[psutil.Process]:
        """Processes that do our work."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        return [child for child in children if _command(child).count("menura.prepared.child")]

    def end(self) -> None:
        self._process.communicate()

    def _said(self, prefix: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(prefix):
                return line.removeprefix(prefix).strip()
        raise AssertionError("the cluster did not start")


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.end()


def prepare_command(source: Path, out: Path, address: str, build: str = BUILD) -> list[str]:
    engine = "ray" if address else "local"
    return [sys.executable, "-c", PREPARE, str(source), str(out), engine, address, build]


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def test_a_cluster_writes_the_same_bytes(
    cluster: Cluster, tones: Tones, tmp_path: Path, content: Content
) -> None:
    source, ours, theirs = tones(16), tmp_path / "ours", tmp_path / "theirs"
    (source / "bad.wav").write_bytes(b"not sound")
    (source / "deadly.wav").write_bytes((source / "low" / "000.wav").read_bytes())
    local, ray = (
        run(prepare_command(source, out, address))
        for out, address in ((ours, ""), (theirs, cluster.address))
    )
    assert (local.returncode, ray.returncode) == (0, 0), ray.stderr
    expected, found = content(ours), content(theirs)
    assert "deadly.wav" in (ours / "report.txt").read_text("utf-8")
    assert len(expected) > 10
    for files in (expected, found):
        del files["source_times.json"]
    assert found == expected
    # Ray has nothing of its own to say, but that it will say little.
    told = [line for line in ray.stderr.splitlines() if "RAY_BACKEND_LOG_LEVEL" not in line]
    assert told == local.stderr.splitlines() == []


def test_both_nodes_work_and_one_may_be_lost(cluster: Cluster) -> None:
    payloads = json.dumps([{"items": ["slow"] * 3}] * 30)
    process = subprocess.Popen(
        [sys.executable, "-c", RESULTS, cluster.address, "hanging_worker:count", payloads],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    answers = []
    with process:
        for line in process.stdout:  # Ray tells there what became of the node
            if line.startswith("answer "):
                answers.append(json.loads(line.removeprefix("answer ")))
                if len(answers) == 4:
                    cluster.lose_a_node()
    assert process.returncode == 0
    assert sorted(index for index, _ in answers) == list(range(30))
    assert len({result["parent"] for _, result in answers}) >= 2


def test_troubles_and_an_interruption(
    cluster: Cluster, tones: Tones, tmp_path: Path, content: Content
) -> None:
    source, out = tones(6), tmp_path / "out"
    no_room = run(prepare_command(source, out, cluster.address, "hanging_worker:no_room"))
    assert "no space left on device); make room there and start it again with --resume" in (
        no_room.stderr
    )
    waiting = subprocess.Popen(
        prepare_command(source, out, cluster.address, "hanging_worker:wait"),
        env=ENVIRONMENT,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while not (out / "shards" / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.2)
    assert cluster.working()
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(60) != 0
    psutil.wait_procs(cluster.working(), timeout=20)
    assert cluster.working() == []
    (out / "shards" / "begun").unlink()
    assert run(prepare_command(source, out, cluster.address)).returncode == 0
    assert run(prepare_command(source, tmp_path / "ours", "")).returncode == 0
    expected, found = content(tmp_path / "ours"), content(out)
    assert {name: found[name] for name in expected if name != "source_times.json"} == {
        name: data for name, data in expected.items() if name != "source_times.json"
    }


def test_no_cluster_is_one_line(tones: Tones, tmp_path: Path) -> None:
    done = run(prepare_command(tones(1), tmp_path / "out", "127.0.0.1:1"))
    last = done.stderr.strip().splitlines()[-1]
    assert "no Ray cluster could be reached at 127.0.0.1:1" in last
    assert "--address HOST:PORT" in last
    assert not (tmp_path / "out").exists()
