"""JSON files that state their format and version, read into a dataclass or refused in one line."""

import json
from pathlib import Path
from typing import TypeVar

from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.version import __version__

T = TypeVar("T")


def read_stated(path: Path, into: type[T], what: str, *, format: str, version: int) -> T:
    """The file as `into`, whose fields are all it may have.

    what: it describes, in words, e.g. "system". Raises MenuraError saying what is wrong with the
    file and what to do.
    """
    name = printable(str(path))
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MenuraError(f"{name}: cannot be read ({error}); train again or restore it") from None
    if not isinstance(values, dict) or values.get("format") != format:
        raise MenuraError(f"{name}: not the description of a Menura {what}")
    if values.get("version") != version:
        raise MenuraError(
            f"{name}: written in format version {values.get('version')}, this Menura "
            f"({__version__}) reads {version}; use the Menura it names: {values.get('menura')}"
        )
    try:
        return from_dict(into, values)
    except UsageError as error:
        raise MenuraError(f"{name}: damaged or edited: {error}") from None
