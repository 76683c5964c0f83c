"""Trains base: a codec on all that is permitted, then a flow with labels over its latents.

  python base/train.py --work work --seed 0

Takes WORK/corpus (see README.md) and leaves WORK/run, for pack.py. Broken off, or after --sitting
minutes, the same command goes on; with more minutes it trains on. Once the flow has begun, the
codec is finished. Both stages are `menura train`, preset base; --set changes a setting of it.
--codec-from sets off from the codec of an earlier run, which is written down with what made it;
--codec takes a finished one that was packed by itself, such as base/codec, and leaves it as it is.
"""

import argparse
import json
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from allowlist import read_allowlist
from commands import Told, plainly
from learnt import Heard, heard
from material import positive
from menura import recipes
from menura.foundation.atomic import replacing, write_json
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.prepared import PreparedCorpus
from menura.systems import content_hash, read_description
from menura.training import checkpoint
from menura.training.assembly import new_system
from menura.workflows.machine import machine
from menura.workflows.train import CODEC, TrainResult, train

RECIPE, CODEC_RECIPE = "latent-flow", "spectral-codec"
MOST_BYTES = 40_000_000
N_LABELS = 24  # more than the corpus has: a table of them is small
MADE = "made.json"
PERMITTED = "base material"  # what weights are said to have learnt from that may ship


def main() -> None:
    options = arguments()
    with plainly():
        make(options, Told())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder with corpus and run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--codec-alone", action="store_true", help="end with the codec")
    parser.add_argument("--codec-minutes", type=positive, default=180.0, help="in all")
    of_codec = parser.add_mutually_exclusive_group()
    of_codec.add_argument("--codec-from", type=Path, metavar="WORK", help="of an earlier run")
    of_codec.add_argument("--codec", type=Path, metavar="DIR", help="finished: see pack.py")
    parser.add_argument("--flow-minutes", type=positive, default=180.0, help="in all")
    parser.add_argument("--sitting", type=positive, help="minutes of training at most this time")
    parser.add_argument("--preset", default="base", help="tiny is for trying out")
    parser.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="KEY=VALUE", help="repeat it"
    )
    return parser.parse_args()


def make(options: argparse.Namespace, reporter: Reporter) -> None:
    """Both stages, as far as this sitting goes. Raises MenuraError for what may not be learnt."""
    prepared = PreparedCorpus.open(options.work / "corpus")
    material = heard(prepared, read_allowlist())
    before = _made_before(options)
    reporter.say(f"learning from {material.line()}")
    settings = dict(pair.partition("=")[::2] for pair in options.settings)
    reporter.say(_sized(options.preset, settings))
    if options.codec and options.codec_alone:
        raise UsageError("--codec-alone: the codec of --codec is finished; leave one of them out")
    if options.codec:
        _take(options.codec, options.work / "run" / CODEC, settings)
    try:
        is_done = _both(options, settings, reporter)
    finally:  # also when it is broken off
        _note(options, material, before)
    if is_done:
        what = " --codec" if options.codec_alone else ""
        work = shlex.quote(str(options.work))
        reporter.say(f"trained; pack it: python base/pack.py --work {work}{what}")
    else:
        reporter.say("this sitting is over; the same command goes on")


def _both(options: argparse.Namespace, settings: Mapping[str, str], reporter: Reporter) -> bool:
    """Whether what was asked for is done. Once the flow has begun, the codec is left as it is."""
    run, left = options.work / "run", options.sitting or float("inf")
    if not options.codec and not checkpoint.exists(run):
        before = _minutes(run / CODEC)
        until = min(options.codec_minutes, before + left)
        done = _codec(options, settings, until, reporter)
        left -= _minutes(run / CODEC) - before
        if _is_cut_short(done, until, options.codec_minutes):
            return False
        if options.codec_alone:
            return True
        if left <= 0:
            return False
    until = min(options.flow_minutes, _minutes(run) + left)
    done = _flow(options, settings, until, reporter)
    return not _is_cut_short(done, until, options.flow_minutes)


def _codec(
    options: argparse.Namespace, settings: Mapping[str, str], minutes: float, reporter: Reporter
) -> TrainResult:
    """The first stage: a run of its own, where the second looks for its codec."""
    folder = options.work / "run" / CODEC
    return train(
        *(CODEC_RECIPE, options.work / "corpus", folder),
        preset=options.preset,
        init=str(options.codec_from / "run" / CODEC) if options.codec_from else "none",
        minutes=minutes,
        resume=checkpoint.exists(folder),
        seed=options.seed,
        settings=_of_codec(settings),
        reporter=reporter,
    )


