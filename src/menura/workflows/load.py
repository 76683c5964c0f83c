"""`menura.load`: a system from its folder or by its name, and what a verb needs of it."""

from collections.abc import Mapping
from pathlib import Path

from menura import models, recipes, systems
from menura.foundation import shipped
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.recipes import PretrainedRecipe
from menura.systems import BoundSystem, Pretrained, ScoreSystem, System, TrainedSystem


def load(
    run: Path | str,
    *,
    preset: str | None = None,
    settings: Mapping[str, str] | None = None,
    device: str | None = None,
    precision: str | None = None,
    compiled: bool = False,
    reporter: Reporter | None = None,
) -> System:
    """The system in a folder that `menura.train` wrote, the one that ships by its name `base`, or a
    pretrained one by its recipe's name. A system in a folder `base` here comes first.

    preset, settings: of a pretrained recipe, e.g. {"checkpoint": "facebook/musicgen-medium"}; its
    usual preset is "laptop".
    device, precision: where and in which numbers it makes music: "auto" takes the fastest there is.
    None leaves a system that was trained here on the CPU in float32, where a seed means the same on
    every machine, and a pretrained one to its settings. compiled: see `BoundSystem.compute_on`.
    Raises MenuraError when there is none, or it is damaged; UsageError for wrong words.
    """
    name, reporter = str(run), reporter or Reporter()
    if not Path(run).exists() and name in recipes.room.names():
        places = {"device": device, "precision": precision}
        asked = {key: value for key, value in places.items() if value not in (None, "auto")}
        opened = _pretrained(name, preset or "laptop", {**(settings or {}), **asked}, reporter)
        if compiled:
            raise UsageError(f"--compile: {name} is played as it comes; leave the option out")
        return opened
    if preset is not None or settings:
        raise UsageError(
            f"{printable(name)}: --preset and --set choose among the weights of a pretrained "
            "recipe; a run is as it was trained: leave them out"
        )
    folder = shipped.folder_of(run)
    if name == shipped.BASE and shipped.is_hidden():
        reporter.say(f"{name}: the system in the folder {name} here, not the one that ships")
    if not folder.exists():
        raise MenuraError(
            f"{printable(name)}: there is no such folder; train a system into it first"
        )
    if not folder.is_dir():
        raise UsageError(f"{printable(name)} is a file; give the folder that `menura train` wrote")
    system = systems.load(folder)
    if device is not None or precision is not None or compiled:
        system.compute_on(device or "cpu", precision or "float32", compiled=compiled)
    return system


def _pretrained(
    name: str, preset: str, settings: Mapping[str, str], reporter: Reporter
) -> Pretrained:
    recipe = recipes.load(name)
    if not isinstance(recipe, PretrainedRecipe):
        raise UsageError(
            f"{name} is a recipe that is trained first (menura train {name} CORPUS --out RUN); "
            "then give the folder RUN"
        )
    return recipe.kind.open(name, recipe.settings(preset, settings), reporter)


def load_of_sound(run: Path | str) -> System:
    """The same where sound goes in. Raises UsageError for a system of notes."""
    system = load(run)
    if isinstance(system, ScoreSystem):
        raise _makes_notes(system)
    return system


def of_sound(system: BoundSystem) -> TrainedSystem:
    """The system, if it is one of sound. Raises UsageError for one of notes."""
    if not isinstance(system, TrainedSystem):
        raise _makes_notes(system)
    return system


def _makes_notes(system: System) -> UsageError:
    return UsageError(f"a {system.recipe} system makes notes; this needs one that makes sound")


def require(system: System, verb: str) -> None:
    """Raises UsageError, naming the recipes that can, when the system has no power for `verb`."""
    if verb not in system.powers:
        raise _cannot(system.recipe, verb)


def require_of_name(run: Path | str, verb: str) -> None:
    """The same of a pretrained recipe's name, before gigabytes are opened for nothing."""
    name = str(run)
    if Path(run).exists() or name not in recipes.room.names():
        return
    if isinstance(recipes.load(name), PretrainedRecipe) and verb not in _powers(name):
        raise _cannot(name, verb)


def _cannot(recipe: str, verb: str) -> UsageError:
    able = ", ".join(recipes_that_can(verb)) or "none of this version"
    return UsageError(f"a {recipe} system cannot {verb}; recipes that can: {able}")


def recipes_that_can(verb: str) -> list[str]:
    """Names of the recipes whose systems have the power for a verb."""
    return [name for name in recipes.room.names() if verb in _powers(name)]


def _powers(name: str) -> tuple[str, ...]:
    recipe = recipes.load(name)
    if isinstance(recipe, PretrainedRecipe):
        return recipe.kind.abilities
    return models.powers_of(models.load(recipe.presets["tiny"].model.name))
