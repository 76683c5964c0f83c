"""Marks: the small files that say which shards of an unfinished folder are done.

A mark is written after its shard, whole or not at all, so what has a mark need not be done again.
"""

import json
import re
from pathlib import Path
from typing import Any

from menura.foundation.atomic import replacing
from menura.prepared.shards import shard_path

_OF_A_SHARD = re.compile(r"\d{5,}\.(pcm|json)")
_TEMPORARY = re.compile(r"\.[0-9a-f]{12}\.tmp(\.\w+)?")


def mark_path(folder: Path, number: int) -> Path:
    """Where the mark of a shard lies."""
    return folder / f"{number:05d}.json"


def write_plain_json(path: Path, value: Any) -> None:
    """`value` as JSON in ASCII: a file name in it may hold bytes that are no UTF-8."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="ascii")


def read_plain_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in `path`; None when there is no such file or no object in it."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def read_mark(folder: Path, number: int) -> dict[str, Any] | None:
    """The mark of a shard that is done and whole, or None."""
    mark = read_plain_json(mark_path(folder, number))
    shard = shard_path(folder, number)
    if mark is None or not shard.is_file() or shard.stat().st_size != mark.get("bytes"):
        return None
    return mark


def is_temporary(path: Path) -> bool:
    """Whether `path` is what a killed run left of a file that it was writing."""
    return _TEMPORARY.fullmatch(path.name) is not None


def clear_shards(folder: Path) -> None:
    """Delete the shards in `folder` and their marks, and nothing else that lies there."""
    for path in folder.iterdir():
        if _OF_A_SHARD.fullmatch(path.name) or is_temporary(path):
            path.unlink(missing_ok=True)


def clear_marks(folder: Path) -> None:
    """Delete the marks of shards, which a finished folder may not need."""
    for path in folder.iterdir():
        if _OF_A_SHARD.fullmatch(path.name) and path.suffix == ".json":
            path.unlink(missing_ok=True)


def clear_temporary(folder: Path) -> None:
    """Delete what killed runs left in `folder`."""
    for path in folder.iterdir():
        if is_temporary(path):
            path.unlink(missing_ok=True)
