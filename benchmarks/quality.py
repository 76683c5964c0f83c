"""`latent-flow` beside `stft-lstm` on an hour of solo piano: the same data, the same minutes.

Trains each from nothing for --minutes, one after the other, every stage counted; makes 16 clips of
8 s with each, and measures them against the held-out recordings. Real music and the codec's round
trip are rows of the same table. Writes docs/results/quality.{md,json,png}. What is in --work
already is used: a stopped run goes on. How the flow goes on from a seed: continuations.py.

  MENURA_DATA=... python benchmarks/quality.py [--minutes 32] [--work DIR]
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clip_sets import Clips, cut, generated, whole
from machine import machine
from measures import against, copies, levels
from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.evaluation import metrics
from menura.prepared import PreparedCorpus, Rendition
from menura.systems import TrainedSystem
from menura.workflows.learning import stages
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from once import train_once
from page_parts import table, where

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "quality"
SYSTEMS = {
    "latent-flow": ("latent-flow", "laptop"),
    "stft-lstm": ("stft-lstm", "laptop"),
    "stft-lstm (paper)": ("stft-lstm", "paper"),
}
OURS = "latent-flow"
N_CLIPS, CLIP_S = 16, 8.0
RATE = 32_000
BARS = {"frechet-spectral": 0.5, "frechet-mfcc": 0.7}


@dataclass(frozen=True)
class Trained:
    """How a run went; minutes: of all its stages."""

    minutes: float
    steps: int
    held_out: float | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=32.0)
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        corpus = work / "piano"
        piano = Path(os.environ["MENURA_DATA"]) / "piano"
        prepare(piano, corpus, labels=piano / "maestro-v3.0.0.csv", resume=True)
        trained = {name: learn(name, corpus, work, options.minutes) for name in SYSTEMS}
        systems = {name: load(folder(work, name)) for name in SYSTEMS}
        rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
        measured = measure(systems, rendition)
    figures = {
        "machine": machine(),
        "minutes": options.minutes,
        "training": {name: asdict(run) for name, run in trained.items()},
        **measured,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def folder(work: Path, name: str) -> Path:
    return work / "-".join(SYSTEMS[name])


def learn(name: str, corpus: Path, work: Path, minutes: float) -> Trained:
    """Train unless that is done."""
    recipe, preset = SYSTEMS[name]
    run = folder(work, name)
    train_once(recipe, preset, corpus, run, minutes)
    trained = stages(run)
    last = trained[-1]
    minutes = sum(stage["minutes"] for stage in trained)
    return Trained(round(minutes, 2), last["steps"], last["held_out"])


def measure(systems: Mapping[str, TrainedSystem], rendition: Rendition) -> dict[str, Any]:
    """All figures, and the pictures."""
    held_out = whole(rendition, "test")
    train_clips = whole(rendition, "train")
    pieces = cut(rendition, "test", N_CLIPS, CLIP_S, seed=1)
    sets: dict[str, Clips] = {
        "real: pieces of the held-out recordings": pieces,
        "real: pieces of the training recordings": cut(rendition, "train", N_CLIPS, CLIP_S, seed=2),
        "codec: round trip of the held-out pieces": round_trip(systems[OURS], pieces),
        **{name: generated(system, N_CLIPS, CLIP_S) for name, system in systems.items()},
    }
    draw(sets)
    return {
        "clips": {
            name: {**against(held_out, clips), **levels(clips), **copies(train_clips, clips)}
            for name, clips in sets.items()
        },
        "reconstruction": {
            name: round(metrics.load(name).score(pieces, sets[ROUND_TRIP]).value, 3)
            for name in ("log-mel-distance", "multi-resolution-stft")
        },
    }


ROUND_TRIP = "codec: round trip of the held-out pieces"


def round_trip(system: TrainedSystem, clips: Clips) -> dict[str, Clip]:
    """Through the codec and back; the flow has no part in it."""
    return {name: system.round_trip(clip) for name, clip in clips.items()}


def draw(sets: Mapping[str, Clips]) -> None:
    rows = [
        ("held-out piano (real)", next(iter(sets.values()))["00"]),
        ("the same through the codec", sets[ROUND_TRIP]["00"]),
        ("latent-flow, generated", sets[OURS]["00"]),
        ("latent-flow, generated", sets[OURS]["01"]),
        ("latent-flow, generated", sets[OURS]["02"]),
        ("stft-lstm, generated", sets["stft-lstm"]["00"]),
    ]
    (RESULTS / f"{NAME}.png").write_bytes(spectrograms_png(rows))


def page(figures: dict[str, Any]) -> str:
    clips, training = figures["clips"], figures["training"]
    verdicts = []
    for metric, bar in BARS.items():
        rivals = {name: clips[name][metric] for name in SYSTEMS if name != OURS}
        best = min(rivals, key=lambda name: rivals[name])
        ratio = clips[OURS][metric] / rivals[best]
        verdicts.append(
            f"- {metric}: {ratio:.2f} × that of {best}, the better of the two presets "
            f"(asked: below {bar:g} ×)."
        )
    runs = "\n".join(
        f"- {name}: {run['minutes']:g} min in all, {run['steps']} steps of its last stage, best "
        f"held-out value {run['held_out']:.4f}."
        for name, run in training.items()
    )
    back = ", ".join(f"{name} {value:g}" for name, value in figures["reconstruction"].items())
    return f"""# The same hour of piano, the same {figures["minutes"]:g} minutes

Written by `python benchmarks/quality.py`; not by hand. On {where(figures["machine"])}.

{runs}

## Clips made from nothing

{N_CLIPS} clips of {CLIP_S:g} s a row, against all held-out recordings. The Fréchet distances are 0
for the same distribution; the first two rows are what real music scores.

{table(clips, "clips")}

{chr(10).join(verdicts)}

The codec alone: {back} (dB; spectral convergence and log magnitude).

![Spectrograms: held-out piano, its round trip, generated clips]({NAME}.png)
"""


if __name__ == "__main__":
    main()
