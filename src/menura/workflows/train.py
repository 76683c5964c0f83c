"""`menura train`: a system of a recipe from a corpus."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from menura import recipes, representations, systems
from menura.foundation.atomic import write_json
from menura.foundation.config import from_dict
from menura.foundation.devices import choose
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import AnotherSourceError, PreparedCorpus
from menura.prepared.marks import is_temporary
from menura.prepared.places import Remote, place_of
from menura.recipes import Preset
from menura.training import checkpoint, kept_start, latents, stages
from menura.training.assembly import RENDITION, refuse_misplaced
from menura.training.fit import Limits
from menura.training.order import Order
from menura.workflows.prepare import prepare
from menura.workflows.starting import started

CORPUS, CODEC = "corpus", stages.CODEC
LIMITS = "limits.json"
READY = (CORPUS, RENDITION, CODEC, latents.FOLDER, LIMITS, kept_start.FOLDER)


@dataclass(frozen=True)
class TrainResult:
    """run: the folder. steps, held_out (the best value; None without held-out recordings) and
    stopped (why training ended) are of the last stage; minutes are of all."""

    run: Path
    steps: int
    minutes: float
    held_out: float | None
    stopped: str


def train(
    recipe: str,
    corpus: Path | str,
    out: Path,
    *,
    preset: str = "laptop",
    init: str | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    resume: bool = False,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    device: str = "auto",
    precision: str = "auto",
    reporter: Reporter | None = None,
) -> TrainResult:
    """Train a recipe on a corpus into the folder `out`.

    corpus: a prepared folder, a URL of one (see `PreparedCorpus.open`), or a raw folder of audio
        (of MIDI files, where the recipe learns notes).

    Ends after `minutes` or `steps`, or when the held-out value stops falling. A run that was
    stopped goes on with resume=True, and ends as if it had never stopped: at the limit that it was
    begun with, unless another is given.
    init: the folder of a system of the same recipe to start from, "base" for the one that ships,
        or "none"; None is base where this Menura has it and recipe, preset and settings fit it.
        Over a codec the run has the other's codec and sizes, and learns labels that it had not
        beside its own; the codec is trained on first where this music comes back poorly from it
        (tuning.codec). The run keeps a copy of that system, and goes on without it.
    settings: dotted names of the preset → values, e.g. {"model.n_hidden": "512"}.
    """
    out, reporter = Path(out), reporter or Reporter()
    limits = _limits(steps, minutes)
    chosen = recipes.trainable(recipe).preset(preset).with_settings(settings or {})
    refuse_misplaced(chosen)
    _check_folder(out, resume)
    begun, chosen = started(init, recipe, chosen, settings or {}, out, out / CODEC, reporter)
    if begun is not None:  # what is set by hand goes before what tuning says
        chosen = chosen.tuned().with_settings(settings or {})
    choose(device, precision, gains_from_bfloat16=False)  # refuses what is not there, at once
    order = Order(recipe, preset, begun, seed, device, precision)
    limits = _kept_limits(out, limits, resume, reporter)
    prepared = _prepared(corpus, out, _layout(chosen), reporter)
    result, minutes_in_all = stages.run_stages(order, chosen, prepared, out, limits, reporter)
    (out / LIMITS).unlink(missing_ok=True)
    best = "" if result.held_out is None else f"; best held-out value {result.held_out:.4f}"
    if result.held_out_before is not None:
        best += f" ({result.held_out_before:.4f} before)"
    reporter.say(
        f"{result.stopped}: {result.steps} steps in {result.minutes:.1f} min{best}; "
        f"the system is in {printable(str(out))}"
    )
    return TrainResult(out, result.steps, minutes_in_all, result.held_out, result.stopped)


def _limits(steps: int | None, minutes: float | None) -> Limits:
    if steps is not None and minutes is not None:
        raise UsageError("give --steps or --minutes, not both")
    if steps is not None and steps < 1:
        raise UsageError(f"--steps must be at least 1, not {steps}")
    if minutes is not None and not minutes > 0:
        raise UsageError(f"--minutes must be above 0, not {minutes:g}")
    return Limits(steps, minutes)


def _kept_limits(out: Path, asked: Limits, resume: bool, reporter: Reporter) -> Limits:
    """What is asked for, kept until the run comes to its end; where a run that is gone on with is
    asked for nothing, what it was begun with."""
    file = out / LIMITS
    if asked != Limits():
        out.mkdir(parents=True, exist_ok=True)
        write_json(file, asdict(asked))
        return asked
    if not resume or not file.is_file():
        file.unlink(missing_ok=True)  # of a try that was broken off
        return asked
    kept = from_dict(Limits, json.loads(file.read_text(encoding="utf-8")))
    length = f"{kept.minutes:g} min" if kept.minutes is not None else f"{kept.steps} steps"
    reporter.say(f"going on to the {length} that this run was begun with")
    return kept


def _check_folder(out: Path, resume: bool) -> None:
    """Nothing that is there is ever written over, and a run goes on only when that is asked."""
    name = printable(str(out))
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {name}: is a file; give a folder")
    begun = [place for place in (out, out / CODEC) if checkpoint.exists(place)]
    if begun and not resume:
        raise MenuraError(
            f"--out {name}: holds a run already; go on with it by --resume, or give another folder"
        )
    if systems.is_system(out) and out not in begun:
        raise MenuraError(
            f"--out {name}: holds a system without a checkpoint to go on from; to train it "
            "further, give another --out and this folder as --init"
        )
    # Begun and stopped before its first step: only what was made ready is there.
    there = out.iterdir() if out.exists() else ()
    others = [path for path in there if path.name not in READY and not is_temporary(path)]
    if others and not begun:
        raise MenuraError(
            f"--out {name}: is not empty ({printable(others[0].name)} is in it); give a new folder"
        )


def _layout(chosen: Preset) -> str:
    """What a raw folder is taken for: a folder of MIDI files where notes are learnt."""
    part = chosen.representation
    of_notes = part is not None and representations.is_of_scores(part.name)
    return "notes" if of_notes else "folder"


def _prepared(named: Path | str, out: Path, layout: str, reporter: Reporter) -> PreparedCorpus:
    """The corpus itself if it is prepared; else prepared into the run's folder, once."""
    corpus = place_of(named)
    if isinstance(corpus, Remote) or PreparedCorpus.is_prepared(corpus):
        return PreparedCorpus.open(named)
    ours = out / CORPUS
    if stages.is_begun(out) and PreparedCorpus.is_prepared(ours):
        return PreparedCorpus.open(ours)
    try:
        prepare(corpus, ours, corpus=layout, resume=True, reporter=reporter)
    except AnotherSourceError:  # files came or went; nothing is learnt from those that were there
        reporter.say(f"{printable(str(ours))} is of other files than there are now: made anew")
        shutil.rmtree(ours)
        prepare(corpus, ours, corpus=layout, reporter=reporter)
    return PreparedCorpus.open(ours)
