"""Classifiers by name, and their settings by preset."""

from collections.abc import Mapping
from typing import Any

from menura.evaluation.classifiers.contract import Classifier
from menura.foundation.config import with_setting
from menura.foundation.errors import unknown_name
from menura.foundation.rooms import Room

room = Room("menura.evaluation.classifiers", "classifier", group="menura.classifiers")


def kind(name: str) -> type[Classifier]:
    """The class of that name. Raises UsageError, listing those there are."""
    return room.load_class(name, Classifier)


def config_of(name: str, preset: str = "laptop", settings: Mapping[str, str] | None = None) -> Any:
    """The settings of a preset, changed by `settings` (dotted name → value as written).

    Raises UsageError for unknown names and values that do not fit.
    """
    presets = kind(name).presets
    if preset not in presets:
        raise unknown_name(f"preset of {name}", preset, list(presets))
    config = presets[preset]
    for key, text in (settings or {}).items():
        config = with_setting(config, key, text)
    return config
