"""The contract of the models room: Model, Batch, Phase and the powers."""

from menura.models.contract.batch import Batch
from menura.models.contract.model import Losses, Model
from menura.models.contract.phase import Optimizer, Phase, Schedule
from menura.models.contract.powers import (
    POWERS,
    Codes,
    Continues,
    Generates,
    Inpaints,
    Interpolates,
    Reconstructs,
    Rngs,
    Varies,
    noise,
)

__all__ = [
    "POWERS",
    "Batch",
    "Codes",
    "Continues",
    "Generates",
    "Inpaints",
    "Interpolates",
    "Losses",
    "Model",
    "Optimizer",
    "Phase",
    "Reconstructs",
    "Rngs",
    "Schedule",
    "Varies",
    "noise",
]
