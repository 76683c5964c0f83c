"""`menura.load`: a trained system from its folder, and what a verb needs of it."""

from pathlib import Path

from menura import models, recipes, systems
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.systems import BoundSystem, TrainedSystem


def load(run: Path | str) -> BoundSystem:
    """The system in a folder that `menura.train` wrote.

    Raises MenuraError when there is none, or it is damaged.
    """
    folder = Path(run)
    if not folder.exists():
        raise MenuraError(
            f"{printable(str(folder))}: there is no such folder; train a system into it first"
        )
    if not folder.is_dir():
        raise UsageError(
            f"{printable(str(folder))} is a file; give the folder that `menura train` wrote"
        )
    return systems.load(folder)


def load_of_sound(run: Path | str) -> TrainedSystem:
    """The same where sound goes in. Raises UsageError for a system of notes."""
    return of_sound(load(run))


def of_sound(system: BoundSystem) -> TrainedSystem:
    """The system, if it is one of sound. Raises UsageError for one of notes."""
    if not isinstance(system, TrainedSystem):
        raise UsageError(
            f"a {system.description.recipe} system makes notes; this needs one that makes sound"
        )
    return system


def require(system: BoundSystem, verb: str) -> None:
    """Raises UsageError, naming the recipes that can, when the system has no power for `verb`."""
    if verb in models.powers_of(type(system.model)):
        return
    able = ", ".join(recipes_that_can(verb)) or "none of this version"
    raise UsageError(
        f"a {system.description.recipe} system cannot {verb}; recipes that can: {able}"
    )


def recipes_that_can(verb: str) -> list[str]:
    """Names of the recipes whose model has the power for a verb."""
    parts = {name: recipes.load(name).presets["tiny"].model.name for name in recipes.room.names()}
    return [name for name, part in parts.items() if verb in models.powers_of(models.load(part))]
