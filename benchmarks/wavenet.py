"""How fast a WaveNet plays: the compiled loops beside the naive loop and beside real time.

The network of 5 × 10 layers (dilations 1…512, 8-bit mu-law) at 16 kHz, with fresh weights: speed
does not depend on what they have learnt. The naive loop sends the whole receptive field through
PyTorch's network for every sample. Run it with nothing else on the machine. Writes
docs/results/wavenet.{md,json}.

  python benchmarks/wavenet.py
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from machine import machine
from menura.foundation.cores import n_cores
from menura.models._wavenet import Player, Stack, StackSizes
from menura.models._wavenet.player import Drawing
from page_parts import table, where
from timing import seconds

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "wavenet"
RATE = 16_000
SIZES = {
    "32 / 128": StackSizes(width=32, n_skip=128, n_cycles=5, n_doublings=10, n_classes=256),
    "64 / 256": StackSizes(width=64, n_skip=256, n_cycles=5, n_doublings=10, n_classes=256),
}
CLIPS = (1, 2, 4, 8, 16)
REPORTED_S = 90 * 60 / 60  # seconds that a second of music took in the report
N_CHECKED, N_LIKELIEST = 2000, 4000


def main() -> None:
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    torch.set_num_threads(n_cores())
    figures = {
        "machine": machine(),
        "peak of one core, GFLOP/s": round(peak() / 1e9, 1),
        "networks": {name: measured(sizes) for name, sizes in SIZES.items()},
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def peak() -> float:
    """What a product of large float32 matrices gets out of one core, operations a second."""
    n = 1024
    a = torch.randn(n, n, generator=torch.Generator().manual_seed(0))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    best = seconds(lambda: a @ a, 30)
    torch.set_num_threads(before)
    return 2 * n**3 / best


def measured(sizes: StackSizes) -> dict[str, Any]:
    torch.manual_seed(0)
    stack = Stack(sizes)
    naive = 1 / naive_seconds(stack)
    return {
        "layers": len(sizes.dilations),
        "receptive field": sizes.receptive_field,
        "weights": sum(p.numel() for p in stack.parameters()),
        "multiply-adds a sample": sizes.n_products,
        "naive, samples/s": round(naive, 1),
        "loops, samples/s": {str(n): round(n / loop_seconds(stack, n)) for n in CLIPS},
        "logits differ at most by": float(f"{difference(stack):.1e}"),
        "likeliest samples that agree": f"{agreeing(stack)} of {N_LIKELIEST}",
    }


def naive_seconds(stack: Stack) -> float:
    """Of a sample: the whole window through the network, and only the last logits kept."""
    window = numbers(stack.sizes, stack.sizes.receptive_field)
    with torch.no_grad():
        return seconds(lambda: stack(window)[:, -1], 8)


def loop_seconds(stack: Stack, n: int) -> float:
    """Of a sample of each of n clips, drawn at temperature 1: the best of some goes."""
    player, n_samples = Player(stack), 2048
    strands, told = player.strands(n), player.told(None, n)
    chances = np.random.default_rng(0).random((n, n_samples))
    nothing = np.zeros((n, 0), np.int64)
    repeats = max(4, 16 // n)
    best = seconds(lambda: player.play(strands, told, 1, nothing, chances, Drawing()), repeats)
    return best / n_samples


def difference(stack: Stack) -> float:
    """The largest, of teacher-forced logits, from those of the network."""
    heard = numbers(stack.sizes, N_CHECKED)
    player = Player(stack)
    logits = np.zeros((1, N_CHECKED, stack.sizes.n_classes), np.float32)
    player.play(
        *(player.strands(1), player.told(None, 1), 1, heard.numpy()),
        *(np.zeros((1, N_CHECKED)), Drawing(), logits),
    )
    with torch.no_grad():
        return float((torch.from_numpy(logits) - stack(heard)).abs().max())


def agreeing(stack: Stack) -> int:
    """How many samples, each the likeliest, the network would have chosen after those before."""
    player, seed = Player(stack), numbers(stack.sizes, 100).numpy()
    chances = np.zeros((1, 100 + N_LIKELIEST))
    strands, told = player.strands(1), player.told(None, 1)
    made = torch.from_numpy(player.play(strands, told, 1, seed, chances, Drawing(0.0)))
    with torch.no_grad():
        return int((stack(made).argmax(dim=2) == made)[:, 100:].sum())


def numbers(sizes: StackSizes, n: int) -> torch.Tensor:
    rng = torch.Generator().manual_seed(1)
    return torch.randint(sizes.n_classes, (1, n), generator=rng)


def page(figures: dict[str, Any]) -> str:
    highest = figures["peak of one core, GFLOP/s"]
    rows, sizes = {}, {}
    for name, one in figures["networks"].items():
        products, naive = one["multiply-adds a sample"], one["naive, samples/s"]
        sizes[name] = {key: f"{one[key]:,}" for key in ("layers", "receptive field", "weights")} | {
            "multiply-adds a sample": f"{products:,}",
            "logits differ at most by": one["logits differ at most by"],
            "likeliest samples that agree": one["likeliest samples that agree"],
        }
        rows[f"{name}, naive loop"] = {"clips": 1, **row(naive, naive, products, highest)}
        for n, made in one["loops, samples/s"].items():
            rows[f"{name}, loops, {n}"] = {"clips": n, **row(made, naive, products, highest)}
    first = figures["networks"]["32 / 128"]
    one = first["loops, samples/s"]["1"]
    return f"""# How fast a WaveNet plays

Written by `python benchmarks/wavenet.py`; not by hand. On {where(figures["machine"])}.

Channels of the residual way / of the skips. Logits are teacher-forced, over {N_CHECKED} samples,
beside those of the network as it is trained; asked: at most 1e-4, and {N_LIKELIEST} likeliest
samples identical.

{table(sizes, "network")}

One clip, residual 32, skip 128: {one:,} samples/s (asked: 16,000), {one / RATE:.2f} × real time,
{one / first["naive, samples/s"]:.0f} × the naive loop (asked: 200). The report needed 90 minutes
for one minute of music. Clips that are made together share the cores, and the reading of weights.
A multiply-add is two operations; one core was seen at {highest:g} GFLOP/s in products of large
float32 matrices. One clip is played by one core.

{table(rows, "network")}
"""


def row(made: float, naive: float, products: int, highest: float) -> dict[str, str]:
    operations = 2 * products * made / 1e9
    return {
        "samples/s": f"{made:,.0f}" if made >= 100 else f"{made:.1f}",
        "× real time": f"{made / RATE:.2g}",
        "× naive": f"{made / naive:,.0f}",
        "× the report": f"{made / RATE * REPORTED_S:,.0f}",
        "GFLOP/s": f"{operations:.1f}",
        "share of one core's peak": f"{operations / highest:.0%}",
    }


if __name__ == "__main__":
    main()
