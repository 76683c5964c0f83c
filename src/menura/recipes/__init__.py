"""Systems of the field by name, one file each: which parts, which settings, from which report."""

from menura.foundation.errors import UsageError
from menura.foundation.rooms import Room
from menura.recipes._augmentation import AS_RECORDED, PITCHED_KINDS, Augmentation
from menura.recipes._tuning import Tuning
from menura.recipes.contract import (
    Batching,
    ContiguousWindows,
    EventWindows,
    Part,
    Preset,
    PretrainedRecipe,
    RandomCrops,
    Recipe,
    SlidingWindows,
    Training,
)

__all__ = [
    "AS_RECORDED",
    "PITCHED_KINDS",
    "Augmentation",
    "Batching",
    "ContiguousWindows",
    "EventWindows",
    "Part",
    "Preset",
    "PretrainedRecipe",
    "RandomCrops",
    "Recipe",
    "SlidingWindows",
    "Training",
    "Tuning",
    "load",
    "room",
    "trainable",
]

room = Room("menura.recipes", "recipe")


def load(name: str) -> Recipe | PretrainedRecipe:
    """The `recipe` that the file of this name defines."""
    recipe = getattr(room.load(name), "recipe", None)
    if not isinstance(recipe, Recipe | PretrainedRecipe):
        raise UsageError(f"the file of recipe {name!r} must define `recipe`, a Recipe")
    return recipe


def trainable(name: str) -> Recipe:
    """The same, of those that are trained here. Raises UsageError for a pretrained one."""
    recipe = load(name)
    if isinstance(recipe, PretrainedRecipe):
        others = [one for one in room.names() if isinstance(load(one), Recipe)]
        raise UsageError(
            f"{name} comes trained, and is not trained here: make music with it at once "
            f"(menura generate {name} --prompt TEXT --out DIR), or train one of: "
            f"{', '.join(others)}"
        )
    return recipe
