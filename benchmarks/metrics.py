"""How fast sets of clips are measured, and what memory it takes, beside librosa and scipy.

Run it with nothing else on the machine. Writes docs/results/metrics.{md,json}.

  MENURA_DATA=FOLDER python benchmarks/metrics.py [--clips N]

A thousand clips of four seconds, cut from real recordings (the notes and clips in MENURA_DATA, from
the beginning again when they are used up), are measured against as many: the same with a little
noise, so that those metrics which compare pairs have them. Each size is measured in a process of
its own; the memory is the most that it ever held.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from machine import machine
from menura.audio import Clip, conform, read, write
from page_parts import table, where

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "metrics"
RATE, SECONDS, NOISE = 32_000, 4.0, 1e-3
ASKED = (  # for which a minute for a thousand clips is asked
    "frechet-mfcc",
    "frechet-spectral",
    "frechet-menura",
    "kl-mfcc",
    "log-mel-distance",
    "multi-resolution-stft",
)
OTHERS = (
    "precision",
    "recall",
    "onset-density",
    "tempo",
    "beat-steadiness",
    "drift",
    "memorisation",
    "piptrack-count",
    "piptrack-range",
    "piptrack-entropy",
    "pitch-count",
    "pitch-range",
    "pitch-entropy",
)
MOST_S = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--in-process", type=Path, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.in_process:
        print(json.dumps(in_process(words.in_process)))  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as temporary:
        figures = measured(Path(temporary), words.clips)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def measured(folder: Path, n: int) -> dict[str, Any]:
    """A quarter of the clips, then all of them, then the peer."""
    sizes = {}
    for size in (n // 4, n):
        write_sets(folder / str(size), size)
        sizes[size] = alone([__file__, "--in-process", str(folder / str(size))])
    peer = alone(["-W", "ignore", "-c", PEER, str(folder / str(n))])
    return {"machine": machine(), "clips": n, "seconds each": SECONDS, "sizes": sizes, "peer": peer}


def alone(words: list[str]) -> dict[str, Any]:
    """What a process of its own prints as JSON."""
    done = subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def write_sets(folder: Path, n: int) -> None:
    """n real clips, and the same with a little noise."""
    rng = np.random.default_rng(0)
    pieces = real_pieces()
    for number in range(n):
        samples = next(pieces)
        noisy = samples + NOISE * rng.standard_normal(samples.shape).astype(np.float32)
        write(Clip(samples, RATE), folder / "reference" / f"{number:05}.wav")
        write(Clip(noisy, RATE), folder / "candidates" / f"{number:05}.wav")


def real_pieces() -> Iterator[np.ndarray]:
    """Four seconds of sound after four seconds of sound, without end."""
    data = Path(os.environ["MENURA_DATA"])
    files = sorted(
        file
        for part in ("notes", "clips")
        for file in (data / part).rglob("*")
        if file.suffix in (".wav", ".flac", ".ogg", ".mp3")
    )
    order = np.random.default_rng(1).permutation(len(files))
    n_samples = round(SECONDS * RATE)
    while True:
        for index in order:
            sound = conform(read(files[index]), RATE, 1).samples
            for start in range(0, sound.shape[1] - n_samples + 1, n_samples):
                yield sound[:, start : start + n_samples]


def in_process(folder: Path) -> dict[str, Any]:
    """Seconds of each metric, in order: what one has embedded, the next need not."""
    from menura.evaluation import metrics
    from menura.evaluation.collecting import read_candidates, read_reference, sound_files, tape_for
    from menura.foundation.errors import MenuraError
    from menura.foundation.reporting import Reporter

    seconds: dict[str, float] = {}
    values: dict[str, float] = {}
    left_out: dict[str, str] = {}
    reporter = Reporter()
    chosen = {name: metrics.load(name) for name in (*ASKED, *OTHERS)}
    started_with = most_mb()
    after: dict[str, float] = {}
    for group, names in (("asked", ASKED), ("others", OTHERS)):
        for rate in sorted({chosen[name].sample_rate for name in names}):
            begin = time.perf_counter()
            with tape_for(rate) as tape:
                real = read_reference(sound_files(folder / "reference", reporter), tape, reporter)
                made = read_candidates(sound_files(folder / "candidates", reporter), tape, reporter)
                seconds[f"reading at {rate} Hz ({group})"] = time.perf_counter() - begin
                for name in names:
                    if chosen[name].sample_rate == rate:
                        begin = time.perf_counter()
                        try:
                            values[name] = chosen[name].score(real, made).value
                        except MenuraError as error:  # a note has no beat: seen, and said
                            left_out[name] = str(error)
                        seconds[name] = time.perf_counter() - begin
        after[group] = most_mb()
    return {
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "values": values,
        "left out": left_out,
        "MB at the start": round(started_with),
        "MB at most, asked": round(after["asked"]),
        "MB at most, all": round(after["others"]),
    }


def most_mb() -> float:
    """The most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# What the usual scripts do: librosa's MFCC of all files, numpy's covariances, scipy's root.
