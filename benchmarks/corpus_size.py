"""What a larger corpus costs: speed and memory of preparing, reading and training.

Beside it in the same run: the plain loop over `librosa.load` that it replaces. Prints JSON.

  python benchmarks/corpus_size.py [--minutes 10 100] [--reads 20000]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from machine import machine
from menura.audio import Clip, write
from menura.prepared import PreparedCorpus

SAMPLE_RATE, CHANNELS, FILE_MINUTES = 44100, 2, 1.0
READ_S, READ_RATE = 1.0, 22050

# Each is run in a process of its own, so that its peak memory is its own.
PREPARE = """
from pathlib import Path
from menura.workflows.prepare import prepare
prepare(Path(sys.argv[1]), Path(sys.argv[2]))
"""
RENDITION = """
from pathlib import Path
from menura.prepared import PreparedCorpus
PreparedCorpus.open(Path(sys.argv[2])).rendition(22050, 1)
"""
TRAIN = """
from pathlib import Path
from menura.workflows.train import train
train("stft-lstm", Path(sys.argv[2]), Path(sys.argv[2] + "-run"), steps=30)
"""
LIBROSA = """
from pathlib import Path
import librosa
files = sorted(Path(sys.argv[1]).rglob("*.flac"))
kept = [librosa.load(path, sr=None, mono=False)[0] for path in files]
"""
# Linux hands the parent's peak on to the child in ru_maxrss, but not in VmHWM.
PEAKS = """
import resource
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if Path("/proc/self/status").exists():
    lines = Path("/proc/self/status").read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--reads", type=int, default=20_000)
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in options.minutes:
            source, out = Path(folder, f"source{minutes}"), Path(folder, f"out{minutes}")
            synthesise(source, minutes)
            results.append(
                {
                    "minutes": minutes,
                    "prepare": measured(PREPARE, source, out, minutes),
                    "rendition_22050_mono": measured(RENDITION, source, out, minutes),
                    "train_30_steps": measured(TRAIN, source, out, minutes),
                    "librosa_load_loop": measured(LIBROSA, source, out, minutes),
                    "random_reads_per_s": reads_per_s(out, options.reads),
                }
            )
    print(json.dumps({"machine": machine(), "results": results}, indent=2))  # noqa: T201


def synthesise(folder: Path, minutes: int) -> None:
    """Noise with a beat, as flac: as slow to decode as music, and different in every file."""
    rng = np.random.default_rng(0)
    n_samples = round(FILE_MINUTES * 60 * SAMPLE_RATE)
    beat = np.exp(-8 * (np.arange(n_samples) / SAMPLE_RATE % 0.5))
    for number in range(round(minutes / FILE_MINUTES)):
        noise = 0.2 * rng.standard_normal((CHANNELS, n_samples), dtype=np.float32)
        write(Clip((noise * beat).astype(np.float32), SAMPLE_RATE), folder / f"{number:04d}.flac")


def measured(code: str, source: Path, out: Path, minutes: int) -> dict[str, float]:
    """Seconds, speed and peak resident memory (of the largest process, in MB) of `code`."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", "import sys" + code + PEAKS, str(source), str(out)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - started
    own, worker = (int(text) * unit() / 1e6 for text in done.stdout.split()[-2:])
    return {
        "seconds": round(seconds, 2),
        "times_real_time": round(60 * minutes / seconds, 1),
        "peak_mb": round(own, 1),
        "peak_mb_of_a_worker": round(worker, 1),
    }


def reads_per_s(out: Path, n_reads: int) -> dict[str, float]:
    """Random reads of one second a second, in one process, and the memory they added (MB)."""
    rendition = PreparedCorpus.open(out).rendition(READ_RATE, 1)
    rng = np.random.default_rng(0)
    length = round(READ_S * READ_RATE)
    indices = rng.integers(0, len(rendition.tracks), n_reads).tolist()
    starts = [int(rng.integers(0, rendition.tracks[i].n_samples - length)) for i in indices]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    for index, start in zip(indices, starts, strict=True):
        rendition.read(index, start, start + length)
    seconds = time.perf_counter() - started
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"reads": round(n_reads / seconds), "grown_mb": round(grown * unit() / 1e6, 1)}


def unit() -> int:
    """Bytes in one of the system's units of memory."""
    return 1 if sys.platform == "darwin" else 1024


if __name__ == "__main__":
    main()
