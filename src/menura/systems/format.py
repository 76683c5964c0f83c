"""The folder of a saved system, and what `system.json` says.

system.json: names, configs, labels, versions, how it was trained in words, the licences of its
data. weights.safetensors: parameters and statistics, under `representation.` and `model.`.
codec.safetensors, where there is one: the weights of the codec below, as the system that it was by
itself had them; then they are not in the other file. So several systems may share one codec's file.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from menura.foundation.atomic import write_json
from menura.foundation.config import to_dict
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.stated import read_stated
from menura.foundation.version import __version__

FORMAT, VERSION = "menura-system", 1
DESCRIPTION, WEIGHTS, CARD = "system.json", "weights.safetensors", "README.md"
CODEC_WEIGHTS = "codec.safetensors"


@dataclass(frozen=True)
class SavedPart:
    """A part as saved: its name and the values of its Config."""

    name: str
    config: dict[str, Any]


@dataclass(frozen=True)
class Forerunner:
    """A system that another set off from, as it says of itself. weights: names them by their
    content. data…: what it learnt from in its own training."""

    name: str
    weights: str
    data: str = ""
    data_fingerprint: str = ""
    data_minutes: float = 0.0
    training: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where the weights come from, in words a person and a licence check can read.

    data_licences: licence → tracks, of its own data and of all that its forerunners learnt from.
    set_off_from: its forerunners, the nearest first; none for weights that were fresh.
    """

    data: str = ""
    data_fingerprint: str = ""
    data_licences: dict[str, int] = field(default_factory=dict)
    data_minutes: float = 0.0
    training: str = "not trained"
    seed: int = 0
    set_off_from: tuple[Forerunner, ...] = ()


@dataclass(frozen=True)
class Description:
    """All of `system.json`."""

    recipe: str
    preset: str
    sample_rate: int
    n_audio_channels: int
    seconds: float
    representation: SavedPart
    model: SavedPart
    temperature: float = 1.0
    labels: tuple[str, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    format: str = FORMAT
    version: int = VERSION
    menura: str = __version__


def write_description(folder: Path, description: Description) -> None:
    """Write `system.json`, whole or not at all."""
    write_json(folder / DESCRIPTION, to_dict(description))


def is_system(folder: Path) -> bool:
    """Whether a system was saved here (of any version)."""
    return (folder / DESCRIPTION).is_file()


def read_description(folder: Path) -> Description:
    """Raises MenuraError saying what is wrong with the folder and what to do."""
    path = folder / DESCRIPTION
    if not is_system(folder):
        raise MenuraError(
            f"{printable(str(folder))}: not a trained system (it has no {DESCRIPTION}); "
            "give the folder that `menura train --out` wrote, or, where its training was stopped "
            "before there was one, go on with it (--resume)"
        )
    return read_stated(path, Description, "system", format=FORMAT, version=VERSION)
