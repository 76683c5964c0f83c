"""Systems of the field by name, one file each: which parts, which settings, from which report."""

from menura.foundation.errors import UsageError
from menura.foundation.rooms import Room
from menura.recipes.contract import (
    Batching,
    ContiguousWindows,
    EventWindows,
    Part,
    Preset,
    RandomCrops,
    Recipe,
    SlidingWindows,
    Training,
)

__all__ = [
    "Batching",
    "ContiguousWindows",
    "EventWindows",
    "Part",
    "Preset",
    "RandomCrops",
    "Recipe",
    "SlidingWindows",
    "Training",
    "load",
    "room",
]

room = Room("menura.recipes", "recipe")


def load(name: str) -> Recipe:
    """The `recipe` that the file of this name defines."""
    recipe = getattr(room.load(name), "recipe", None)
    if not isinstance(recipe, Recipe):
        raise UsageError(f"the file of recipe {name!r} must define `recipe`, a Recipe")
    return recipe
