"""In how few steps a flow makes music as near to the real as in many: a run, tried in some ways.

Fréchet distances to the held-out recordings of the corpus it was trained on, of clips from nothing
made by Euler in fifty steps, in eight looks at the network by Euler and by Heun, and as the run
does by itself; by more steps and time shifts where they are asked for. All ways start from the same
noise, in three draws. Writes docs/results/sampling_steps.{md,json}, or OUT.{md,json}.

  python benchmarks/sampling_steps.py RUN [--corpus DIR] [-n 96] [--seconds 8] [--out OUT]
"""

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

import draws
from clip_sets import Clips, cut, whole
from distances import DISTANCES, counted, in_words, samples
from machine import machine
from menura.evaluation import metrics
from menura.evaluation.floors import floor_of
from menura.foundation import shipped
from menura.foundation.atomic import write_json, write_text
from menura.foundation.errors import MenuraError
from menura.models.latent_flow import LatentFlow
from menura.prepared import PreparedCorpus, Rendition
from menura.systems import TrainedSystem
from menura.training.trained_on import corpus_of
from menura.workflows.load import load_of_sound
from page_parts import table, where
from quality import RESULTS, training

NAME, N_CLIPS = "sampling_steps", 96
PEER, OWN = "euler, 50 steps", "the run's own"
FEW, MOST = 8, 1.1  # steps, and how far from the music they may be, × the peer
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


@dataclass(frozen=True)
class Form:
    """How many clips a way, how long, and in what they are computed."""

    n: int
    seconds: float
    bfloat16: bool


