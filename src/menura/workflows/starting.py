"""What a run sets off from, and that it is said in its first lines: another system, or nothing."""

from collections.abc import Mapping
from pathlib import Path

from menura.foundation import shipped
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.recipes import Preset
from menura.systems import Description
from menura.training import checkpoint
from menura.training.order import NOTHING
from menura.training.starting import described, fit_for, in_their_size


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

    init: None is `base` where it is there and the recipe and preset fit it, and nothing otherwise;
    a run that is gone on with keeps what it was begun from. out, codec: folders of its stages.
    """
    begun = init is None and (checkpoint.exists(out) or checkpoint.exists(codec))
    if begun:
        init = _as_begun(out, codec)
    elif init is None:
        init = shipped.BASE if _suits(recipe, preset, settings) else NOTHING
    start = described(init)
    if not begun and preset.codec is not None:
        reporter.say(_said(init, start))
    return init, preset if start is None else in_their_size(preset, start, settings)


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
