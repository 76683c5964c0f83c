"""What preparing a corpus costs: speed beside its peers, with more workers, memory with more files.

The sound is real: the wav, ogg and mp3 clips in the folder that MENURA_DATA names. Every figure
has its peer in the same run. Run it with nothing else on the machine. Writes
docs/results/corpora.{md,json}.

  MENURA_DATA=... python benchmarks/corpora.py [--workers 2] [--files 100 1000 10000]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from corpus_size import PEAKS, unit
from machine import machine
from menura.audio import Clip, probe, write

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "corpora"
RATES = (22_050, 32_000)  # of librosa by default, and of what Menura's own systems are trained on
# Clips are taken several times to reach it: enough that the start of processes counts little.
MINUTES = {"wav": 600.0, "ogg": 90.0, "mp3": 120.0}
REPEATS = 2
SHORT_S, SHORT_RATE = 1.5, 8000  # of the many files

# Each is run in a process of its own. Arguments: source, out, number of processes.
PREPARE = """
from pathlib import Path
from menura.workflows.prepare import prepare
prepare(Path(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]))
"""
NOT_FINGERPRINTED = PREPARE.replace("workers=", "duplicates='ignore', workers=")
RENDERED = (
    PREPARE
    + """
from menura.prepared import PreparedCorpus
PreparedCorpus.open(Path(sys.argv[2])).rendition(RATE, 1)
"""
)
LIBROSA = """
import multiprocessing
from pathlib import Path
import librosa

def seconds(path):
    return len(librosa.load(path, sr=RATE)[0]) / RATE

if __name__ == "__main__":
    files = sorted(path for path in Path(sys.argv[1]).rglob("*") if path.is_file())
    with multiprocessing.get_context("fork").Pool(int(sys.argv[3])) as pool:
        print(sum(pool.imap_unordered(seconds, files)))
"""
BARE = """
import multiprocessing
from pathlib import Path
import soundfile, soxr

