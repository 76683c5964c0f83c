"""What a system with latents makes of held-out music: itself again, and what lies between two."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from clip_sets import Clips, fitting
from menura.audio import Clip
from menura.evaluation import metrics

N_STOPS = 9
PATHS = ("linear", "spherical")
DISTANCE = "log-mel distance (dB)"


def reconstructed(system: Any, clips: Clips) -> dict[str, Clip]:
    """Each through the system."""
    return {name: system.reconstruct(fitting(system, clip)) for name, clip in clips.items()}


def fidelity(system: Any, name: str, clips: Clips) -> dict[str, dict[str, float]]:
    """How far reconstructions are from what they are of, between what bounds it on either side."""
    names = list(clips)
    others = {name: clips[after] for name, after in zip(names, names[1:] + names[:1], strict=True)}
    alone = {name: system.round_trip(fitting(system, clip)) for name, clip in clips.items()}
    rows = {
        "the representation alone": alone,
        name: reconstructed(system, clips),
        "another held-out piece": others,
    }
    return {row: {DISTANCE: round(distance(clips, made), 2)} for row, made in rows.items()}


def evenness(system: Any, clips: Clips) -> dict[str, dict[str, float]]:
    """Of paths between neighbours: the longest and the shortest step beside the mean one, and the
    sum of the steps beside the straight way. By log-mel distance, the mean over the paths."""
    found = {}
    for path in PATHS:
        of_each = []
        for a, b in pairwise(list(clips.values())):
            stops = system.interpolate(*(fitting(system, c) for c in (a, b)), N_STOPS, path=path)
            of_each.append(_evenness(stops))
        longest, shortest, detour = np.mean(of_each, axis=0)
        found[path] = {
            "longest step / mean": round(float(longest), 2),
            "shortest step / mean": round(float(shortest), 2),
            "all steps / straight way": round(float(detour), 2),
        }
    return found


def distance(reference: Clips, made: Clips) -> float:
    """Log-mel distance in dB, the mean over the pairs."""
    return float(metrics.load("log-mel-distance").score(reference, made).value)


def passing_rows(system: Any, clips: Clips) -> list[tuple[str, Clip]]:
    """Lines of a picture: two pieces beside their reconstructions, then a path between others."""
    names = list(clips)
    rows = []
    for name in names[:2]:
        again = system.reconstruct(fitting(system, clips[name]))
        rows += [("held-out (real)", clips[name]), ("reconstructed", again)]
    a, b = (fitting(system, clips[name]) for name in (names[2], names[-1]))
    stops = system.interpolate(a, b, 5)
    said = (
        "A reconstructed",
        "a quarter of the way",
        "half-way",
        "three quarters",
        "B reconstructed",
    )
    rows += [("A, held-out (real)", a), *zip(said, stops, strict=True), ("B, held-out (real)", b)]
    return [*rows, ("a glide from A to B", system.glide(a, b))]


def _evenness(stops: Sequence[Clip]) -> tuple[float, float, float]:
    steps = np.array([distance({"": x}, {"": y}) for x, y in pairwise(stops)])
    straight = distance({"": stops[0]}, {"": stops[-1]})
    mean = max(float(steps.mean()), 1e-9)
    return float(steps.max()) / mean, float(steps.min()) / mean, float(steps.sum()) / straight
