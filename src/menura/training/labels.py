"""From the labels of tracks (kind → value) to the names a system may be asked for, and to flags."""

from collections.abc import Iterable, Mapping

import numpy as np
from jaxtyping import Bool

Kinds = Mapping[str, str]


def label_names(tracks: Iterable[Kinds]) -> tuple[str, ...]:
    """All values that occur, sorted; "kind=value" where one value belongs to several kinds."""
    kinds_of: dict[str, set[str]] = {}
    for track in tracks:
        for kind, value in track.items():
            kinds_of.setdefault(value, set()).add(kind)
    return tuple(
        sorted(
            name
            for value, kinds in kinds_of.items()
            for name in ([value] if len(kinds) == 1 else [f"{kind}={value}" for kind in kinds])
        )
    )


def label_flags(track: Kinds, names: tuple[str, ...]) -> Bool[np.ndarray, " labels"]:
    """Which of the names the track has."""
    own = {name for kind, value in track.items() for name in (value, f"{kind}={value}")}
    return np.array([name in own for name in names], dtype=bool)