def _take(codec: Path, into: Path, settings: Mapping[str, str]) -> None:
    """A finished codec as the first stage. Raises MenuraError where another is there already, or
    where it is not known to have learnt from nothing but what is permitted."""
    if _of_codec(settings):
        raise UsageError("--set codec.…: the codec of --codec is finished; leave that out")
    if read_description(codec).provenance.data != PERMITTED:
        raise MenuraError(f"{codec}: was not packed by `base/pack.py --codec`, which checks it")
    if not into.exists():
        into.parent.mkdir(parents=True, exist_ok=True)
        with replacing(into) as temporary:
            shutil.copytree(codec, temporary)
    if content_hash(into) != content_hash(codec):
        raise MenuraError(f"{into}: is not the codec of --codec {codec}; give another --work")


def _is_cut_short(done: TrainResult, until: float, minutes: float) -> bool:
    """Whether the stage would have gone on; not where its held-out value had stopped falling."""
    return until < minutes and done.stopped.endswith("minutes are over")


def _flow(
    options: argparse.Namespace, settings: Mapping[str, str], minutes: float, reporter: Reporter
) -> TrainResult:
    """The second stage of the run, whose first one is done."""
    run = options.work / "run"
    # `train` keeps a share for the codec, which it finds trained.
    share = recipes.trainable(RECIPE).preset(options.preset).codec_share
    return train(
        *(RECIPE, options.work / "corpus", run),
        preset=options.preset,
        init="none",
        minutes=minutes / (1 - share),
        resume=True,
        seed=options.seed,
        settings=settings,
        reporter=reporter,
    )


def _sized(preset: str, settings: Mapping[str, str]) -> str:
    """How large it will be, before hours are spent. Raises MenuraError when that is too large."""
    chosen = recipes.trainable(RECIPE).preset(preset).with_settings(settings)
    labels = tuple(f"label {number}" for number in range(N_LABELS))
    system = new_system(RECIPE, preset, chosen, 0, labels=labels)
    codec, flow = (
        sum(p.numel() for p in module.parameters())
        for module in (system.representation, system.model)
    )
    if 2 * (codec + flow) > MOST_BYTES:
        raise MenuraError(
            f"codec and flow have {codec + flow:,} parameters: {2 * (codec + flow) / 1e6:.1f} MB "
            f"at half precision, more than {MOST_BYTES / 1e6:g}; make them smaller"
        )
    return (
        f"codec {codec:,} and flow {flow:,} parameters: {2 * (codec + flow) / 1e6:.1f} MB at half "
        "precision"
    )


def _of_codec(settings: Mapping[str, str]) -> dict[str, str]:
    return {
        key.removeprefix("codec."): value
        for key, value in settings.items()
        if key.startswith("codec.")
    }


def _minutes(stage: Path) -> float:
    """That a stage has been trained for, over all sittings."""
    return checkpoint.read_progress(stage).seconds / 60 if checkpoint.exists(stage) else 0.0


def _note(options: argparse.Namespace, material: Heard, before: Mapping[str, Any] | None) -> None:
    """Write down what the model card says of how it was made."""
    run = options.work / "run"
    words = ["python", "base/train.py", "--work", "work", "--seed", str(options.seed)]
    words += (
        ["--codec", "base/codec"]
        if options.codec
        else ["--codec-minutes", f"{options.codec_minutes:g}"]
    )
    words += ["--flow-minutes", f"{options.flow_minutes:g}"]
    words += ["--codec-alone"] if options.codec_alone else []
    words += ["--codec-from", "earlier"] if options.codec_from else []
    words += ["--preset", options.preset] if options.preset != "base" else []
    words += [word for pair in options.settings for word in ("--set", pair)]
    stages = {"codec": run / CODEC, "flow": run}
    trained = {name: stage for name, stage in stages.items() if checkpoint.exists(stage)}
    if not trained:
        return  # nothing is known yet, and a folder with nothing but a codec may be begun again
    write_json(
        run / MADE,
        {
            "command": shlex.join(words),
            "seed": options.seed,
            "menura": __version__,
            "machine": machine(),
            "minutes": {name: round(_minutes(stage), 1) for name, stage in trained.items()},
            "steps": {name: checkpoint.read_progress(at).step for name, at in trained.items()},
            "heard": asdict(material),
            "order": _order(options.work / "composed" / "order.json"),
            "before": before,
        },
    )


def _made_before(options: argparse.Namespace) -> dict[str, Any] | None:
    """What was written down of the codec that this run sets off from, or takes.

    Raises MenuraError where nothing was: of such a codec the model card could not say what made it.
    """
    file = options.codec / MADE if options.codec else None
    if options.codec_from:
        file = options.codec_from / "run" / MADE
    if file is None:
        return None
    if not file.is_file():
        raise MenuraError(
            f"{file}: is not there; give --codec-from the folder that was --work of an earlier "
            "run, or --codec one that `pack.py --codec` made"
        )
    return dict(json.loads(file.read_text(encoding="utf-8")))


def _order(file: Path) -> dict[str, Any]:
    """From what the pieces were made; nothing where that folder is gone."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


if __name__ == "__main__":
    main()
