"""How fast `gan` and `conv2d-autoencoder` learn, beside the same networks in Keras 3.

Clips seen a second by the paper presets (both players' turns of the GAN, one training step of the
autoencoder), ours in float32 and in bfloat16 where the machine gains from it, Keras on its torch
and its TensorFlow backend, in both precisions; every turn in a process of its own, in turns, the
best step of each; a peer far behind has one turn. Run it with nothing
else on the machine. Writes docs/results/training.{md,json}.

  python benchmarks/training.py --keras-python PYTHON     (of an environment with keras, torch and
                                                           tensorflow; without it only ours)
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import torch

from machine import machine
from menura import recipes
from menura.models import Batch
from menura.training.assembly import new_system
from menura.training.device import Compute, ready_for
from menura.training.stepping import Stepper
from page_parts import where
from recurrent import said
from timing import seconds

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "docs" / "results"
NAME, BATCH, ROUNDS, STEPS = "training", 16, 2, 4
NETWORKS = ("gan", "conv2d-autoencoder")
OURS = ("float32", "bfloat16")
PEERS = {
    f"keras, {backend}{', compiled' if mode == 'jit' else ''}, {policy}": (backend, policy, mode)
    for backend, mode in (("torch", "plain"), ("tensorflow", "plain"), ("tensorflow", "jit"))
    for policy in ("float32", "mixed_bfloat16")
}
PLAIN_PEER = "keras, torch, float32"
FAR = 1.6  # times the fastest: more than a machine's speed varies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keras-python", type=Path, help="interpreter of an environment of Keras")
    parser.add_argument("--networks", nargs="*", default=list(NETWORKS), choices=NETWORKS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--own", nargs=2, metavar=("NETWORK", "PRECISION"), help="print our step")
    options = parser.parse_args()
    if options.own:
        print(json.dumps(own(*options.own)))  # noqa: T201
        return
    figures = {
        "machine": machine(),
        "steps": {
            name: compared(name, options.keras_python, options.rounds) for name in options.networks
        },
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def compared(name: str, keras_python: Path | None, rounds: int) -> dict[str, dict[str, Any]]:
    """The best step of each over the rounds."""
    found: dict[str, dict[str, Any]] = {}
    for _ in range(rounds):
        turns = {
            f"menura, {precision}": said([sys.executable, __file__, "--own", name, precision], {})
            for precision in OURS
        }
        for peer, (backend, policy, mode) in PEERS.items() if keras_python else ():
            if _is_far_behind(peer, found):
                continue
            script = str(HERE / "training_keras.py")
            command = [str(keras_python), script, name, policy, mode, str(1 + STEPS)]
            turns[peer] = said(command, {"KERAS_BACKEND": backend})
        for what, turn in turns.items():
            if what not in found or turn["step_s"] < found[what]["step_s"]:
                found[what] = turn
    return found


def _is_far_behind(peer: str, found: dict[str, dict[str, Any]]) -> bool:
    """Whether another round could not make it the fastest of the peers. Of the plain one all
    rounds are wanted."""
    if peer not in found or peer == PLAIN_PEER:
        return False
    return found[peer]["step_s"] > FAR * min(found[name]["step_s"] for name in PEERS)


def own(name: str, precision: str) -> dict[str, Any]:
    """Our training step: forward, backward, clipping and optimiser, of every player."""
    torch.set_num_threads(os.cpu_count() or 1)
    preset = recipes.load(name).preset("paper")
    system = new_system(name, "paper", preset, 0)
    stepper = Stepper(system.model, preset.training, Compute("cpu", precision), seed=0)
    rng = torch.Generator().manual_seed(0)
    shape = BATCH, system.representation.spec.n_channels, preset.batching.n_frames
    batch = Batch(torch.rand(shape, generator=rng) * 2 - 1)
    numbers = iter(range(1000))
    with ready_for(system.model):
        step_s = seconds(lambda: stepper.step(batch, next(numbers), 1.0), STEPS)
    n_parameters = sum(p.numel() for p in system.model.parameters())
    return {"step_s": step_s, "parameters": n_parameters}


def page(figures: dict[str, Any]) -> str:
    parts = [
        "# How fast networks of convolutions learn",
        f"Written by `python benchmarks/training.py`; not by hand. On {where(figures['machine'])}.",
        f"The paper presets on batches of {BATCH} clips made up of noise: of `gan` both players' "
        "turns with the gradient penalty (4 s at 16 kHz), of `conv2d-autoencoder` a step (5 s as "
        "512 mel bands × 640 frames); the best of some steps and turns, each turn in a process of "
        "its own. Keras' parameters include the running statistics of its batch norms.",
    ]
    for name, rows in figures["steps"].items():
        parts += [f"## {name}", _table(rows), _verdict(rows)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(rows: dict[str, dict[str, Any]]) -> str:
    lines = [
        "| what | version | parameters | seconds a step | clips a second |",
        "|---|---|--:|--:|--:|",
    ]
    for what, row in rows.items():
        version = f"{row['keras']}, {row['version']}" if "keras" in row else ""
        lines.append(
            f"| {what} | {version} | {row['parameters']:,} | {row['step_s']:.3f} "
            f"| {BATCH / row['step_s']:.2f} |"
        )
    return "\n".join(lines)


def _verdict(rows: dict[str, dict[str, Any]]) -> str:
    peers = {what: row["step_s"] for what, row in rows.items() if "keras" in row}
    if not peers:
        return ""
    ours = {what: row["step_s"] for what, row in rows.items() if what not in peers}
    best, fastest = min(ours, key=lambda one: ours[one]), min(peers, key=lambda one: peers[one])
    plain = peers[PLAIN_PEER] / ours["menura, float32"]
    return (
        f"Clips a second: in float32 ours are {plain:.2f} × those of Keras on torch in float32 "
        f"(ours at best {peers[PLAIN_PEER] / ours[best]:.2f} ×; asked: 2 ×); {best} has "
        f"{peers[fastest] / ours[best]:.2f} × those of {fastest}, Keras' fastest (asked: 1.2 ×)."
    )


if __name__ == "__main__":
    main()
