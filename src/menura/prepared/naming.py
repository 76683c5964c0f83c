"""Kinds of label that say nothing of the music: names of recordings."""

from collections.abc import Iterable, Mapping

FEW = 8  # values that may each be of one recording only: so many tell kinds of music, not pieces


def naming_kinds(tracks: Iterable[tuple[str, Mapping[str, str]]]) -> set[str]:
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
