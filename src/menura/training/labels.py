"""From the labels of tracks (kind → value) to the names a system may be asked for, and to flags."""

from collections.abc import Iterable, Mapping

import numpy as np
from jaxtyping import Bool

Kinds = Mapping[str, str]
FEW = 8  # values that may each be of one recording only: so many tell kinds of music, not pieces


def naming_kinds(tracks: Iterable[tuple[str, Kinds]]) -> set[str]:
    """Kinds of label that name recordings, as folders with a recording each do: more than a few
    values, none of them shared by two recordings.

    tracks: (recording, labels) of each.
    """
    recordings: dict[str, dict[str, set[str]]] = {}
    for recording, labels in tracks:
        for kind, value in labels.items():
            recordings.setdefault(kind, {}).setdefault(value, set()).add(recording)
    return {
        kind
        for kind, values in recordings.items()
        if len(values) > FEW and all(len(owners) == 1 for owners in values.values())
    }


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
