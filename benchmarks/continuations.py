"""How `latent-flow` goes on from held-out piano, beside how the recordings themselves go on.

Trains it for --minutes, every stage counted, on the piano hour with ten recordings held out: the
six of the official splits and every fifth of the others. Continues a seed of each for 30 s and
measures: related to their seed, lively, no copy, no click at the join, no drift.
Writes docs/results/continuations.{md,json,png}. What is in --work already is used.

  MENURA_DATA=... python benchmarks/continuations.py [--init base] [--minutes 10] [--work DIR]
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clip_sets import Clips, continue_all, cut, whole
from machine import machine
from materials import RATE
from measures import continuation, drift_curve
from menura.audio.picture import spectrograms_png
from menura.prepared import PreparedCorpus, Rendition
from menura.systems import TrainedSystem
from menura.workflows.load import load_of_sound
from once import train_once
from page_parts import table, where
from piano_splits import Rows, piano_without
from quality import BASE, OURS, RESULTS, training

NAME = "continuations"
REAL, PRESET = "real", "laptop"
N_SEEDS, SEED_S, NEW_S = 10, 4.0, 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--init", default=BASE, help="what it starts from: base, or none")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = (options.work or Path(scratch)) / NAME
        corpus = piano_without(every_fifth, work)
        run = work / f"{OURS}-{options.init}-{options.minutes:g}"
        train_once(OURS, PRESET, corpus, run, options.minutes, options.init)
        system = load_of_sound(run)
        rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
        measured, continued = measure(system, rendition)
    figures = {"machine": machine(), "training": training(run), **measured}
    rows = [
        (what if what == REAL else f"{what}: from {SEED_S:g} s on new", clips[name])
        for name in ("00", "03")
        for what, clips in continued.items()
    ]
    (RESULTS / f"{NAME}.png").write_bytes(spectrograms_png(rows))
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def every_fifth(training: Rows) -> Rows:
    return training[4::5]


def measure(
    system: TrainedSystem, rendition: Rendition
) -> tuple[dict[str, Any], Mapping[str, Clips]]:
    """All figures, and the continuations by what made them."""
    seeds = cut(rendition, ("test", "valid"), N_SEEDS, SEED_S + NEW_S, seed=3)
    first = {name: clip.between(0, SEED_S) for name, clip in seeds.items()}
    continued: dict[str, Clips] = {REAL: seeds, OURS: continue_all(system, first, NEW_S)}
    held_out = {**whole(rendition, "test"), **whole(rendition, "valid")}
    train_clips = whole(rendition, "train")
    new = {
        what: {name: clip.between(SEED_S, SEED_S + NEW_S) for name, clip in clips.items()}
        for what, clips in continued.items()
    }
    return {
        "continuations": {
            what: continuation(held_out, first, clips, train_clips, SEED_S, NEW_S)
            for what, clips in continued.items()
        },
        "curves": {what: drift_curve(held_out, clips) for what, clips in new.items()},
    }, continued


def page(figures: dict[str, Any]) -> str:
    seconds = (0, 1, 2, 4, 7, 9, 11, 14, 19, 24, 29)
    curves = {
        what: {f"{second + 1} s": curve[second] for second in seconds}
        for what, curve in figures["curves"].items()
    }
    rises = "; ".join(
        f"{what}: {_mean(curve[20:]) / _mean(curve[10:20]):.2f}"
        for what, curve in figures["curves"].items()
    )
    run = figures["training"]
    worst = "; ".join(f"{what}: {max(curve):.2f}" for what, curve in figures["curves"].items())
    return f"""# How latent-flow goes on

Written by `python benchmarks/continuations.py`; not by hand. On {where(figures["machine"])}.
Trained for {run["minutes"]:g} min in all{_before(run)} on the piano hour, {N_SEEDS} recordings
held out.

A seed of {SEED_S:g} s of each held-out recording, continued for {NEW_S:g} s. The first row is how
the recordings themselves go on: music changes within a second.

{table(figures["continuations"], "continued by")}

## Drift, second by second

The Fréchet spectral distance of a second of the continuations to the held-out recordings, over that
of other real music at that second: 1 is real music (asked: below 2 at every
second). The worst second: {worst}.

{table(curves, "drift, × real")}

After the tenth second it must not rise. The mean of seconds 21–30 over that of seconds
11–20: {rises}.

![Spectrograms: two of them and their continuations]({NAME}.png)
"""


def _before(run: Mapping[str, Any]) -> str:
    """What it was trained for before these minutes, where it did not begin from nothing."""
    before = [f"{value or 'unknown'} {n}" for n, value in run.items() if n.endswith(" before")]
    return f" ({before[0]})" if before else ""


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