def ways(own: Way, steps: Iterable[int] = (), shifts: Iterable[float] = ()) -> dict[str, Way]:
    """By the name of its row: the peer; FEW looks, by Euler and by Heun; the run's own. Then Euler
    in more numbers of steps, and all that have few with other shifts."""
    few = [Way("euler", FEW, own.shift), Way("heun", FEW // 2, own.shift)]
    more = [Way("euler", n, 1.0) for n in steps]
    bent = [
        replace(way, shift=shift) for shift in shifts for way in (*few, *more) if way.n_looks <= 12
    ]
    return {
        PEER: Way("euler", 50, 1.0),
        **{way.words: way for way in few},
        f"{OWN}: {own.words}": own,
        **{way.words: way for way in (*more, *bent)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path, help="a trained run of latent-flow")
    parser.add_argument("--corpus", type=Path, help="prepared; default: the one it learnt from")
    parser.add_argument("-n", type=int, default=N_CLIPS, help="clips a way")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a clip")
    parser.add_argument("--steps", type=int, nargs="*", default=[], help="of Euler, beside these")
    parser.add_argument("--shifts", type=float, nargs="*", default=[], help="of few steps")
    parser.add_argument("--bfloat16", action="store_true", help="compute in bfloat16")
    parser.add_argument("--out", type=Path, default=RESULTS / NAME, help="without ending")
    options = parser.parse_args()
    corpus = options.corpus or corpus_of(options.run)
    if corpus is None:
        raise MenuraError(f"{options.run}: its corpus is not where it was; give --corpus")
    system = load_of_sound(options.run)
    if not isinstance(system, TrainedSystem) or not isinstance(system.model, LatentFlow):
        raise MenuraError(f"{options.run}: is no flow; give a run of latent-flow")
    rendition = PreparedCorpus.open(corpus).rendition(system.sample_rate, system.n_audio_channels)
    config = system.model.config
    own = Way(config.method, config.n_steps, config.time_shift)
    form = Form(options.n, options.seconds, options.bfloat16)
    known = {"machine": machine(), "run": learnt(system, options.run), "seeds": draws.SEEDS}
    measured = measure(system, rendition, ways(own, options.steps, options.shifts), form)
    figures = {**known, **asdict(form), **measured}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_json(options.out.with_suffix(".json"), figures)
    write_text(options.out.with_suffix(".md"), page(figures))
    print(options.out.with_suffix(".md"))  # noqa: T201


def learnt(system: TrainedSystem, run: Path) -> dict[str, Any]:
    """On what, and for how many minutes."""
    trained = training(shipped.folder_of(run))
    minutes = {name: value for name, value in trained.items() if name.startswith("minutes")}
    return {"on": system.description.provenance.data, **minutes}


def measure(
    system: TrainedSystem, rendition: Rendition, chosen: Mapping[str, Way], form: Form
) -> dict[str, Any]:
    """A row a way, and at last what real music itself and its round trip come to."""
    held_out = {name: clip for split in HELD_OUT for name, clip in whole(rendition, split).items()}
    if not held_out:
        raise MenuraError("no recording of the corpus is held out: there is nothing to measure by")
    pieces = cut(rendition, HELD_OUT, form.n, form.seconds, seed=1)
    rows, thirds = {}, {}
    system.generate(1, form.seconds, seed=0)  # what comes first takes longer
    for name, way in chosen.items():
        same = next((before for before in rows if chosen[before] == way), None)
        if same is not None:
            rows[name], thirds[name] = rows[same], thirds[same]
            continue
        begun = time.perf_counter()
        in_draws = made(system, way, form)
        took = time.perf_counter() - begun
        thirds[name] = draws.spread(held_out, in_draws)
        rows[name] = {
            "looks": way.n_looks,
            **_against(held_out, draws.together(in_draws)),
            "× real time": round(form.n * form.seconds / took, 1),
        }
    through = {name: system.round_trip(clip) for name, clip in pieces.items()}
    rows["real, through the codec"] = _against(held_out, through)
    rows["real: other recordings"] = _floors(held_out, pieces)
    counts = {"held out": samples(held_out), "a row": samples(pieces)}
    return {"rows": rows, "thirds": thirds, "samples": counts}


def made(system: TrainedSystem, way: Way, form: Form) -> list[Clips]:
    """Clips by one way, in draws; the model's own way is put back."""
    model, before = system.model, system.model.config
    model.config = replace(before, n_steps=way.n_steps, method=way.method, time_shift=way.shift)
    try:
        with torch.autocast("cpu", torch.bfloat16, enabled=form.bfloat16):
            return draws.drawn(system, form.n, form.seconds)
    finally:
        model.config = before


def _against(held_out: Clips, clips: Clips) -> dict[str, float]:
    return {name: round(metrics.load(name).value(held_out, clips), 1) for name in DISTANCES}


def _floors(held_out: Clips, clips: Clips) -> dict[str, float]:
    found = {name: floor_of(metrics.load(name), held_out, clips, seed=0) for name in DISTANCES}
    return {name: round(floor.measured.value, 1) for name, floor in found.items() if floor}


def page(figures: Mapping[str, Any]) -> str:
    """Markdown."""
    rows, thirds, counts = figures["rows"], figures["thirds"], figures["samples"]
    shown = {name: draws.with_spread(row, thirds.get(name, {})) for name, row in rows.items()}
    return f"""# How few steps a flow needs

Written by `python benchmarks/{NAME}.py`; not by hand. On {where(figures["machine"])}.
The run learnt {where(figures["run"])}.

{figures["n"]} clips of {figures["seconds"]:g} s a way ({counted(counts["a row"])}), all ways from
the same noise, computed in {"bfloat16" if figures["bfloat16"] else "float32"}; Fréchet distances to
the held-out recordings ({counted(counts["held out"])}). {in_words()} looks: at the network, which
is what a clip costs. {draws.IN_WORDS}

{table(shown, "made by")}

Beside {PEER} (asked: {FEW} steps within {round(100 * (MOST - 1))} % of 50, at most {MOST:g} ×):

{chr(10).join(f"- {line}" for line in verdicts(rows, thirds))}
"""


def verdicts(
    rows: Mapping[str, Mapping[str, float]], thirds: Mapping[str, Mapping[str, Sequence[float]]]
) -> list[str]:
    """Of every way but the peer the ratio of its distances to the peer's; the lowest and the
    highest of one draw alone, each beside the same draw of the peer."""
    return [
        f"{name}: {', '.join(_ratio(rows, thirds, name, metric) for metric in DISTANCES)}."
        for name in thirds
        if name != PEER
    ]


def _ratio(
    rows: Mapping[str, Mapping[str, float]],
    thirds: Mapping[str, Mapping[str, Sequence[float]]],
    name: str,
    metric: str,
) -> str:
    of_draws = [a / b for a, b in zip(thirds[name][metric], thirds[PEER][metric], strict=True)]
    ratio = rows[name][metric] / rows[PEER][metric]
    return f"{metric} {ratio:.2f} × ({min(of_draws):.2f}–{max(of_draws):.2f})"


if __name__ == "__main__":
    main()
