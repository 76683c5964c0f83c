"""A run that is killed again and again ends with the same bytes as one that never was."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors import safe_open

from menura.training import checkpoint
from menura.workflows.prepare import prepare
from tunes import folder_of_tunes

N_STEPS = 120


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("killed")
    source = folder_of_tunes(root / "tunes", n_files=6)
    prepare(source, root / "prepared", workers=1)
    return root / "prepared"


def command(corpus: Path, run: Path) -> list[str]:
    settings = {
        "training.checkpoint_s": "0.05",
        "training.ema_decay": "0.9",
        "training.patience": "1",
        "training.evaluate_every": "7",
        "training.n_drops": "1000",
        "model.schedule.kind": "cosine",
        "model.schedule.total_steps": str(N_STEPS),
    }
    words = ["train", "stft-lstm", str(corpus), "--out", str(run), "--preset", "tiny"]
    words += ["--steps", str(N_STEPS), "--resume"]
    words += [word for k, v in settings.items() for word in ("--set", f"{k}={v}")]
    return [sys.executable, "-m", "menura", *words]


def start(corpus: Path, run: Path) -> "subprocess.Popen[bytes]":
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command(corpus, run), start_new_session=True, **quiet)


def wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    while not path.exists() and process.poll() is None:
        time.sleep(0.02)


def train_with_kills(corpus: Path, run: Path, n_kills: int, seed: int) -> int:
    """Returns how often a run was killed while it trained."""
    chance, kills = random.Random(seed), 0
    for _ in range(n_kills):
        process = start(corpus, run)
        if chance.random() < 0.8:  # mostly while it trains, sometimes before
            wait_for(run / checkpoint.FILE, process)
        time.sleep(chance.uniform(0.0, 4.0))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
    assert start(corpus, run).wait() == 0
    return kills


def compare(unbroken: Path, killed: Path) -> None:
    for name in ("weights.safetensors", "system.json", "README.md"):
        assert (killed / name).read_bytes() == (unbroken / name).read_bytes(), name
    with (
        safe_open(unbroken / checkpoint.FILE, "pt") as a,
        safe_open(killed / checkpoint.FILE, "pt") as b,
    ):
        assert set(a.keys()) == set(b.keys())
        for name in a.keys():  # noqa: SIM118
            assert a.get_tensor(name).equal(b.get_tensor(name)), name
    assert steps_logged(killed) == steps_logged(unbroken)


def steps_logged(run: Path) -> list[str]:
    """The log without what goes by the clock."""
    import json

    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [json.dumps({k: v for k, v in line.items() if k != "seconds"}) for line in lines]


def test_three_kills(corpus: Path, tmp_path: Path) -> None:
    assert start(corpus, tmp_path / "unbroken").wait() == 0
    train_with_kills(corpus, tmp_path / "killed", n_kills=3, seed=1)
    compare(tmp_path / "unbroken", tmp_path / "killed")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twenty_kills(corpus: Path, tmp_path: Path) -> None:
    assert start(corpus, tmp_path / "unbroken").wait() == 0
    train_with_kills(corpus, tmp_path / "killed", n_kills=20, seed=2)
    compare(tmp_path / "unbroken", tmp_path / "killed")
