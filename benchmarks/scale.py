"""What preparing FMA in full takes on many cores, worked out from rates measured here.

Tracks as long as FMA's, of real music as mp3, are prepared with one worker and with two; then
many small files, for what the preparing process does alone; then empty tasks on Ray, when it is
installed. Run it with nothing else on the machine, about two minutes. Writes
docs/results/scale.{md,json}.

  python benchmarks/scale.py
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import menura
from machine import machine
from menura.audio import Clip, read, resample, write
from menura.prepared.planning import SHARD_BYTES

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "scale"
# fma_full, untrimmed mp3: 343 days of sound in all (Defferrard et al. 2017, abstract).
FMA = {"tracks": 106_574, "bytes": 879 * 2**30, "mean seconds": round(343 * 86400 / 106_574)}
RATE, N_CHANNELS = 44_100, 2
N_ENCODED, N_COPIES = 4, 4
SMALL_FILES = (400, 2000)
N_EMPTY_TASKS = 200
CORES = (1, 2, 8, 32, 128, 512)
NETWORKS = {"1 Gbit/s": 125e6, "10 Gbit/s": 1.25e9, "100 Gbit/s": 12.5e9}

# Each is run in a process of its own: seconds by the clock, and processor seconds of the
# preparing process alone.
PREPARE = """
import resource, sys, time
from pathlib import Path
from menura.workflows.prepare import prepare
source, out, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
started = time.perf_counter()
report = prepare(source, out, workers=workers)
seconds = time.perf_counter() - started
own = resource.getrusage(resource.RUSAGE_SELF)
print(seconds, own.ru_utime + own.ru_stime, report.seconds, report.kept)
"""
EMPTY = """
import sys, time
from menura.prepared import engines
with engines.load("ray", n_workers=2) as ray:
    tasks = [{"files": []}] * int(sys.argv[1])
    results = ray.results("menura.prepared.building:probe_files", tasks)
    next(results)
    started = time.perf_counter()
    n = sum(1 for _ in results)
    print("rate", n / (time.perf_counter() - started))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, Any] = {"machine": machine(), "measured": measured(Path(folder))}
    figures["fma_full"] = FMA
    figures["worked out"] = worked_out(figures["measured"])
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def measured(folder: Path) -> dict[str, float]:
    source = folder / "tracks"
    make_tracks(source)
    source_bytes = sum(path.stat().st_size for path in source.iterdir())
    one_s, _, sound_s, kept = run(PREPARE, source, folder / "one", 1)
    two_s, _, _, _ = run(PREPARE, source, folder / "two", 2)
    stored = sum(path.stat().st_size for path in (folder / "one").rglob("*") if path.is_file())
    few, many = (make_small(folder / f"small{n}", n) for n in SMALL_FILES)
    (_, few_s, _, _), (_, many_s, _, _) = (
        run(PREPARE, path, folder / f"out-{path.name}", 2) for path in (few, many)
    )
    index = sum(path.stat().st_size for path in (folder / f"out-{many.name}").glob("*"))
    figures = {
        "tracks": kept,
        "seconds of sound": sound_s,
        "mp3, kbit/s": source_bytes * 8 / sound_s / 1000,
        "stored bytes for a second of sound": stored / sound_s,
        "one worker, × real time": sound_s / one_s,
        "two workers, × real time": sound_s / two_s,
        "two workers against one": one_s / two_s,
        "the preparing process alone, ms a file": 1000
        * (many_s - few_s)
        / (SMALL_FILES[1] - SMALL_FILES[0]),
        "bytes of the index a file": index / SMALL_FILES[1],
    }
    if importlib.util.find_spec("ray"):
        done = subprocess.run(
            [sys.executable, "-c", EMPTY, str(N_EMPTY_TASKS)],
            check=True,
            capture_output=True,
            text=True,
        )
        [line] = [line for line in done.stdout.splitlines() if line.startswith("rate ")]
        figures["empty tasks a second on Ray"] = float(line.split()[1])
    return figures


def run(code: str, source: Path, out: Path, workers: int) -> tuple[float, float, float, float]:
    done = subprocess.run(
        [sys.executable, "-c", code, str(source), str(out), str(workers)],
        check=True,
        capture_output=True,
        text=True,
    )
    clock, own, sound, kept = map(float, done.stdout.split())
    return clock, own, sound, kept


