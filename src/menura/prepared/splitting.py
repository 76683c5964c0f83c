"""Dividing a corpus into what a system learns from and what it is judged by.

By recording, never by piece: tracks of one recording, and files of the very same sound, always
fall on the same side.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from menura.corpora import Split
from menura.foundation.printable import printable
from menura.foundation.seeds import derive

_STRICTEST_FIRST: tuple[Split, ...] = ("test", "valid", "train")


@dataclass(frozen=True)
class Candidate:
    """A track to be put into a split. given: the split that the corpus states."""

    id: str
    group: str
    labels: Mapping[str, str]
    given: Split | None
    seconds: float
    content: str


@dataclass(frozen=True)
class Division:
    """places: id → (group, split)."""

    places: dict[str, tuple[str, Split]]
    notes: tuple[str, ...]


@dataclass
class _Group:
    name: str
    tracks: list[Candidate]
    split: Split | None = None

    @property
    def seconds(self) -> float:
        return sum(track.seconds for track in self.tracks)

    @property
    def labels(self) -> set[tuple[str, str]]:
        return {label for track in self.tracks for label in track.labels.items()}


def divide(candidates: Sequence[Candidate], held_out: float, seed: int) -> Division:
    """Put every track into a split.

    Splits that the corpus states are kept. When it states no "valid" or "test", about `held_out`
    of the seconds of the other tracks become "valid", spread evenly over the labels; every label
    keeps a recording to learn from. The same tracks and seed give the same division, in whatever
    order they come.
    """
    groups, notes = _grouped(sorted(candidates, key=lambda track: track.id))
    for group in groups:
        notes.extend(_take_given(group))
    stated = {group.split for group in groups if group.split}
    undecided = [group for group in groups if group.split is None]
    for group in undecided:
        group.split = "train"
    if held_out > 0 and not stated & {"valid", "test"}:
        _hold_out(undecided, [g for g in groups if g.split == "train"], held_out, seed)
    if held_out > 0 and not any(group.split == "valid" for group in groups):
        notes.append(_why_none(groups, stated))
    places: dict[str, tuple[str, Split]] = {
        track.id: (group.name, group.split or "train") for group in groups for track in group.tracks
    }
    return Division(places, tuple(notes))


def _grouped(candidates: Iterable[Candidate]) -> tuple[list[_Group], list[str]]:
    """Recordings, joined where they hold the same sound."""
    leader: dict[Any, str] = {}
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    twins: dict[str, list[str]] = defaultdict(list)
    for track in candidates:
        parent.setdefault(track.group, track.group)
        twins[track.content].append(track.id)
        other = find(leader.setdefault(track.content, track.group))
        mine = find(track.group)
        parent[max(other, mine)] = min(other, mine)
    groups: dict[str, _Group] = {}
    for track in candidates:
        name = find(track.group)
        groups.setdefault(name, _Group(name, [])).tracks.append(track)
    notes = [
        f"{_listed(same)}: the same sound, kept on one side of the split"
        for same in twins.values()
        if len(same) > 1
    ]
    return [groups[name] for name in sorted(groups)], notes


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(printable, names[:4]))
    return shown + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _take_given(group: _Group) -> list[str]:
    """Take the split that the corpus gives; where it gives several, the strictest."""
    given = [split for split in _STRICTEST_FIRST if any(t.given == split for t in group.tracks)]
    if not given:
        return []
    group.split = given[0]
    if len(given) == 1:
        return []
    return [
        f"{printable(group.name)}: one recording, or the same sound, in {' and '.join(given)}; "
        f"all of it goes to {given[0]}"
    ]


def _hold_out(undecided: list[_Group], train: list[_Group], share: float, seed: int) -> None:
    """Move about `share` of the seconds of `undecided` from train to valid."""
    left = Counter(label for group in train for label in group.labels)
    n_left = len(train)

    def may_go(group: _Group) -> bool:
        return n_left > 1 and all(left[label] > 1 for label in group.labels)

    order = sorted(
        undecided, key=lambda group: (min(group.labels, default=()), derive(seed, group.name))
    )
    passed = held = 0.0
    for group in order:
        passed += group.seconds
        # Going brings the held-out seconds so far nearer to the share of all seconds so far;
        # what one label has too few of is made up for by the next.
        if held + group.seconds / 2 < share * passed and may_go(group):
            group.split = "valid"
            held += group.seconds
            n_left -= 1
            left.subtract(group.labels)
    if held == 0:
        wanted = share * passed
        movable = [group for group in order if may_go(group)]
        if movable:
            min(movable, key=lambda group: abs(group.seconds - wanted)).split = "valid"


def _why_none(groups: list[_Group], stated: set[Split]) -> str:
    if stated & {"test"} or not any(group.split == "train" for group in groups):
        return (
            "nothing is held out for validation: the corpus gives its own splits, none of it valid"
        )
    if len(groups) == 1:
        return (
            "nothing is held out: there is only one recording, and a recording is never divided; "
            "add another to see how well a system does on music it does not know"
        )
    return "nothing is held out: every label has only one recording, which is needed to learn from"
