"""The contract of the models room: Model, Batch, Phase and the powers."""

from menura.models.contract.batch import Batch
from menura.models.contract.model import Losses, Model
from menura.models.contract.phase import Optimizer, Phase, Schedule
from menura.models.contract.powers import (
    AS_LEARNT,
    POWERS,
    Begins,
    Codes,
    Conditioned,
    Continues,
    Generates,
    Inpaints,
    Interpolates,
    Path,
    Planar,
    Reconstructs,
    Relabels,
    Rngs,
    Sampling,
    Streams,
    Varies,
    first_frames,
    noise,
)

__all__ = [
    "AS_LEARNT",
    "POWERS",
    "Batch",
    "Begins",
    "Codes",
    "Conditioned",
    "Continues",
    "Generates",
    "Inpaints",
    "Interpolates",
    "Losses",
    "Model",
    "Optimizer",
    "Path",
    "Phase",
    "Planar",
    "Reconstructs",
    "Relabels",
    "Rngs",
    "Sampling",
    "Schedule",
    "Streams",
    "Varies",
    "first_frames",
    "noise",
]
