"""What parts there are, and what labels a run knows: read from files, without importing torch."""

import json
from dataclasses import dataclass
from pathlib import Path

from menura.foundation import shipped
from menura.foundation.errors import MenuraError, unknown_name
from menura.foundation.rooms import Room

DESCRIPTION = "system.json"  # as `menura.systems` names it, which would import torch
ROOMS = {
    "recipes": Room("menura.recipes", "recipe"),
    "models": Room("menura.models", "model"),
    "representations": Room("menura.representations", "representation"),
    "corpora": Room("menura.corpora", "corpus"),
    "metrics": Room("menura.evaluation.metrics", "metric", group="menura.metrics"),
    "classifiers": Room("menura.evaluation.classifiers", "classifier", group="menura.classifiers"),
}


@dataclass(frozen=True)
class ListedPart:
    """A part: the name by which options take it, and what it is in a line."""

    name: str
    summary: str


def list_parts(room: str) -> list[ListedPart]:
    """The parts of a room (`recipes`, `models`, `representations`, `corpora`, `metrics`,
    `classifiers`).

    Raises UsageError, listing the rooms, when there is no such room.
    """
    if room not in ROOMS:
        raise unknown_name("room", room, sorted(ROOMS))
    return [ListedPart(name, ROOMS[room].summary(name)) for name in ROOMS[room].names()]


def list_labels(run: Path | str) -> list[str]:
    """The labels the system in the folder `run`, or `base`, was trained with; none is an empty
    list.

    Raises MenuraError when `run` holds no saved system.
    """
    run = shipped.folder_of(run)
    file = run / DESCRIPTION
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise MenuraError(
            f"{run}: no saved system here; give a folder that `menura train --out` wrote"
        ) from None
    except ValueError:
        raise MenuraError(f"{file}: not readable as JSON; the run is damaged") from None
    labels = saved.get("labels", []) if isinstance(saved, dict) else None
    if not isinstance(labels, list):
        raise MenuraError(f"{file}: 'labels' is not a list; the run is damaged")
    return [str(label) for label in labels]
