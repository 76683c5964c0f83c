"""What a run sets off from, and that it is said in its first lines: another system, or nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from menura.foundation import shipped
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.recipes import Preset
from menura.systems import load, take_over
from menura.training import checkpoint
from menura.training.assembly import new_system
from menura.training.kept_start import kept_start, start_named
from menura.training.order import NOTHING, Start
from menura.training.starting import (
    fit_for,
    hears,
    in_their_size,
    misfits,
    refuse_another_rate,
)


def started(
    init: str | None,
    recipe: str,
    preset: Preset,
    settings: Mapping[str, str],
    out: Path,
    codec: Path,
    reporter: Reporter,
) -> tuple[Start | None, Preset]:
    """What the run starts from (None: nothing), and the preset in the sizes of that.

    init: None is `base` where it is there and recipe, preset and settings fit it, else nothing.
    out, codec: folders of its stages; a run that is gone on with keeps what it was begun from, and
    MenuraError is raised where `init` is another.
    """
    begun = _plan_of(recipe, out, codec)
    if begun is not None:
        start = _as_begun(begun, init, out)
        return start, preset if start is None else _in_their_size(preset, start, settings)
    by_itself = init is None
    if init is None:
        init = shipped.BASE if _suits(recipe, preset, settings) else NOTHING
    start = start_named(init)
    sized = preset if start is None else _in_their_size(preset, start, settings)
    if start is not None and any(key.startswith("model.") for key in settings):
        if (misfit := _misfit(recipe, sized, start)) and by_itself:
            reporter.say(f"{init} does not fit the settings ({misfit})")
            start, sized = None, preset
        elif misfit:
            raise misfits(init, misfit)
    if preset.codec is not None:
        reporter.say(_said(start))
    return start, sized


def _plan_of(recipe: str, out: Path, codec: Path) -> dict[str, Any] | None:
    """That of a stage that was begun; None where none was. A codec of a run of its own, where this
    one looks for its first stage, says nothing of this one."""
    if checkpoint.exists(out):
        return checkpoint.read_plan(out)
    plan = checkpoint.read_plan(codec) if checkpoint.exists(codec) else {}
    return plan if plan.get("recipe") == recipe else None


def _as_begun(plan: Mapping[str, Any], init: str | None, out: Path) -> Start | None:
    """What a run of that plan was begun from. Raises MenuraError where `init` names another, or
    where it is gone and another has its name."""
    name, begun = f"--resume {printable(str(out))}", str(plan["init"])
    if init not in (None, begun):
        raise MenuraError(
            f"{name}: this run was begun with init = {printable(begun)}, not "
            f"{printable(str(init))}; leave --init out, or give another --out"
        )
    start = kept_start(begun, out)
    if start is not None and plan.get("start", start.weights) != start.weights:
        raise MenuraError(
            f"{name}: its copy of the system that it was begun from is gone, and "
            f"{printable(begun)} is another now (weights {start.weights}, not {plan['start']}); "
            "bring that back, or give another --out"
        )
    return start


def _in_their_size(preset: Preset, start: Start, settings: Mapping[str, str]) -> Preset:
    sized = in_their_size(preset, start.description, settings)
    refuse_another_rate(preset, start)
    return sized


def _misfit(recipe: str, preset: Preset, start: Start) -> str:
    """What of the weights that it starts from does not fit; "" where all does."""
    known = start.description
    system = new_system(recipe, known.preset, preset, 0, labels=known.labels, hears=hears(known))
    return next(iter(take_over(system, load(start.folder))), "")


def _suits(recipe: str, preset: Preset, settings: Mapping[str, str]) -> bool:
    if preset.codec is None or not shipped.is_there():
        return False
    start = start_named(shipped.BASE)
    return start is not None and fit_for(preset, recipe, settings, start.description)


def _said(start: Start | None) -> str:
    if start is None:
        return "starting from nothing: a codec is trained, then a model of its latents"
    known = start.description
    what = f"starting from {printable(start.init)}: its codec is taken, its model learns on"
    if start.init == shipped.BASE:
        what += (
            f" ({known.recipe} {known.preset}, {known.provenance.training}; --init none trains "
            "both stages)"
        )
    return what
