"""How fast the recurrent systems learn and play.

Learning: seconds a training step of `stft-lstm` paper, ours beside the same network in Keras 3 on
its torch and its TensorFlow backend, each in a process of its own, in turns. Playing: sound made,
way back included, in how many times real time, for every recurrent recipe. Run it with nothing
else on the machine. Writes docs/results/recurrent.{md,json}.

  python benchmarks/recurrent.py --keras-python PYTHON    (of an environment with keras, torch and
                                                           tensorflow; without it only ours)
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from machine import machine
from menura import recipes
from menura.models import Batch
from menura.systems import TrainedSystem
from menura.training.assembly import new_system
from menura.training.device import Compute, ready_for
from menura.training.stepping import Stepper
from speed import noise_like_music
from timing import seconds

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "docs" / "results"
NAME = "recurrent"
OURS, OURS_DROPPING = "menura", "menura, recurrent dropout 0.5"
BACKENDS = ("tensorflow", "torch")
RECIPES = (
    *("stft-lstm", "mfcc-lstm", "gruv-lstm", "gruv-gru", "phase-vocoder-rnn"),
    "spectrogram-bilstm",
)
CLIP_S, COUNTS, ROUNDS = 20.0, (1, 4, 16), 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keras-python", type=Path, help="interpreter of an environment of Keras")
    parser.add_argument("--dropout", type=float, help="measure our own step alone, print it")
    options = parser.parse_args()
    if options.dropout is not None:
        print(json.dumps({"step_s": own_step(options.dropout)}))  # noqa: T201
        return
    torch.set_num_threads(os.cpu_count() or 1)
    figures = {
        "machine": machine(),
        "training": training(options.keras_python),
        "playing": [row for name in RECIPES for row in playing(name, "laptop")]
        + playing("stft-lstm", "paper"),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def training(keras_python: Path | None) -> dict[str, dict[str, Any]]:
    """The best step of each over some rounds, the peers' with the version that made it."""
    found: dict[str, dict[str, Any]] = {}
    for _ in range(ROUNDS):
        turns = {
            OURS: said([sys.executable, __file__, "--dropout", "0"], {}),
            OURS_DROPPING: said([sys.executable, __file__, "--dropout", "0.5"], {}),
        }
        for backend in BACKENDS if keras_python else ():
            command = [str(keras_python), str(HERE / "recurrent_keras.py"), "auto", "6"]
            turns[f"keras, {backend}"] = said(command, {"KERAS_BACKEND": backend})
        for name, turn in turns.items():
            if name not in found or turn["step_s"] < found[name]["step_s"]:
                found[name] = turn
    return found


def said(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """What a process prints as its last line. Each has all cores; Keras does not see our code."""
    hidden = {"OMP_NUM_THREADS"} | (set() if command[0] == sys.executable else {"PYTHONPATH"})
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def own_step(dropout: float) -> float:
    """Seconds: forward, backward, clipping and optimiser, of a batch of 32 × 50 frames."""
    preset = recipes.load("stft-lstm").preset("paper")
    config = replace(preset.model.config, recurrent_dropout=dropout)
    preset = replace(preset, model=replace(preset.model, config=config))
    system = new_system("stft-lstm", "paper", preset, 0)
    stepper = Stepper(system.model, preset.training, Compute("cpu", "float32"), seed=0)
    rng = torch.Generator().manual_seed(0)
    frames = torch.randn(32, system.representation.spec.n_channels, 51, generator=rng)
    batch = Batch(frames, torch.ones(32, dtype=torch.bool))
    numbers = iter(range(1000))
    with ready_for(system.model):
        return seconds(lambda: stepper.step(batch, next(numbers), 1.0), 8)


def playing(name: str, preset: str) -> list[dict[str, Any]]:
    """A row for each number of clips made together. Weights are fresh: speed does not depend on
    what they have learnt; statistics are of made-up music."""
    system = fresh(name, preset)
    sound = noise_like_music(CLIP_S, system.sample_rate)
    with torch.no_grad():
        frames = system.representation.encode(torch.from_numpy(sound.samples)[None])
        back = seconds(lambda: system.representation.decode(frames), 5)
    rows = []
    for n in COUNTS:
        whole = seconds(lambda n=n: system.generate(n, CLIP_S, seed=0), 5)
        rows.append(
            {
                "recipe": name,
                "preset": preset,
                "clips": n,
                "× real time": round(n * CLIP_S / whole, 1),
                "way back alone": round(CLIP_S / back, 1),
            }
        )
    return rows


def fresh(name: str, preset: str) -> TrainedSystem:
    chosen = recipes.load(name).preset(preset)
    system = new_system(name, preset, chosen, 0)
    sound = noise_like_music(CLIP_S, chosen.sample_rate)
    system.representation.fit([torch.from_numpy(sound.samples)])
    system.model.eval()
    return system


def page(figures: dict[str, Any]) -> str:
    where = ", ".join(f"{k} {v}" for k, v in figures["machine"].items())
    training, lines = figures["training"], []
    ours = training[OURS]["step_s"]
    for name, row in training.items():
        version = f"{row['keras']}, {row['version']}" if "keras" in row else ""
        lines.append(f"| {name} | {version} | {row['step_s']:.3f} | {row['step_s'] / ours:.2f} |")
    peers = {name: row["step_s"] for name, row in training.items() if "keras" in row}
    verdict = ""
    if peers:
        fastest = min(peers, key=lambda name: peers[name])
        verdict = (
            f"Ours takes 1/{peers[fastest] / ours:.2f} of the time of {fastest}, the faster one "
            f"(asked: 1/1.2), and 1/{peers['keras, torch'] / ours:.2f} of that on torch (asked: "
            "1/2)."
        )
    rows = "\n".join(
        f"| {' | '.join(str(v) for v in row.values())} |" for row in figures["playing"]
    )
    columns = figures["playing"][0]
    return f"""# How fast recurrent systems learn and play

Written by `python benchmarks/recurrent.py`; not by hand. On {where}.

## A training step of stft-lstm, paper preset

One LSTM layer of 1500, 512 features in and out, AdaDelta, gradient clipping, batch of 32 × 50
frames, float32: the best of {ROUNDS} turns of some steps, each turn in a process of its own.

| what | version | seconds a step | × ours |
|---|---|--:|--:|
{chr(10).join(lines)}

{verdict}

## Sound made, × real time

Clips of {CLIP_S:g} s made together, the way back to sound included, by fresh weights. Asked: 100 ×
of the laptop presets; 5 × for one clip and 30 × for 16 of the paper preset.

| {" | ".join(columns)} |
{"|---" * len(columns)}|
{rows}
"""


if __name__ == "__main__":
    main()
