"""Ways to lay many numbers out in a plane. One file a map; its file name is its name."""

from menura.evaluation.maps.contract import Laid, Map, Points, Rows
from menura.foundation.rooms import Room

__all__ = ["Laid", "Map", "Points", "Rows", "load", "room"]

room = Room("menura.evaluation.maps", "map", group="menura.maps")


def load(name: str) -> Map:
    """The map of that name. Raises UsageError, listing those there are."""
    return room.load_class(name, Map)()
