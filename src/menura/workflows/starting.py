"""What a run sets off from, and that it is said in its first lines: another system, or nothing."""

from collections.abc import Mapping
from pathlib import Path

from menura.foundation import shipped
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.recipes import Preset
from menura.systems import Description, load, take_over
from menura.training import checkpoint
from menura.training.assembly import new_system
from menura.training.order import NOTHING
from menura.training.starting import described, fit_for, hears, in_their_size, misfits


def started(
    init: str | None,
    recipe: str,
    preset: Preset,
    settings: Mapping[str, str],
    out: Path,
    codec: Path,
    reporter: Reporter,
) -> tuple[str, Preset]:
    """What the run starts from, by name, and the preset in the sizes of that.

    init: None is `base` where it is there and recipe, preset and settings fit it, else nothing;
    a run that is gone on with keeps what it was begun from. out, codec: folders of its stages.
    """
    by_itself = init is None
    begun = by_itself and (checkpoint.exists(out) or checkpoint.exists(codec))
    if begun:
        init = _as_begun(out, codec)
    elif init is None:
        init = shipped.BASE if _suits(recipe, preset, settings) else NOTHING
    start = described(init)
    sized = preset if start is None else in_their_size(preset, start, settings)
    if not begun and start is not None and any(key.startswith("model.") for key in settings):
        if (misfit := _misfit(recipe, sized, start, init)) and by_itself:
            reporter.say(f"{init} does not fit the settings ({misfit})")
            init, start, sized = NOTHING, None, preset
        elif misfit:
            raise misfits(init, misfit)
    if not begun and preset.codec is not None:
        reporter.say(_said(init, start))
    return init, sized


def _misfit(recipe: str, preset: Preset, start: Description, init: str) -> str:
    """What of the weights that it starts from does not fit; "" where all does."""
    system = new_system(recipe, start.preset, preset, 0, labels=start.labels, hears=hears(start))
    return next(iter(take_over(system, load(shipped.folder_of(init)))), "")


def _as_begun(out: Path, codec: Path) -> str:
    """What the first stage that was begun says."""
    return str(checkpoint.read_plan(out if checkpoint.exists(out) else codec)["init"])


def _suits(recipe: str, preset: Preset, settings: Mapping[str, str]) -> bool:
    if preset.codec is None or not shipped.is_there():
        return False
    start = described(shipped.BASE)
    return start is not None and fit_for(preset, recipe, settings, start)


def _said(init: str, start: Description | None) -> str:
    if start is None:
        return "starting from nothing: a codec is trained, then a model of its latents"
    made = start.provenance
    what = f"starting from {printable(init)}: its codec is taken, its model learns on"
    if init == shipped.BASE:
        what += f" ({start.recipe} {start.preset}, {made.training}; --init none trains both stages)"
    return what
