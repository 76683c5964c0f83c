"""prepare, killed at random moments and resumed, ends as if nothing had happened."""

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Tones = Callable[..., Path]
Content = Callable[[Path], dict[str, bytes]]
# Small shards, so that a short run has many moments to be killed at.
RUN = """
import sys
from pathlib import Path
from menura.prepared import planning
from menura.workflows.prepare import prepare
planning.SHARD_BYTES = (200_000, 200_000)
prepare(Path(sys.argv[1]), Path(sys.argv[2]), resume=True, workers=2)
"""


def survive_kills(source: Path, out: Path, n_kills: int, content: Content) -> None:
    """Kill and resume `n_kills` times in all; every time a run gets to its end, compare."""
    command = [sys.executable, "-c", RUN, str(source)]
    unbroken = out.with_name("unbroken")
    subprocess.run([*command, str(unbroken)], check=True)
    wanted = content(unbroken)
    assert len(wanted) > 20
    rng, kills, longest_s = random.Random(0), 0, 1.5
    while True:
        limit = rng.uniform(0.2, longest_s) if kills < n_kills else None
        child = subprocess.Popen([*command, str(out)])
        try:
            assert child.wait(limit) == 0
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            kills += 1
            continue
        assert content(out) == wanted
        if kills >= n_kills:
            return
        shutil.rmtree(out)
        longest_s *= 0.8


@pytest.mark.parametrize(
    "n_kills", [3, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_kills_leave_no_trace(tones: Tones, tmp_path: Path, content: Content, n_kills: int) -> None:
    source = tones(60, seconds=6.0, sample_rate=16000)
    (source / "bad.wav").write_bytes(b"not sound")
    survive_kills(source, tmp_path / "out", n_kills, content)
