"""Dividing a corpus into what a system learns from and what it is judged by.

By recording, never by piece: tracks of one recording, and files that hold the same recording,
fall on the same side, but where the corpus itself states otherwise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from menura.corpora import Split
from menura.foundation.printable import printable
from menura.foundation.seeds import derive
from menura.prepared.naming import naming_kinds
from menura.prepared.sets import Sets

_STRICTEST_FIRST: tuple[Split, ...] = ("test", "valid", "train")
_SAID = 10  # remarks of one kind


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


def divide(
    candidates: Sequence[Candidate],
    held_out: float,
    seed: int,
    alike: Iterable[tuple[str, str]] = (),
) -> Division:
    """Put every track into a split.

    alike: ids of tracks that share a stretch of one recording, as those of the same content do.
    Splits that the corpus states are kept, and where they cross such a pair it is said. When it
    states no "valid" or "test", about `held_out` of the seconds of the other tracks become
    "valid", spread evenly over the labels; every label keeps a recording to learn from, unless its
    kind names recordings, which is not learnt. The same tracks and seed give the same division, in
    whatever order they come.
    """
    naming = naming_kinds((track.group, track.labels) for track in candidates)
    telling = [
        replace(one, labels={k: v for k, v in one.labels.items() if k not in naming})
        for one in candidates
    ]
    groups, notes = _grouped(sorted(telling, key=lambda track: track.id), alike)
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


def _grouped(
    candidates: Sequence[Candidate], alike: Iterable[tuple[str, str]]
) -> tuple[list[_Group], list[str]]:
    """Recordings with the splits that the corpus gives them, joined where they share sound."""
    groups: dict[str, _Group] = {}
    for track in candidates:
        groups.setdefault(track.group, _Group(track.group, [])).tracks.append(track)
    notes = [note for name in sorted(groups) for note in _take_given(groups[name])]
    same, firsts = Sets[str](), dict[str, str]()
    for track in candidates:
        same.join(firsts.setdefault(track.content, track.id), track.id)
    for one, other in alike:
        same.join(one, other)
    tracks = {track.id: track for track in candidates}
    shared = [[tracks[id] for id in ids] for ids in sorted(map(sorted, same.all()))]
    joined = Sets[str]()
    for sharing in shared:
        for track in sharing[1:]:
            joined.join(sharing[0].group, track.group)
    together: dict[str, list[_Group]] = defaultdict(list)
    for name in sorted(groups):
        together[joined.leader(name)].append(groups[name])
    notes.extend(_shared_notes(shared, groups))
    merged = [group for members in together.values() for group in _merged(members)]
    return sorted(merged, key=lambda group: group.name), notes


def _merged(groups: list[_Group]) -> list[_Group]:
    """One group, or one for each split that the corpus gives them; what is given none comes to
    the strictest of these."""
    given = [split for split in _STRICTEST_FIRST if any(g.split == split for g in groups)]
    sides: dict[Split | None, list[_Group]] = defaultdict(list)
    for group in groups:
        sides[group.split or (given[0] if given else None)].append(group)
    return [
        _Group(
            min(group.name for group in members),
            [track for group in members for track in group.tracks],
            split,
        )
        for split, members in sides.items()
    ]


def _shared_notes(shared: list[list[Candidate]], groups: Mapping[str, _Group]) -> list[str]:
    """What is to be said of tracks that hold the same recording: the first of each kind."""
    kept: list[str] = []
    crossing: list[str] = []
    for tracks in shared:
        names = _listed([track.id for track in tracks])
        given = {groups[track.group].split for track in tracks}
        splits = [split for split in _STRICTEST_FIRST if split in given]
        if len(splits) > 1:
            crossing.append(
                f"{names} hold the same recording, and the corpus puts them in "
                f"{' and '.join(splits)}; that is left as it is"
            )
        elif len({track.content for track in tracks}) == 1:
            kept.append(f"{names}: the same sound, kept on one side of the split")
        else:
            kept.append(f"{names} hold the same recording, kept on one side of the split")
    notes = [*kept[:_SAID], *crossing[:_SAID]]
    for kind, more in (("", len(kept) - _SAID), (" across splits", len(crossing) - _SAID)):
        if more > 0:
            notes.append(f"{more} more groups of files hold the same recording{kind}")
    return notes


def _listed(names: list[str]) -> str:
    shown = [*map(printable, names[:4])]
    if len(names) > 4:
        return f"{', '.join(shown)} and {len(names) - 4} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _take_given(group: _Group) -> list[str]:
    """Take the split that the corpus gives; where it gives several, the strictest."""
    given = [split for split in _STRICTEST_FIRST if any(t.given == split for t in group.tracks)]
    if not given:
        return []
    group.split = given[0]
    if len(given) == 1:
        return []
    return [
        f"{printable(group.name)}: one recording in {' and '.join(given)}; "
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
