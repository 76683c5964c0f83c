"""Excerpts of one length, spread over a set: what grows with the length heard needs them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from menura.audio import Clip

T = TypeVar("T")
Excerpt = tuple[Clip, float]
"""A clip, and where in it the excerpt begins, in seconds."""


def excerpts(clips: Mapping[str, Clip], seconds: float, most: int) -> list[Excerpt]:
    """At most `most` places, each with `seconds` of sound after it that no other has.

    From all clips where there are not more than `most`, as many from each as it has room for, the
    first at its beginning and the rest evenly over it; else from `most` clips, evenly chosen in
    the order of their names.
    """
    names = evenly(sorted(clips), most)
    share = most // max(1, len(names))
    found = []
    for name in names:
        n_room = int((clips[name].duration_s + 1e-3) / seconds)
        n = min(share, n_room)
        slack = clips[name].duration_s - n * seconds
        for number in range(n):
            gap = slack * number / max(1, n - 1)
            found.append((clips[name], number * seconds + max(0.0, gap)))
    return found


def evenly(items: Sequence[T], n: int) -> list[T]:
    """n that lie evenly in their order, the first among them; all where there are not more."""
    n = min(n, len(items))
    return [items[number * len(items) // n] for number in range(n)]


def at_least(clips: Mapping[str, Clip], seconds: float) -> dict[str, Clip]:
    """The clips of so many seconds or more."""
    return {name: clip for name, clip in clips.items() if clip.duration_s + 1e-3 >= seconds}


def too_short(
    reference: Mapping[str, Clip], candidate: Mapping[str, Clip], seconds: float
) -> str | None:
    """Why there is no excerpt of so many seconds, or None where there is."""
    for side, clips in (("reference", reference), ("candidates", candidate)):
        if not at_least(clips, seconds):
            return f"no clip of the {side} is {seconds:g} s long or longer"
    return None


def common_seconds(sides: Iterable[Mapping[str, Clip]], most_s: float) -> float:
    """The length of the shortest clip of all, or `most_s`."""
    return min([most_s, *(clip.duration_s for clips in sides for clip in clips.values())])
