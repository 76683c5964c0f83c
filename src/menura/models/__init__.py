"""Learners of frames. One file a model: network, loss, sampling; its file name is its name."""

from typing import Any

from menura.foundation.config import from_dict
from menura.foundation.rooms import Room
from menura.models.contract import POWERS, Batch, Model, Optimizer, Phase, Schedule
from menura.representations import Spec

__all__ = [
    "POWERS",
    "Batch",
    "Model",
    "Optimizer",
    "Phase",
    "Schedule",
    "build",
    "load",
    "powers_of",
    "room",
]

room = Room("menura.models", "model")


def load(name: str) -> type[Model]:
    """The class of a model by name; UsageError lists the names there are."""
    return room.load_class(name, Model)


def build(name: str, config: Any, spec: Spec) -> Model:
    """A model by name; `config` is its Config or the dict that JSON holds of one."""
    kind = load(name)
    settings = from_dict(kind.Config, config, f"{name}: ") if isinstance(config, dict) else config
    return kind(settings, spec)


def powers_of(kind: type[Model]) -> tuple[str, ...]:
    """The verbs a model has the power for."""
    return tuple(verb for verb, power in POWERS.items() if issubclass(kind, power))
