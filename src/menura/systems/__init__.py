"""Systems: a representation and a model, bound; built, saved and loaded as one folder."""

from menura.systems import coded
from menura.systems.bound import BoundSystem
from menura.systems.contract import System
from menura.systems.format import (
    Description,
    Forerunner,
    Provenance,
    SavedPart,
    is_system,
    read_description,
)
from menura.systems.pretrained import Pretrained
from menura.systems.prompts import Prompt
from menura.systems.saving import build, content_hash, load, load_weights, save, take_over
from menura.systems.scores import ScoreSystem
from menura.systems.streaming import Steps
from menura.systems.tensors import write_tensors
from menura.systems.trained import TrainedSystem

__all__ = [
    "BoundSystem",
    "Description",
    "Forerunner",
    "Pretrained",
    "Prompt",
    "Provenance",
    "SavedPart",
    "ScoreSystem",
    "Steps",
    "System",
    "TrainedSystem",
    "build",
    "coded",
    "content_hash",
    "is_system",
    "load",
    "load_weights",
    "read_description",
    "save",
    "take_over",
    "write_tensors",
]
