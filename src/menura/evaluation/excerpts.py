"""Excerpts of one length, spread over a set: what grows with the length heard needs them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from menura.audio import Clip
from menura.foundation import seeds

T = TypeVar("T")
SHORT_ONES = 20  # of as many clips one may be too short to be heard
Excerpt = tuple[Clip, float]
"""A clip, and where in it the excerpt begins, in seconds."""


def excerpts(clips: Mapping[str, Clip], seconds: float, most: int) -> list[Excerpt]:
    """At most `most` places, each with `seconds` of sound after it that no other has.

    From all clips where there are not more than `most`, as many from each as it has room for,
    evenly over it: one of a song is from its middle, not its intro. Else from `most` clips, chosen
    by their names, so that without some of them the others stay chosen.
    """
    there = at_least(clips, seconds)
    names = sorted(there, key=lambda name: seeds.derive(0, "excerpts", name))[:most]
    share = most // max(1, len(names))
    found = []
    for name in names:
        n_room = int((clips[name].duration_s + 1e-3) / seconds)
        n = min(share, n_room)
        slack = clips[name].duration_s - n * seconds
        for number in range(n):
            gap = max(0.0, slack) * (number + 0.5) / n
            found.append((clips[name], number * seconds + gap))
    return found


def evenly(items: Sequence[T], n: int) -> list[T]:
    """n that lie evenly in their order, the first among them; all where there are not more."""
    n = min(n, len(items))
    return [items[number * len(items) // n] for number in range(n)]


def at_least(clips: Mapping[str, Clip], seconds: float) -> dict[str, Clip]:
    """The clips of so many seconds or more."""
    return {name: clip for name, clip in clips.items() if clip.duration_s + 1e-3 >= seconds}


def left_out(sides: Iterable[Mapping[str, Clip]], seconds: float) -> tuple[str, ...]:
    """The remark that some clips have no excerpt of so many seconds; none where all have one."""
    n = sum(len(clips) - len(at_least(clips, seconds)) for clips in sides)
    said = "1 clip is" if n == 1 else f"{n} clips are"
    return (f"{said} shorter than {seconds:.3g} s, and not heard",) if n else ()


def too_short(
    reference: Mapping[str, Clip], candidate: Mapping[str, Clip], seconds: float
) -> str | None:
    """Why there is no excerpt of so many seconds, or None where there is."""
    for side, clips in (("reference", reference), ("candidates", candidate)):
        if not at_least(clips, seconds):
            return f"no clip of the {side} is {seconds:g} s long or longer"
    return None


def common_seconds(sides: Iterable[Mapping[str, Clip]], most_s: float) -> float:
    """The length of the shortest clip of all, or `most_s`. Of a side with many clips, up to a
    twentieth may be shorter: one must not decide how little is heard of all."""
    found = [most_s]
    for clips in sides:
        lengths = sorted(clip.duration_s for clip in clips.values())
        found += lengths[len(lengths) // SHORT_ONES : len(lengths) // SHORT_ONES + 1]
    return min(found)
