"""What preparing a corpus costs: speed beside its peers, with more workers, memory with more files.

The sound is real: the wav, ogg and mp3 clips in the folder that MENURA_DATA names, and the ogg
clips once more as wav of their own rates in stereo, which is how most people have wav. Every
figure has its peer in the same run, in turns. Run it with nothing else on the machine. Writes
docs/results/corpora.{md,json}.

  MENURA_DATA=... python benchmarks/corpora.py [--workers 2] [--files 100 1000 10000] [--only KIND]

--only measures a kind again and leaves the rest of the page, where that is of the same machine.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from corpus_size import PEAKS, unit
from machine import machine
from menura.audio import Clip, probe, write

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "corpora"
RATES = (22_050, 32_000)  # of librosa by default, and of what Menura's own systems are trained on
# Clips are taken several times to reach it: enough that the start of processes counts little.
MINUTES = {"wav": 1200.0, "wav in stereo": 200.0, "ogg": 100.0, "mp3": 100.0}
IN_STEREO = 40  # clips decoded to wav, 20 minutes
WANTED = {"librosa.load": 1.2, "decode and resample": 0.9}
GAIN = 1.7  # wanted of two workers
ROUNDS = 4  # of which the best counts: a host's speed may change by a third within a minute
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
    parser.add_argument("--only", choices=list(MINUTES), help="the one kind to measure again")
    options = parser.parse_args()
    kinds = [options.only] if options.only else list(MINUTES)
    data = Path(os.environ["MENURA_DATA"]) / "clips" / "genres_original"
    with tempfile.TemporaryDirectory() as folder:
        speeds, costs, growth = {}, {}, {}
        for kind in kinds:
            source, clips = Path(folder, kind), clips_of(data, kind, Path(folder, "clips"))
            seconds = gather(clips, kind, source)
            took = in_turns(source, options.workers)
            speeds |= speed(kind, [probe(clip).sample_rate for clip in clips], seconds, took)
            costs[kind] = cost(seconds, took)
            growth[kind] = workers_gain(seconds, took)
            shutil.rmtree(source)
        counts = [] if options.only else options.files
        memory = {str(n): peaks(Path(folder, f"many{n}"), n) for n in counts}
    figures = {
        "machine": machine(),
        "workers": options.workers,
        "speed": speeds,
        "processor": costs,
        "one worker and two": growth,
        "memory": memory,
    }
    if options.only:
        figures = renewed(figures)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def renewed(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures that are there, with these in their places."""
    there = json.loads((RESULTS / f"{NAME}.json").read_text(encoding="utf-8"))
    if (there["machine"], there["workers"]) != (figures["machine"], figures["workers"]):
        raise SystemExit("what is there was measured on another machine: measure all kinds")
    tables = ("speed", "processor", "one worker and two")
    return there | {name: there[name] | figures[name] for name in tables}


def clips_of(data: Path, kind: str, folder: Path) -> list[Path]:
    """The clips of a kind; those that are made for it go into `folder`."""
    suffix = "ogg" if kind == "wav in stereo" else kind
    clips = sorted(data.rglob(f"*.{suffix}"))
    if not clips:
        raise SystemExit(f"{data} holds no {suffix} clips")
    if suffix == kind:
        return clips
    folder.mkdir()
    made = []
    for clip in clips[:IN_STEREO]:
        samples, sample_rate = soundfile.read(clip, dtype="float32")
        made.append(folder / f"{len(made):05d}.wav")
        soundfile.write(made[-1], samples, sample_rate, subtype="PCM_16")
    return made


def gather(clips: list[Path], kind: str, folder: Path) -> float:
    """Copy the clips, again and again, until there are enough; how many seconds."""
    folder.mkdir()
    seconds, number = 0.0, 0
    while seconds < 60 * MINUTES[kind]:
        clip = clips[number % len(clips)]
        shutil.copy(clip, folder / f"{number:05d}{clip.suffix}")
        info = probe(clip)
        seconds += (info.n_samples or 0) / info.sample_rate
        number += 1
    return seconds


