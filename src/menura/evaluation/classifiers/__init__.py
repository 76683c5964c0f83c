"""What tells the label of a sound. One file a classifier; its file name is its name."""

from menura.evaluation.classifiers._finding import config_of, kind, room
from menura.evaluation.classifiers._saving import CARD, About, load, open_saved, save
from menura.evaluation.classifiers.contract import (
    Classifier,
    Embeds,
    Examples,
    Probabilities,
    Rows,
    Sounds,
    Training,
)

__all__ = [
    "CARD",
    "About",
    "Classifier",
    "Embeds",
    "Examples",
    "Probabilities",
    "Rows",
    "Sounds",
    "Training",
    "config_of",
    "kind",
    "load",
    "open_saved",
    "room",
    "save",
]
