"""`base`, the system that ships with Menura, by its name: where it lies, and which versions of it
can be fetched.

The package has its folder in `menura/shipped/base`; MENURA_BASE names another in its place, such as
a later version that was downloaded. Reads files alone, so that no library need be imported.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable

BASE = "base"
VARIABLE = "MENURA_BASE"
"""The environment variable that names a folder with another `base`."""
HOME = Path(__file__).parents[1] / "shipped"
MANIFEST = "manifest.json"
DESCRIPTION = "system.json"  # as `menura.systems` names it, which would import torch


@dataclass(frozen=True)
class Version:
    """A version of base that is published. url: the folder of its files, without a slash behind.
    files: name → SHA-256. bytes: of all."""

    name: str
    url: str
    files: dict[str, str]
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """All of manifest.json: the versions that can be fetched, the newest last."""

    format: str = "menura-shipped"
    version: int = 1
    versions: tuple[Version, ...] = field(default=())


def folder_of(named: Path | str) -> Path:
    """The folder that a run's name stands for: itself, but for `base`, where no system of that
    name lies here.

    Raises MenuraError where base is meant and is not there, with the mend.
    """
    if not is_base(named):
        return Path(named)
    folder = _place()
    if folder is None:
        raise MenuraError(f"{BASE}: {_why_missing()}")
    return folder


def is_base(named: Path | str) -> bool:
    """Whether a run's name means the system that ships. A system in a folder `base` here is the
    person's own, and comes first; a folder of that name with anything else in it does not."""
    return str(named) == BASE and not is_hidden()


def is_hidden() -> bool:
    """Whether a system in a folder `base` here stands before the one that ships."""
    return (Path(BASE) / DESCRIPTION).is_file()


def is_there() -> bool:
    """Whether this Menura has the weights of base."""
    return _place() is not None


def read_manifest() -> Manifest:
    """Raises MenuraError when it is damaged."""
    path = HOME / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError("it is no object")
        return from_dict(Manifest, values)
    except (OSError, ValueError, UsageError) as error:
        raise MenuraError(
            f"{printable(str(path))}: cannot be read ({error}); install Menura again"
        ) from None


def newest() -> Version:
    """The version of base that was published last. Raises MenuraError when there is none."""
    versions = read_manifest().versions
    if not versions:
        raise MenuraError(f"{BASE}: no version of it is published to be downloaded; {_OWN}")
    return versions[-1]


_OWN = "train a system of your own (menura train latent-flow FOLDER --out RUN) and give RUN"


def _place() -> Path | None:
    own = os.environ.get(VARIABLE)
    if own:
        if not (Path(own) / DESCRIPTION).is_file():
            raise MenuraError(
                f"{VARIABLE}={printable(own)}: no system lies there; name the folder with "
                f"{DESCRIPTION} in it, or unset the variable"
            )
        return Path(own)
    folder = HOME / BASE
    return folder if (folder / DESCRIPTION).is_file() else None


def _why_missing() -> str:
    words = "this Menura came without its weights; "
    if read_manifest().versions:
        return words + (
            f"get them with `menura download {BASE} --out DIR` and set {VARIABLE} to what it brings"
        )
    return words + _OWN