PEER = """
import json, sys, time
from pathlib import Path
import librosa
import numpy as np
import scipy.linalg

begin = time.perf_counter()
sides = []
for side in ("reference", "candidates"):
    frames = []
    for path in sorted(Path(sys.argv[1], side).iterdir()):
        x, sr = librosa.load(path, sr=16000, mono=True)
        frames.append(librosa.feature.mfcc(y=x, sr=sr, n_mfcc=40)[:13].T)
    sides.append(np.concatenate(frames).astype(np.float64))
(a, ma), (b, mb) = ((np.cov(x, rowvar=False), x.mean(axis=0)) for x in sides)
distance = (ma - mb) @ (ma - mb) + np.trace(a + b - 2 * scipy.linalg.sqrtm(a @ b).real)
print(json.dumps({"seconds": round(time.perf_counter() - begin, 2), "value": float(distance)}))
"""


def page(figures: dict[str, Any]) -> str:
    """The figures as a page of Markdown."""
    sizes = figures["sizes"]
    names = list(next(iter(sizes.values()))["seconds"])
    rows = {
        name: {f"{size} clips, s": of["seconds"][name] for size, of in sizes.items()}
        for name in names
    }
    asked = {
        f"{size} clips": {
            "the minute's metrics and their reading, s": round(_asked(of), 1),
            "MB at the start": of["MB at the start"],
            "MB at most": of["MB at most, asked"],
            "MB at most, with the others": of["MB at most, all"],
        }
        for size, of in sizes.items()
    }
    whole, peer = sizes[figures["clips"]], figures["peer"]
    own = whole["seconds"]["frechet-mfcc"] + whole["seconds"]["reading at 16000 Hz (asked)"]
    without = "".join(
        f"Nothing to measure for {name}: {why}.\n\n" for name, why in whole["left out"].items()
    )
    apart = abs(whole["values"]["frechet-mfcc"] / peer["value"] - 1)
    return (
        "# How fast sets are measured\n\n"
        f"{figures['clips']} clips of {SECONDS:g} s, cut from real recordings, against as many "
        "(the same with a little noise). Written by `python benchmarks/metrics.py`; not by hand. "
        f"On {where(figures['machine'])}.\n\n"
        f"Fréchet, KL and spectral measures ({', '.join(ASKED)}) are asked to take {MOST_S:g} s at "
        "most, files read included, in memory that does not grow with the sound: by "
        f"{_grown_kb(sizes):.0f} kB with a clip (what it is embedded as), whose sound takes "
        f"{SECONDS * RATE * 4 / 1024:.0f} kB:\n\n"
        f"{table(asked, 'clips')}\n\n"
        "One after another; the first to need an embedding makes it for those that follow. Without "
        "the floors that `menura evaluate` adds, which measure real music five times more.\n\n"
        f"{table(rows, 'what')}\n\n"
        f"{without}"
        "Peer: the loop of the usual scripts, librosa's MFCC, numpy's covariances, scipy's "
        f"`sqrtm`: {peer['seconds']:g} s from the files to the distance, Menura {own:.1f} s; the "
        f"two distances differ by {apart:.1e} of their value.\n"
    )


def _grown_kb(sizes: dict[int, dict[str, Any]]) -> float:
    """By how much the most memory grows with a clip; both sides have as many."""
    (few, at_few), (many, at_many) = sorted(sizes.items())
    grown = at_many["MB at most, asked"] - at_few["MB at most, asked"]
    return 1024 * float(grown) / (2 * (many - few))


def _asked(of: dict[str, Any]) -> float:
    return sum(
        value for name, value in of["seconds"].items() if name in ASKED or name.endswith("(asked)")
    )


if __name__ == "__main__":
    main()
