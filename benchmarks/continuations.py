"""How `latent-flow` goes on from held-out piano, beside how the recordings themselves go on.

Trains it for --minutes, every stage counted, on the piano hour with ten recordings held out: the
six of the official splits and every fifth of the others. Continues thirty seeds of them, evenly
over the recordings, for 30 s and measures: no drift, related to their seed, lively, no copy, no
click at the join. From base, and from nothing where --init says so; what is on the page stays, and
what is in --work already is used. Writes docs/results/continuations.{md,json} and pictures.

  MENURA_DATA=... python benchmarks/continuations.py [--init base none] [--minutes 10] [--work DIR]
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clip_sets import Clips, continue_all, whole
from distances import SPECTRAL, counted, in_words, samples
from machine import machine
from materials import RATE
from measures import continuation, drift_curve
from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.evaluation import metrics
from menura.prepared import PreparedCorpus, Rendition
from menura.systems import TrainedSystem
from menura.workflows.load import load_of_sound
from once import train_once
from page_parts import table, where
from piano_splits import Rows, piano_without
from quality import BASE, NOTHING, OURS, RESULTS, listed, training

NAME = "continuations"
REAL, PRESET = "real", "laptop"
N_SEEDS, SEED_S, NEW_S = 30, 4.0, 30.0
MOST = 2  # × real music, at every second
FROM = {BASE: "From base", NOTHING: "From nothing"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--init", nargs="+", choices=FROM, default=[BASE], help="what it starts from"
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = (options.work or Path(scratch)) / NAME
        corpus = piano_without(every_fifth, work)
        rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
        figures = begun(rendition, options.minutes)
        for init in options.init:
            run = work / f"{OURS}-{init}-{options.minutes:g}"
            train_once(OURS, PRESET, corpus, run, options.minutes, init)
            measured, continued = measure(load_of_sound(run), rendition)
            figures["runs"][init] = {"machine": machine(), "training": training(run), **measured}
            draw(init, continued)
            write(figures)


def begun(rendition: Rendition, minutes: float) -> dict[str, Any]:
    """What is there of the same minutes, judged by the same music."""
    recordings = held_out_of(rendition)
    asked = {
        "minutes": minutes,
        "recordings": len(recordings),
        "seeds": len(pieces_of(recordings, N_SEEDS, SEED_S + NEW_S)),
        "samples": samples(recordings, [SPECTRAL]),
    }
    file = RESULTS / f"{NAME}.json"
    if file.is_file():
        before: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if asked.items() <= before.items():
            return before
    return {**asked, "runs": {}}


def draw(init: str, continued: Mapping[str, Clips]) -> None:
    rows = [
        (what if what == REAL else f"{what}: from {SEED_S:g} s on new", clips[name])
        for name in ("00", "03")
        for what, clips in continued.items()
    ]
    (RESULTS / picture(init)).write_bytes(spectrograms_png(rows))


def picture(init: str) -> str:
    return f"{NAME}.png" if init == BASE else f"{NAME}-{init}.png"


def write(figures: Mapping[str, Any]) -> None:
    file = RESULTS / f"{NAME}.json"
    file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(page(figures), encoding="utf-8")
    print(file.with_suffix(".md"), flush=True)  # noqa: T201


def every_fifth(training: Rows) -> Rows:
    return training[4::5]


def held_out_of(rendition: Rendition) -> dict[str, Clip]:
    return {**whole(rendition, "test"), **whole(rendition, "valid")}


def pieces_of(recordings: Clips, n: int, seconds: float) -> dict[str, Clip]:
    """At most n pieces that share no sound: one of each recording, then another of all that have
    room for two, and so on; those of a recording evenly over it."""
    rooms = {name: int(clip.duration_s // seconds) for name, clip in recordings.items()}
    most = max(rooms.values(), default=0)
    chosen = [(k, name) for k in range(most) for name in rooms if k < rooms[name]][:n]
    shares = Counter(name for _, name in chosen)
    found = {}
    for number, (k, name) in enumerate(chosen):
        clip = recordings[name]
        length = round(seconds * clip.sample_rate)
        gap = (clip.n_samples - shares[name] * length) * (k + 0.5) / shares[name]
        start = k * length + int(gap)
        found[f"{number:02}"] = Clip(clip.read(start, start + length), clip.sample_rate)
    return found


def measure(
    system: TrainedSystem, rendition: Rendition
) -> tuple[dict[str, Any], Mapping[str, Clips]]:
    """All figures, and the continuations by what made them."""
    held_out = held_out_of(rendition)
    seeds = pieces_of(held_out, N_SEEDS, SEED_S + NEW_S)
    first = {name: clip.between(0, SEED_S) for name, clip in seeds.items()}
    continued: dict[str, Clips] = {REAL: seeds, OURS: continue_all(system, first, NEW_S)}
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
        "drift of": metrics.load("drift").score(held_out, new[OURS]).embedding,
    }, continued


def page(figures: Mapping[str, Any]) -> str:
    runs = {init: figures["runs"][init] for init in FROM if init in figures["runs"]}
    machines = dict.fromkeys(where(run["machine"]) for run in runs.values())
    parts = [
        f"""# How latent-flow goes on

