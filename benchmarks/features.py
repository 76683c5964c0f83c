"""How fast tracks are described, beside a plain loop of the same calls of librosa.

Run it with nothing else on the machine. Writes docs/results/features.{md,json}.

  python benchmarks/features.py [FOLDER]

FOLDER holds the sound; without one, half an hour of it is made up.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from machine import machine
from menura.audio import Clip, write
from menura.workflows.features import features

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "features"
RATE, FILE_S, N_FILES = 22050, 30.0, 60

# In a process of its own, so that what is imported and compiled is counted as for the workers.
LOOP = """
import sys
from pathlib import Path
import librosa
import numpy as np
from scipy import stats

def moments(values):
    return [stats.kurtosis(values, axis=1), values.max(1), values.mean(1), np.median(values, 1),
            values.min(1), stats.skew(values, axis=1), values.std(1)]

rows = []
for path in sorted(Path(sys.argv[1]).rglob("*.*")):
    x, sr = librosa.load(path, sr=None, mono=True)
    cqt = np.abs(librosa.cqt(x, sr=sr, n_bins=84, tuning=None, pad_mode="reflect"))
    f = librosa.feature
    cens = f.chroma_cens(C=cqt, n_chroma=12, n_octaves=7, bins_per_octave=12)
    stft = np.abs(librosa.stft(x, pad_mode="reflect"))
    mel = librosa.power_to_db(f.melspectrogram(sr=sr, S=stft**2))
    rows.append([moments(v) for v in (
        f.zero_crossing_rate(x), cens, f.tonnetz(chroma=cens), f.chroma_stft(S=stft**2),
        f.chroma_cqt(C=cqt, n_chroma=12, n_octaves=7, bins_per_octave=12), f.rms(S=stft),
        f.spectral_centroid(S=stft), f.spectral_bandwidth(S=stft), f.spectral_contrast(S=stft),
        f.spectral_rolloff(S=stft), f.mfcc(S=mel, n_mfcc=20))])
    f.tempo(onset_envelope=librosa.onset.onset_strength(S=mel, sr=sr), sr=sr)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        if folder is None:
            folder = Path(temporary, "sound")
            synthesise(folder)
        figures = measured(folder, Path(temporary))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def synthesise(folder: Path) -> None:
    """Decaying tones over noise, so that no part of a computation is spared."""
    rng = np.random.default_rng(0)
    t = np.arange(round(FILE_S * RATE)) / RATE
    for number in range(N_FILES):
        tone = 0.3 * np.sin(2 * np.pi * 110 * 2 ** (number / 12) * t) * np.exp(-3 * (t % 0.5))
        sound = tone + 0.01 * rng.standard_normal(len(t))
        write(Clip(sound.astype(np.float32)[None], RATE), folder / f"{number:03d}.wav")


def measured(folder: Path, temporary: Path) -> dict[str, Any]:
    """Seconds of sound described in a second of work, start of the processes included."""
    seconds, speeds = 0.0, {}
    for workers in (1, 2):
        started = time.perf_counter()
        seconds = features(folder, temporary / f"{workers}.csv", workers=workers).seconds
        speeds[f"menura features, {workers} worker{'s' * (workers > 1)}"] = round(
            seconds / (time.perf_counter() - started), 1
        )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", LOOP, str(folder)], check=True)
    speeds["plain loop of librosa"] = round(seconds / (time.perf_counter() - started), 1)
    return {"machine": machine(), "seconds of sound": round(seconds, 1), "× real time": speeds}


def page(figures: dict[str, Any]) -> str:
    """The figures as a page of Markdown."""
    rows = "\n".join(f"| {name} | {speed} |" for name, speed in figures["× real time"].items())
    return (
        "# How fast tracks are described\n\n"
        f"FMA's 518 descriptors and the tempo of {figures['seconds of sound']} s of sound; made by "
        "`python benchmarks/features.py`, with the start of the processes counted.\n\n"
        f"| | seconds of sound a second |\n|---|---|\n{rows}\n\n"
        f"Machine: {', '.join(f'{key} {value}' for key, value in figures['machine'].items())}.\n"
    )


if __name__ == "__main__":
    main()