def make_tracks(folder: Path) -> None:
    """Tracks of FMA's mean length from the clips that Menura carries, each begun elsewhere."""
    folder.mkdir()
    clips = sorted((Path(menura.__file__).parent / "demo_clips").glob("*.ogg"))
    music = np.concatenate([stereo(read(path)) for path in clips], axis=1)
    n_samples = round(FMA["mean seconds"] * RATE)
    for number in range(N_ENCODED):
        start = number * music.shape[1] // N_ENCODED
        samples = np.take(music, np.arange(start, start + n_samples), axis=1, mode="wrap")
        first = folder / f"{number}-0.mp3"
        write(Clip(samples, RATE), first)
        for copy in range(1, N_COPIES):
            (folder / f"{number}-{copy}.mp3").write_bytes(first.read_bytes())


def stereo(clip: Clip) -> Any:
    samples = resample(clip, RATE).samples
    return np.broadcast_to(samples[-N_CHANNELS:], (N_CHANNELS, samples.shape[1]))


def make_small(folder: Path, n_files: int) -> Path:
    rng = np.random.default_rng(0)
    for number in range(n_files):
        noise = 0.1 * rng.standard_normal((1, 4800), dtype=np.float32)
        write(Clip(noise, 8000), folder / f"{number // 500:02d}" / f"{number:05d}.wav")
    return folder


def worked_out(measured: dict[str, float]) -> dict[str, Any]:
    """The hours, the traffic, and where each limit is met."""
    total_s = FMA["tracks"] * FMA["mean seconds"]
    rate = measured["two workers, × real time"] / 2  # of a core that has a neighbour
    stored = total_s * measured["stored bytes for a second of sound"]
    traffic = (FMA["bytes"] + stored) / total_s * rate  # bytes a second of one core
    alone_h = FMA["tracks"] * measured["the preparing process alone, ms a file"] / 3.6e6
    shards = stored / SHARD_BYTES[1]
    rows = []
    for cores in CORES:
        work_h = total_s / (rate * cores) / 3600
        rows.append(
            {
                "cores": cores,
                "hours": work_h + alone_h,
                "read, MB/s": FMA["bytes"] / work_h / 3.6e9,
                "write, MB/s": stored / work_h / 3.6e9,
                "shards a second": shards / work_h / 3600,
            }
        )
    limits = {f"a network of {name}": speed / traffic for name, speed in NETWORKS.items()}
    if "empty tasks a second on Ray" in measured:
        a_core = shards / (total_s / rate)
        limits["the rate of tasks on Ray"] = measured["empty tasks a second on Ray"] / a_core
    limits["the preparing process takes as long as all others"] = total_s / rate / 3600 / alone_h
    return {
        "days of sound": total_s / 86400,
        "prepared, TB": stored / 1e12,
        "shards": shards,
        "index, MB": FMA["tracks"] * measured["bytes of the index a file"] / 1e6,
        "hours of the preparing process alone": alone_h,
        "rows": rows,
        "cores at which a limit is met": limits,
    }


def page(figures: dict[str, Any]) -> str:
    where = ", ".join(f"{name} {value}" for name, value in figures["machine"].items())
    out = figures["worked out"]
    rows = out["rows"]
    single = {name: value for name, value in out.items() if not isinstance(value, dict | list)}
    limits = sorted(out["cores at which a limit is met"].items(), key=lambda item: item[1])
    hours = [[f"{value:,.4g}" for value in row.values()] for row in rows]
    return "\n".join(
        [
            "# Preparing FMA in full on many cores",
            "",
            f"Written by `python benchmarks/scale.py`; not by hand. On {where}.",
            "What the figures mean: [docs/scale.md](../scale.md).",
            "",
            "## Measured",
            "",
            *table(["what", "figure"], [[k, f"{v:,.4g}"] for k, v in figures["measured"].items()]),
            "",
            f"## fma_full: {FMA['tracks']:,} tracks, {FMA['bytes'] / 2**30:g} GiB of mp3, "
            f"{FMA['mean seconds']:g} s each",
            "",
            *table(["what", "figure"], [[k, f"{v:,.4g}"] for k, v in single.items()]),
            "",
            *table(list(rows[0]), hours),
            "",
            "## The limits, in the order in which they are met",
            "",
            *table(["limit", "met at this many cores"], [[k, f"{v:,.3g}"] for k, v in limits]),
            "",
        ]
    )


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


if __name__ == "__main__":
    main()