def in_turns(source: Path, workers: int) -> dict[str, tuple[float, float]]:
    """Seconds by the clock and of the processors that each way takes: the best of ROUNDS.

    One after the other and then again, so that what else the machine does meets all alike. Of the
    clock the start of Python with what all of them import is taken off, from each the same.
    """
    ways = {
        "prepare": (PREPARE, workers),
        "one worker": (PREPARE, 1),
        "without duplicates": (NOT_FINGERPRINTED, workers),
        "rendered": (f"\nRATE = {RATES[0]}{RENDERED}", workers),
    }
    for rate in RATES:
        ways[f"librosa.load {rate}"] = (f"\nRATE = {rate}{LIBROSA}", workers)
        ways[f"bare {rate}"] = (f"\nRATE = {rate}{BARE}", workers)
    took: dict[str, tuple[float, float]] = {}
    for _ in range(ROUNDS):
        for way, (code, n_processes) in ways.items():
            start, before = started_s(), processor_s()
            now = (run(code, source, n_processes)[0] - start, processor_s() - before)
            best = took.get(way, now)
            took[way] = (min(now[0], best[0]), min(now[1], best[1]))
    return took


def processor_s() -> float:
    """Seconds of all processors that ended children have had."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def speed(
    kind: str, own_rates: list[int], seconds: float, took: dict[str, tuple[float, float]]
) -> dict[str, dict[str, float]]:
    """Times real time of each way to get every file, for each rate the peers bring it to.

    Preparing keeps the files' own rates; it also writes what it reads, and looks for faults and
    duplicates. Bringing it to one rate in mono, a rendition, is done once for all that train on it.
    """
    ours, without = took["prepare"][0], took["without duplicates"][0]
    rows = {}
    for rate in RATES:
        theirs, bare = took[f"librosa.load {rate}"][0], took[f"bare {rate}"][0]
        rows[f"{kind}, {rate} Hz"] = {
            "files that the peers resample": round(
                sum(r != rate for r in own_rates) / len(own_rates), 2
            ),
            "prepare": round(seconds / ours, 1),
            "librosa.load": round(seconds / theirs, 1),
            "decode and resample": round(seconds / bare, 1),
            "ratio to librosa.load": round(theirs / ours, 2),
            "ratio to decode and resample": round(bare / ours, 2),
            f"prepare and rendition at {RATES[0]} Hz": round(seconds / took["rendered"][0], 1),
            "share of preparing that goes into duplicates": round(1 - without / ours, 3),
        }
    return rows


def cost(seconds: float, took: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Milliseconds of a processor, user and system, for a second of sound."""
    ways = {"prepare": "prepare"} | {
        f"{name}, {rate} Hz": f"{way} {rate}"
        for rate in RATES
        for name, way in (("librosa.load", "librosa.load"), ("decode and resample", "bare"))
    }
    return {name: round(1000 * took[way][1] / seconds, 3) for name, way in ways.items()}


def workers_gain(seconds: float, took: dict[str, tuple[float, float]]) -> dict[str, float]:
    one, two = took["one worker"][0], took["prepare"][0]
    return {
        "one worker": round(seconds / one, 1),
        "all workers": round(seconds / two, 1),
        "ratio": round(one / two, 2),
    }


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
corpus. Each starts its processes within its time. The first kind of wav is 16-bit mono at
22050 Hz: at that rate the peers have only to read it. The wav in stereo is 16-bit at 32, 44.1 and
48 kHz.

{table(figures["speed"], "kind, rate of the peers")}

{verdict(figures["speed"])}

## Processor time, ms for a second of sound, all processes

{table(figures["processor"], "kind")}

## One worker and {figures["workers"]}, × real time

Wanted of two: {GAIN} ×.

{table(figures["one worker and two"], "kind")}

## Memory

Files of {SHORT_S:g} s at {SHORT_RATE} Hz, none like another.

{table(figures["memory"], "files")}
"""


def verdict(speeds: dict[str, dict[str, float]]) -> str:
    """What is wanted is a ratio to decoding and resampling, so it is judged where that is done."""
    lines = []
    for peer, wanted in WANTED.items():
        ratios = {
            name: row[f"ratio to {peer}"]
            for name, row in speeds.items()
            if row["files that the peers resample"] == 1
        }
        least = min(ratios, key=lambda name: ratios[name])
        met = sum(ratio >= wanted for ratio in ratios.values())
        lines.append(
            f"Wanted beside {peer}: {wanted} × where the peer resamples every file. So it is in "
            f"{met} of {len(ratios)} rows; the least is {ratios[least]:.2f} × ({least})."
        )
    return "\n".join(lines)


def table(rows: dict[str, dict[str, float]], first: str) -> str:
    columns = list(next(iter(rows.values())))
    lines = [[first, *columns], ["---"] * (len(columns) + 1)]
    lines += [[name, *(f"{row[column]:g}" for column in columns)] for name, row in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
