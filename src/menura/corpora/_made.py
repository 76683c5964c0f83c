"""Knowing the folders that Menura itself wrote, so that it never learns from its own output."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

REASON = "made by Menura (a corpus, run, comparison or listening test), not looked into"

# What Menura holds a folder by while it prepares into it.
_LOCK = "menura.lock"
# File name → the "format" that it states when it is ours.
_FORMATS = {
    "prepared.json": "menura prepared corpus",
    "plan.json": "menura preparation plan",
    "rendition.json": "menura rendition",
    "making.json": "menura rendition",
    "system.json": "menura-system",
}
# Files whose "made_by" then begins with Menura's name: of comparisons, and of listening tests.
_MADE_BY = ("compare.json", "test.json")
_CHECKPOINT = "checkpoint.safetensors"
_OF_A_CHECKPOINT = {"version", "progress", "plan", "scalars"}
_LONGEST_HEADER = 1 << 24


def is_made(folder: Path, names: Collection[str]) -> bool:
    """Whether `folder`, in which the files `names` lie, is a prepared corpus, a run or part of
    one, finished or not, or holds clips of systems. Files of others may have the same names: what
    they say decides."""
    if _LOCK in names:
        return True
    if any(
        name in names and _object(folder / name).get("format") == stated
        for name, stated in _FORMATS.items()
    ):
        return True
    if any(
        name in names and str(_object(folder / name).get("made_by")).startswith("menura ")
        for name in _MADE_BY
    ):
        return True
    return _CHECKPOINT in names and _is_checkpoint(folder / _CHECKPOINT)


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_checkpoint(path: Path) -> bool:
    """Whether the header says what a run's checkpoint says.

    The form: eight bytes of length (little-endian), then that much JSON
    (https://github.com/huggingface/safetensors#format).
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length)) if length <= _LONGEST_HEADER else {}
    except (OSError, ValueError, RecursionError):
        return False
    stated = header.get("__metadata__") if isinstance(header, dict) else None
    return isinstance(stated, dict) and stated.keys() >= _OF_A_CHECKPOINT
