"""Errors that pile up: `stft-lstm` as reported beside the remedies, each trained as long.

The report's model feeds its own mean back and goes astray ("bull-whip"). Trains every model of
MODELS for --minutes on the same hour of piano, one after the other; continues held-out seeds for
30 s; measures by the drift metric how far each second is from real music. Writes
docs/results/bull_whip.{md,json,png}. What is in --work already is used: a stopped run goes on.

  MENURA_DATA=... python benchmarks/bull_whip.py [--minutes 4] [--work DIR]
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clip_sets import Clips, continue_all, cut, whole
from continuations import NEW_S, SEED_S
from machine import machine
from materials import RATE
from measures import levels
from menura.audio.picture import spectrograms_png
from menura.evaluation import metrics
from menura.models.frame_rnn import FrameRnn
from menura.prepared import PreparedCorpus
from menura.systems import TrainedSystem
from menura.training.stage import METRICS
from menura.workflows.load import load_of_sound
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from page_parts import table, where
from speaking import Speaker

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "bull_whip"
REAL, PAPER, LAPTOP = "real", "paper preset", "laptop preset"
AGAIN = "laptop preset, another training"
PLAIN = "plain: the mean, fed back"
N_SEEDS = 30  # ten tell models apart too little (docs/log.md)
LAST_S = 5  # of the 30 s: what "at 30 s" is a mean over


@dataclass(frozen=True)
class Form:
    """Settings that differ from the preset's, and the temperature of making (None: its own).

    as_learnt: at the temperature learnt, whatever was found to be steady. seed: of the training.
    """

    settings: Mapping[str, str]
    temperature: float | None = None
    preset: str = "laptop"
    as_learnt: bool = False
    seed: int = 0


BARE = {
    **dict.fromkeys(("model.input_noise", "model.own_share", "model.recurrent_dropout"), "0"),
    "model.bounded": "false",
    "model.steadied": "false",
    "training.ema_decay": "0",
}
MEAN = {"model.output": "mean", **BARE}
MODELS = {
    PAPER: Form({}, preset="paper"),
    PLAIN: Form(MEAN, 0.0),
    "plain, with noise as wide as its error": Form(MEAN, 0.5),
    "input noise": Form({**MEAN, "model.input_noise": "0.5"}, 0.0),
    "scheduled sampling": Form({**MEAN, "model.own_share": "0.5"}, 0.0),
    "mixture density": Form(BARE, 0.9),
    LAPTOP: Form({}),
    "laptop preset, at the temperature learnt": Form({}, as_learnt=True),
    AGAIN: Form({}, seed=1),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        piano = Path(os.environ["MENURA_DATA"]) / "piano"
        prepare(piano, work / "piano", labels=piano / "maestro-v3.0.0.csv", resume=True)
        runs = {name: learn(form, work, options.minutes) for name, form in MODELS.items()}
        rendition = PreparedCorpus.open(work / "piano").rendition(RATE, 1)
        seeds = cut(rendition, ("test", "valid"), N_SEEDS, SEED_S + NEW_S, seed=3)
        first = {name: clip.between(0, SEED_S) for name, clip in seeds.items()}
        continued: dict[str, Clips] = {REAL: seeds} | {
            name: continued_by(form, runs[name], first) for name, form in MODELS.items()
        }
        held_out = {**whole(rendition, "test"), **whole(rendition, "valid")}
        figures = {
            "machine": machine(),
            "minutes": options.minutes,
            "training": {name: steps(run) for name, run in runs.items()},
            "steady temperature": {
                name: round(steady_temperature(load_of_sound(runs[name])), 2)
                for name in (LAPTOP, AGAIN)
            },
            "continuations": {name: measured(held_out, clips) for name, clips in continued.items()},
        }
    write(figures, continued)


def continued_by(form: Form, run: Path, seeds: Clips) -> Clips:
    system = load_of_sound(run)
    temperature = 1 / steady_temperature(system) if form.as_learnt else form.temperature
    return continue_all(system, seeds, NEW_S, temperature)


def learn(form: Form, work: Path, minutes: float) -> Path:
    """Train unless that is done; forms that differ in temperature alone share a run."""
    words = [f"{k.partition('.')[2]}={v}" for k, v in sorted(form.settings.items())]
    run = work / "-".join([form.preset, *(words or ["as-it-is"]), f"seed-{form.seed}"])
    if not (run / METRICS).is_file():
        train(
            *("stft-lstm", work / "piano", run),
            preset=form.preset,
            minutes=minutes,
            settings=form.settings,
            seed=form.seed,
            resume=True,
            reporter=Speaker(),
        )
    return run


def steps(run: Path) -> dict[str, float]:
    said = json.loads((run / METRICS).read_text(encoding="utf-8"))
    return {"steps": said["steps"], "minutes": round(said["minutes"], 2)}


def steady_temperature(system: TrainedSystem) -> float:
    assert isinstance(system.model, FrameRnn)
    return system.model.steady_temperature


def measured(held_out: Clips, clips: Clips) -> dict[str, Any]:
    new = {name: clip.between(SEED_S, SEED_S + NEW_S) for name, clip in clips.items()}
    drift = metrics.load("drift").score(held_out, new)
    ratios = np.array(drift.curves["candidates"]) / np.array(drift.curves["reference"])
    seeds = {name: clip.between(0, SEED_S) for name, clip in clips.items()}
    onsets = metrics.load("onset-density").score(seeds, new)
    return {
        "drift: worst second, × real": round(drift.value, 2),
        f"drift: last {LAST_S} s": round(float(ratios[-LAST_S:].mean()), 2),
        "onsets a second": round(onsets.details["candidates a second"], 2),
        **levels(new),
        "curve": [round(float(ratio), 2) for ratio in ratios],
    }


def write(figures: dict[str, Any], continued: Mapping[str, Clips]) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    rows = [(name, clips["03"]) for name, clips in continued.items()]
    (RESULTS / f"{NAME}.png").write_bytes(spectrograms_png(rows))
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def page(figures: dict[str, Any]) -> str:
    found = figures["continuations"]
    rows = {
        name: {key: value for key, value in row.items() if key != "curve"}
        for name, row in found.items()
    }
    seconds = (0, 1, 2, 4, 7, 11, 15, 19, 24, 29)
    curves = {name: {f"{s + 1} s": row["curve"][s] for s in seconds} for name, row in found.items()}
    late = f"drift: last {LAST_S} s"
    verdicts = "\n".join(
        f"- {ours}: {found[ours][late] / found[PLAIN][late]:.2f} × that of the plain model (asked: "
        f"below 0.5), {found[ours][late] / found[PAPER][late]:.2f} × that of the paper preset, "
        f"{found[ours][late]:.2f} × real music's (asked: below 5); it is played at {steady:.2f} × "
        "the temperature that it learnt"
        for ours, steady in figures["steady temperature"].items()
    )
    return f"""# Errors that pile up, and what holds them

Written by `python benchmarks/bull_whip.py`; not by hand. On {where(figures["machine"])}.

Each model but the first is the laptop preset of stft-lstm without its remedies and with what its
name says, trained for {figures["minutes"]:g} minutes on the same hour of piano
({", ".join(f"{name}: {run['steps']} steps" for name, run in figures["training"].items())}).
The paper preset and the plain model feed their mean back, as the report does.
{N_SEEDS} held-out seeds of {SEED_S:g} s are continued for {NEW_S:g} s. Drift is the Fréchet
spectral distance of a second of them to the held-out recordings, over that of other real music at
that second: 1 is real music.

{table(rows, "continued by")}

The drift of the last {LAST_S} s:

{verdicts}

That temperature is the one at which what it makes, from nothing and on from pieces of its training
music, is distributed the most like that music.

## Second by second

{table(curves, "drift, × real")}

![Spectrograms: a held-out recording and its continuations]({NAME}.png)
"""


if __name__ == "__main__":
    main()
