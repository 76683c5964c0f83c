"""Thousands of files with mutated headers: no crash, no hang, bounded memory, each drop explained.

Seven kinds. Sound and notes go through `prepare`, as people's files do; tables through their
corpus. A few of each by default, 2,000 in all when slow tests are run.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from menura import corpora
from menura.audio import Clip, write, write_score
from menura.foundation.errors import MenuraError
from random_scores import tune_of_notes
from tunes import tune

SOUND = ("wav", "flac", "ogg", "mp3")
HEADER_BYTES = 200
LONGEST_S = 5.0
MOST_BYTES = 1 << 30
FEW_AND_MANY = [15, pytest.param(286, marks=pytest.mark.slow)]  # of each kind: 7 × 286 = 2,002


def mutated(data: bytes, rng: np.random.Generator, reach: int, written: bool = False) -> bytes:
    """Some bytes within `reach` of the start changed; now and then cut short or doubled.

    written: a text, in which half of the time digits change into others and nothing else happens.
    """
    content = np.frombuffer(data, np.uint8).copy()
    if written and rng.random() < 0.5:
        digits = np.flatnonzero((content >= ord("0")) & (content <= ord("9")))
        places = rng.choice(digits, rng.integers(1, 8))
        content[places] = rng.integers(ord("0"), ord("9") + 1, len(places))
        return content.tobytes()
    places = rng.integers(0, min(reach, len(content)), rng.integers(1, 8))
    content[places] = rng.choice([0, 255, *rng.integers(0, 256, 6)], len(places))
    if rng.random() < 0.2:
        content = content[: rng.integers(0, len(content))]
    if rng.random() < 0.1:
        content = np.concatenate([content[: rng.integers(0, 100)], content])
    return content.tobytes()


# In a process of its own, so that no other test's processes count.
PREPARE = f"""
import json, resource, sys
from pathlib import Path
from menura.prepared.engines import local
from menura.workflows.prepare import prepare
local.LONGEST_S = {LONGEST_S}
report = prepare(Path(sys.argv[1]), Path(sys.argv[2]), corpus=sys.argv[3], workers=2,
                 min_seconds=0.01)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
status = Path("/proc/self/status")
if status.exists():  # what getrusage says of oneself counts the parent's size on Linux
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    peak = max(peak, int(lines["VmHWM"].split()[0]))
dropped = [[item.file, item.reason] for item in report.dropped]
print(json.dumps({{"kept": report.kept, "dropped": dropped, "peak": peak}}))
"""


def explained(root: Path, out: Path, corpus: str) -> tuple[int, int]:
    """Prepare the folder; how many were kept and dropped, each with its reason in one line."""
    files = {path.name for path in root.iterdir()}
    words = [sys.executable, "-c", PREPARE, str(root), str(out), corpus]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    report = json.loads(done.stdout.splitlines()[-1])
    dropped = dict(report["dropped"])
    assert report["kept"] + len(dropped) == len(files)
    assert dropped.keys() <= files
    for reason in dropped.values():
        assert reason
        assert "\n" not in reason
        assert "took more than" not in reason
    unit = 1 if sys.platform == "darwin" else 1024
    assert report["peak"] * unit < MOST_BYTES
    return report["kept"], len(dropped)


@pytest.mark.parametrize("n", FEW_AND_MANY)
def test_sound(n: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    root = tmp_path / "files"
    root.mkdir()
    for kind in SOUND:
        whole = tmp_path / f"whole.{kind}"
        write(Clip(tune(1.0, 16_000, 0, 2), 16_000), whole)
        for number in range(n):
            data = mutated(whole.read_bytes(), rng, HEADER_BYTES)
            (root / f"{kind}-{number}.{kind}").write_bytes(data)
    kept, n_dropped = explained(root, tmp_path / "out", "folder")
    assert kept > n / 4
    assert n_dropped > n / 4


@pytest.mark.parametrize("n", FEW_AND_MANY)
def test_notes(n: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    root = tmp_path / "files"
    root.mkdir()
    write_score(tmp_path / "whole.mid", tune_of_notes(40))
    whole = (tmp_path / "whole.mid").read_bytes()
    (root / "whole.mid").write_bytes(whole)
    for number in range(n):
        (root / f"{number}.mid").write_bytes(mutated(whole, rng, HEADER_BYTES))
    kept, n_dropped = explained(root, tmp_path / "out", "notes")
    assert kept > n / 10
    assert n_dropped > n / 10


@pytest.mark.parametrize("n", FEW_AND_MANY)
@pytest.mark.parametrize(("name", "table"), [("nsynth", "examples.json"), ("fma", "tracks.csv")])
def test_tables(name: str, table: str, n: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    corpus = corpora.load(name)
    corpus.miniature(tmp_path)
    (path,) = list(tmp_path.rglob(table))[:1]
    whole = path.read_bytes()
    outcomes = {"found": 0, "refused": 0}
    for _ in range(n):
        path.write_bytes(mutated(whole, rng, 4 * HEADER_BYTES, written=True))
        started = time.monotonic()
        try:
            found = corpus.find(tmp_path)
        except MenuraError as error:
            outcomes["refused"] += 1
            assert str(error)  # noqa: PT017 (either outcome is right)
            assert "\n" not in str(error)  # noqa: PT017
        else:
            outcomes["found"] += 1
            assert all("\n" not in item.reason for item in found.dropped)
        assert time.monotonic() - started < LONGEST_S
    assert min(outcomes.values()) > 0
