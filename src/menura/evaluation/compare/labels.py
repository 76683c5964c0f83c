"""Which labels systems are asked for, and which the held-out recordings have."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from menura.evaluation.by_label import under
from menura.evaluation.compare.material import Material
from menura.foundation.errors import MenuraError
from menura.prepared.naming import naming_kinds
from menura.prepared.tracks import PreparedTrack
from menura.recipes import PITCHED_KINDS

KINDS = ("genre", "family", "label")  # what is said first of how a piece, or a note, sounds
T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """name: of the label, as the system knows it. label: as the recordings have it; None where
    none that is held out has it, so that nothing can be told by it."""

    name: str
    label: str | None


def kind_of(material: Material) -> str | None:
    """The one kind of label that is asked for and judged by: a clip is made for one label.

    Genre, family of instrument or folder, where two labels of the kind are held out; else the kind
    that most held-out recordings have, pitch last, since timbre does not tell it. Kinds that name
    recordings are none. None where no kind has two labels.
    """
    naming = naming_kinds((track.group, track.labels) for track in material.prepared.tracks)
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for track in _held_out(material):
        for kind, value in track.labels.items():
            if kind not in naming:
                values[kind][value] += 1

    def order(kind: str) -> tuple[int, bool, int, str]:
        place = KINDS.index(kind) if kind in KINDS else len(KINDS)
        return place, kind in PITCHED_KINDS, -values[kind].total(), kind

    return min((kind for kind in values if len(values[kind]) > 1), key=order, default=None)


def asked_of(labels: Sequence[str], material: Material) -> list[Asked]:
    """Of the labels of a system, those of the kind that held-out recordings have; all that it
    knows, where these are fewer than two."""
    kind = kind_of(material)
    there = {track.labels[kind] for track in _held_out(material) if kind in track.labels}
    known = {name: value for value in there for name in (value, f"{kind}={value}")}
    found = [Asked(name, known[name]) for name in labels if name in known]
    return found if len(found) > 1 else [Asked(name, None) for name in labels]


def by_label(material: Material, clips: Mapping[str, T]) -> dict[str, T]:
    """The held-out clips, each in a folder by its label; those that have none stay as they are.

    Raises MenuraError where no kind of label can be judged by.
    """
    kind = kind_of(material)
    if kind is None:
        raise MenuraError("the held-out recordings do not have two labels of one kind")
    named = {}
    for (name, clip), track in zip(clips.items(), _held_out(material), strict=True):
        label = track.labels.get(kind)
        named[under(label, name) if label else name] = clip
    return named


def _held_out(material: Material) -> list[PreparedTrack]:
    """The track of each held-out stretch, which is a part of one."""
    return [material.prepared.tracks[part.track] for part, *_ in material.held_out]