def seconds(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return len(soxr.resample(samples.mean(axis=1), rate, RATE)) / RATE

if __name__ == "__main__":
    files = sorted(path for path in Path(sys.argv[1]).rglob("*") if path.is_file())
    with multiprocessing.get_context("fork").Pool(int(sys.argv[3])) as pool:
        print(sum(pool.imap_unordered(seconds, files)))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--files", type=int, nargs="+", default=[100, 1000, 10_000])
    options = parser.parse_args()
    data = Path(os.environ["MENURA_DATA"]) / "clips" / "genres_original"
    with tempfile.TemporaryDirectory() as folder:
        speeds, growth = {}, {}
        for kind in MINUTES:
            source = Path(folder, kind)
            minutes = gather(data, kind, source)
            speeds |= speed(kind, source, minutes, options.workers)
            growth[kind] = workers_gain(source, minutes)
            shutil.rmtree(source)
        memory = {str(n): peaks(Path(folder, f"many{n}"), n) for n in options.files}
    figures = {
        "machine": machine(),
        "workers": options.workers,
        "speed": speeds,
        "one worker and two": growth,
        "memory": memory,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def gather(data: Path, kind: str, folder: Path) -> float:
    """Copy the clips of `kind`, again and again, until there are enough; how many minutes."""
    clips = sorted(data.rglob(f"*.{kind}"))
    if not clips:
        raise SystemExit(f"{data} holds no {kind} clips")
    folder.mkdir()
    seconds, number = 0.0, 0
    while seconds < 60 * MINUTES[kind]:
        clip = clips[number % len(clips)]
        shutil.copy(clip, folder / f"{number:05d}.{kind}")
        info = probe(clip)
        seconds += (info.n_samples or 0) / info.sample_rate
        number += 1
    return seconds / 60


def speed(kind: str, source: Path, minutes: float, workers: int) -> dict[str, dict[str, float]]:
    """Times real time of each way to get every file, for each rate the peers bring it to.

    Preparing keeps the files' own rates; it also writes what it reads, and looks for faults and
    duplicates. Bringing it to one rate in mono, a rendition, is done once for all that train on it.
    """
    prepared, without = best(PREPARE, source, workers), best(NOT_FINGERPRINTED, source, workers)
    rendered = best(f"\nRATE = {RATES[0]}{RENDERED}", source, workers)
    rows = {}
    for rate in RATES:
        theirs, bare = (best(f"\nRATE = {rate}{code}", source, workers) for code in (LIBROSA, BARE))
        rows[f"{kind}, {rate} Hz"] = {
            "prepare": round(60 * minutes / prepared, 1),
            "librosa.load": round(60 * minutes / theirs, 1),
            "decode and resample": round(60 * minutes / bare, 1),
            "prepare: ratio to librosa.load": round(theirs / prepared, 2),
            "prepare: ratio to decode and resample": round(bare / prepared, 2),
            f"prepare and rendition at {RATES[0]} Hz": round(60 * minutes / rendered, 1),
            "share of preparing that goes into duplicates": round(1 - without / prepared, 3),
        }
    return rows


def workers_gain(source: Path, minutes: float) -> dict[str, float]:
    one, two = best(PREPARE, source, 1), best(PREPARE, source, 2)
    return {
        "one worker": round(60 * minutes / one, 1),
        "two workers": round(60 * minutes / two, 1),
        "ratio": round(one / two, 2),
    }


def best(code: str, source: Path, workers: int) -> float:
    """Seconds that `code` takes, start of the process aside: the best of REPEATS."""
    return min(run(code, source, workers)[0] for _ in range(REPEATS)) - started_s()


def started_s() -> float:
    """Seconds to start Python and import what all of them import."""
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import numpy, soundfile"], check=True)
    return time.perf_counter() - before


def run(code: str, source: Path, workers: int) -> tuple[float, list[str]]:
    """Seconds, and the words it printed last."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(dir=source.parent) as out:
        before = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", "import sys" + code, str(source), f"{out}/out", str(workers)],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        return time.perf_counter() - before, done.stdout.split()


def peaks(source: Path, n_files: int) -> dict[str, float]:
    """Peak memory (MB) of preparing `n_files` short files that all differ, and its seconds."""
    rng = np.random.default_rng(0)
    for number in range(n_files):
        sound = 0.1 * rng.standard_normal((1, round(SHORT_S * SHORT_RATE)), dtype=np.float32)
        write(Clip(sound, SHORT_RATE), source / f"{number % 100:02d}" / f"{number:05d}.wav")
    seconds, words = run(PREPARE + PEAKS, source, 2)
    own, worker = (int(word) * unit() / 1e6 for word in words[-2:])
    return {
        "seconds": round(seconds, 1),
        "files in a second": round(n_files / seconds, 1),
        "peak of the main process, MB": round(own, 1),
        "peak of a worker, MB": round(worker, 1),
    }


def page(figures: dict[str, Any]) -> str:
    where = ", ".join(f"{k} {v}" for k, v in figures["machine"].items())
    return f"""# What preparing a corpus costs

Written by `python benchmarks/corpora.py`; not by hand. On {where}.

## Speed, × real time, with {figures["workers"]} processes

From files to samples in mono at the rate named, for the two peers, which keep nothing; preparing
keeps the files' own rate, writes what it reads, looks for faults and duplicates, and divides the
corpus. Where the files have the rate already (all wav at 22050 Hz), librosa has only to read them.

{table(figures["speed"], "kind, rate of the peers")}

## One worker and two, × real time

{table(figures["one worker and two"], "kind")}

## Memory

Files of {SHORT_S:g} s at {SHORT_RATE} Hz, none like another.

{table(figures["memory"], "files")}
"""


def table(rows: dict[str, dict[str, float]], first: str) -> str:
    columns = list(next(iter(rows.values())))
    lines = [[first, *columns], ["---"] * (len(columns) + 1)]
    lines += [[name, *(f"{row[column]:g}" for column in columns)] for name, row in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
