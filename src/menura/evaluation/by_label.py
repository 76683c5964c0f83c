"""The label of a clip, told by its name: the folder that the name begins with."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")
_SLASH = "∕"  # the division sign, in place of a slash that belongs to the label


def label_of(name: str) -> str | None:
    """Of "rock/clip 3" and "rock/album/clip 3" it is "rock"; of a clip in no folder None."""
    folder, slash, _ = name.partition("/")
    return folder if slash and folder else None


def under(label: str, name: str) -> str:
    """The name of a clip with this label."""
    return f"{label.replace('/', _SLASH)}/{name}"


def by_label(clips: Mapping[str, T]) -> dict[str, dict[str, T]]:
    """Label → its clips; both in order. Clips in no folder are left out."""
    found: dict[str, dict[str, T]] = {}
    for name in sorted(clips):
        if (label := label_of(name)) is not None:
            found.setdefault(label, {})[name] = clips[name]
    return dict(sorted(found.items()))