Written by `python benchmarks/{NAME}.py`; not by hand. On {"; ".join(machines)}.

On the piano hour, {figures["recordings"]} recordings held out. {figures["seeds"]} seeds of
{SEED_S:g} s, evenly over them, are continued for {NEW_S:g} s. The first rows are how the recordings
themselves go on: music changes within a second. Several seeds are of one recording, and may be as
near to each other's continuations as to their own.

Drift is, second by second, the Fréchet spectral distance of the continuations to held-out
recordings ({counted(figures["samples"])} in all), over that of as many pieces of other real music
at that second: 1 is real music. The recordings themselves are in what it is measured by: theirs
lies below 1. {in_words([SPECTRAL])}"""
    ]
    for init, run in runs.items():
        parts += of_run(init, run)
    return "\n\n".join(parts) + "\n"


def of_run(init: str, run: Mapping[str, Any]) -> list[str]:
    """The part of one run."""
    seconds = (0, 1, 2, 4, 7, 9, 11, 14, 19, 24, 29)
    curves = {
        what: {f"{second + 1} s": curve[second] for second in seconds}
        for what, curve in run["curves"].items()
    }
    return [
        f"## {FROM[init]}",
        f"Trained for {run['training']['minutes']:g} min in all{_before(run['training'])}.",
        table(run["continuations"], "continued by"),
        f"Drift is of {run['drift of']}.",
        listed(verdicts(run["curves"])),
        table(curves, "drift, × real"),
        f"![Spectrograms: two of them and their continuations]({picture(init)})",
    ]


def verdicts(curves: Mapping[str, Sequence[float]]) -> list[str]:
    """What is asked of drift, and what was found. After the tenth second it must not rise: the mean
    of seconds 21–30 is over that of seconds 11–20."""
    worst, rise = (
        {what: round(found(curve), 2) for what, curve in curves.items()} for found in (max, _rise)
    )
    return [
        f"{OURS}: at the worst second {worst[OURS]:g} × real (asked: below {MOST} at every second; "
        f"the recordings themselves {worst[REAL]:g}).",
        f"{OURS}: seconds 21–30 are {rise[OURS]:g} × seconds 11–20 (asked: not rising, at most 1; "
        f"the recordings themselves {rise[REAL]:g}).",
    ]


def _rise(curve: Sequence[float]) -> float:
    return _mean(curve[20:30]) / _mean(curve[10:20])


def _before(run: Mapping[str, Any]) -> str:
    """What it was trained for before these minutes, where it did not begin from nothing."""
    before = [f"{value or 'unknown'} {n}" for n, value in run.items() if n.endswith(" before")]
    return f" ({before[0]})" if before else ""


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
