"""In how few steps a flow makes music as near to the real as in many: a run, tried in all ways.

Fréchet distances to the held-out recordings of the corpus it was trained on, of clips from nothing
made by Euler and Heun in several numbers of steps and with several time shifts, at the looks at the
network that each costs. All start from the same noise. Writes OUT.json and OUT.md, or prints alone.

  python benchmarks/sampling_steps.py RUN [--corpus DIR] [-n 32] [--seconds 8] [--out FILE]
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from clip_sets import Clips, cut, generated, whole
from machine import machine
from menura.evaluation import metrics
from menura.evaluation.floors import floor_of
from menura.foundation.atomic import write_json, write_text
from menura.foundation.errors import MenuraError
from menura.models.latent_flow import LatentFlow
from menura.prepared import PreparedCorpus, Rendition
from menura.systems import TrainedSystem
from menura.training.trained_on import corpus_of
from menura.workflows.load import load_of_sound
from page_parts import table, where

DISTANCES = ("frechet-spectral", "frechet-mfcc")
STEPS = (50, 16, 12, 8, 4)
HELD_OUT = ("test", "valid")


@dataclass(frozen=True)
class Way:
    """One way to integrate. n_looks: at the network, which is what it costs."""

    method: str
    n_steps: int
    shift: float

    @property
    def n_looks(self) -> int:
        return self.n_steps * (2 if self.method == "heun" else 1)

    @property
    def words(self) -> str:
        shift = "" if self.shift == 1 else f", shift {self.shift:g}"
        return f"{self.method}, {self.n_steps} steps{shift}"


def ways(steps: tuple[int, ...], shifts: tuple[float, ...]) -> list[Way]:
    """Euler in all; Heun where it costs as much as one of those; shifts where looks are few."""
    euler = [Way("euler", n, 1.0) for n in steps]
    heun = [Way("heun", n // 2, 1.0) for n in steps if n % 2 == 0 and n <= 16]
    few = [way for way in (*euler, *heun) if way.n_looks <= 12]
    return [*euler, *heun, *(replace(way, shift=shift) for shift in shifts for way in few)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path, help="a trained run of latent-flow")
    parser.add_argument("--corpus", type=Path, help="prepared; default: the one it learnt from")
    parser.add_argument("-n", type=int, default=32, help="clips a way")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a clip")
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS))
    parser.add_argument("--shifts", type=float, nargs="*", default=[2.0, 3.0])
    parser.add_argument("--bfloat16", action="store_true", help="compute in bfloat16")
    parser.add_argument("--out", type=Path, help="without ending; .json and .md are written")
    options = parser.parse_args()
    corpus = options.corpus or corpus_of(options.run)
    if corpus is None:
        raise MenuraError(f"{options.run}: its corpus is not where it was; give --corpus")
    system = load_of_sound(options.run)
    if not isinstance(system, TrainedSystem) or not isinstance(system.model, LatentFlow):
        raise MenuraError(f"{options.run}: is no flow; give a run of latent-flow")
    rendition = PreparedCorpus.open(corpus).rendition(system.sample_rate, system.n_audio_channels)
    chosen = ways(tuple(options.steps), tuple(options.shifts))
    rows = measure(system, rendition, chosen, options.n, options.seconds, options.bfloat16)
    asked = {"n": options.n, "seconds": options.seconds, "bfloat16": options.bfloat16}
    figures = {"machine": machine(), **asked, "rows": rows}
    if options.out is None:
        print(table(rows, "made by"))  # noqa: T201
        return
    write_json(options.out.with_suffix(".json"), figures)
    write_text(options.out.with_suffix(".md"), page(figures))


def measure(
    system: TrainedSystem,
    rendition: Rendition,
    chosen: list[Way],
    n: int,
    seconds: float,
    bfloat16: bool,
) -> dict[str, dict[str, float]]:
    """A row a way, and first what the round trip of real music and real music itself come to."""
    held_out = {name: clip for split in HELD_OUT for name, clip in whole(rendition, split).items()}
    if not held_out:
        raise MenuraError("no recording of the corpus is held out: there is nothing to measure by")
    pieces = cut(rendition, HELD_OUT, n, seconds, seed=1)
    rows = {
        "real: other recordings": _floors(held_out, pieces),
        "real, through the codec": _against(
            held_out, {name: system.round_trip(clip) for name, clip in pieces.items()}
        ),
    }
    for way in chosen:
        begun = time.perf_counter()
        clips = made(system, way, n, seconds, bfloat16)
        took = time.perf_counter() - begun
        rows[way.words] = {
            "looks": way.n_looks,
            **_against(held_out, clips),
            "× real time": round(n * seconds / took, 1),
        }
    return rows


def made(system: TrainedSystem, way: Way, n: int, seconds: float, bfloat16: bool) -> Clips:
    """n clips by one way; the model's own way is put back."""
    model, before = system.model, system.model.config
    model.config = replace(before, n_steps=way.n_steps, method=way.method, time_shift=way.shift)
    try:
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            return generated(system, n, seconds)
    finally:
        model.config = before


def _against(held_out: Clips, clips: Clips) -> dict[str, float]:
    return {name: round(metrics.load(name).value(held_out, clips), 1) for name in DISTANCES}


def _floors(held_out: Clips, clips: Clips) -> dict[str, float]:
    found = {name: floor_of(metrics.load(name), held_out, clips, seed=0) for name in DISTANCES}
    return {name: round(floor.measured.value, 1) for name, floor in found.items() if floor}


def page(figures: dict[str, Any]) -> str:
    """Markdown."""
    return f"""# How few steps a flow needs

Written by `python benchmarks/sampling_steps.py`; not by hand. On {where(figures["machine"])}.
{figures["n"]} clips of {figures["seconds"]:g} s a way, all from the same noise, computed in
{"bfloat16" if figures["bfloat16"] else "float32"}; Fréchet distances to the held-out recordings.
looks: at the network, which is what a clip costs.

{table(figures["rows"], "made by")}
"""


if __name__ == "__main__":
    main()
