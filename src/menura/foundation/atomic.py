"""Files that are written whole or not at all."""

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes `path`'s name only if the block succeeds.

    The temporary name keeps the suffix (writers choose a format by it) and is short, because
    `path.name` may already be as long as the file system allows.

    Raises MenuraError when `path` is a device, a pipe or a folder: those are never replaced.
    """
    if path.exists() and not path.is_file():
        raise MenuraError(f"{printable(str(path))}: is not a file; it is not replaced")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            temporary.unlink(missing_ok=True)


def temporary_beside(path: Path) -> Path:
    """A name that no file has, in the folder of `path`, by which remains of a kill are known."""
    return path.parent / f".{uuid.uuid4().hex[:12]}.tmp{path.suffix}"


def write_text(path: Path, text: str) -> None:
    """`text` in UTF-8, whole or not at all; missing folders are made."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """`value` as indented JSON with a last newline, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _flush(path: Path) -> None:
    """Bytes reach the disk before the name does, so a power cut cannot leave an empty file."""
    if not path.is_file():
        return
    with path.open("rb+") as file:
        os.fsync(file.fileno())
