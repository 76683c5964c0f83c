"""The tracks of a prepared corpus that have a label of one kind, and which labels can be learnt."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32

from menura.corpora import Dropped
from menura.evaluation.divisions import heard_twice, judging
from menura.foundation.errors import MenuraError, UsageError, unknown_name
from menura.foundation.printable import printable
from menura.prepared import PreparedCorpus, PreparedTrack, Rendition
from menura.prepared.sets import Sets

OF_THE_SAME = "its recording is in the split"


@dataclass(frozen=True)
class Labelled:
    """kind: of the label. tracks: in the order of their ids; all have sound.

    left_out: tracks that have no such label, and labels that cannot be learnt, with the reason.
    """

    kind: str
    tracks: tuple[PreparedTrack, ...]
    left_out: tuple[Dropped, ...]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Of each track."""
        return tuple(track.labels[self.kind] for track in self.tracks)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The recording of each track. Recordings that hold the very same sound are one, though
        the corpus may have put them into different splits."""
        same: dict[str, str] = {}
        joined = Sets[str]()
        for track in self.tracks:
            joined.join(same.setdefault(track.content, track.group), track.group)
        return tuple(joined.leader(track.group) for track in self.tracks)

    def without(self, reasons: dict[str, str]) -> "Labelled":
        """Without the tracks of these ids. reasons: id → why."""
        kept = tuple(track for track in self.tracks if track.id not in reasons)
        gone = tuple(Dropped(name, reason) for name, reason in reasons.items())
        return Labelled(self.kind, kept, (*self.left_out, *gone))


def labelled(prepared: PreparedCorpus, kind: str | None) -> Labelled:
    """The tracks with a label of this kind; None takes the only kind there is.

    Raises UsageError, listing the kinds, where there is none of that name, or several and none
    was named.
    """
    kinds = list(prepared.label_values())
    if not kinds:
        raise MenuraError(
            f"no track of {printable(str(prepared.folder))} has a label; put the files into "
            "folders by label, or give a label file to `menura prepare --labels`"
        )
    if kind is None:
        if len(kinds) > 1:
            raise UsageError(f"--label must say which kind: {', '.join(kinds)}")
        kind = kinds[0]
    if kind not in kinds:
        raise unknown_name("kind of label", kind, kinds)
    tracks, left_out = [], []
    for track in sorted(prepared.tracks, key=lambda track: track.id):
        if kind not in track.labels:
            left_out.append(Dropped(track.id, f"has no {kind}"))
        elif not track.has_sound:
            left_out.append(Dropped(track.id, "notes without sound"))
        else:
            tracks.append(track)
    return Labelled(kind, tuple(tracks), tuple(left_out))


def learnable(
    found: Labelled, least: int, among: Iterable[str] = ("train", "valid", "test"), why: str = ""
) -> Labelled:
    """Those whose label has `least` recordings or more in the splits `among`; the labels that
    have fewer are left out, with the reason.

    why: what so many are needed for. Raises MenuraError where fewer than two labels are left.
    """
    splits = set(among)
    recordings: dict[str, set[str]] = defaultdict(set)
    for track, group in zip(found.tracks, found.groups, strict=True):
        if track.split in splits:
            recordings[track.labels[found.kind]].add(group)
    n_tracks = Counter(found.labels)
    few = {
        label: f"{len(recordings[label])} recording{'s' * (len(recordings[label]) != 1)} "
        f"({n_tracks[label]} tracks); at least {least} needed{why}"
        for label in sorted(n_tracks)
        if len(recordings[label]) < least
    }
    if len(n_tracks) - len(few) < 2:
        reasons = "; ".join(f"{printable(label)}: {reason}" for label, reason in few.items())
        known = ", ".join(printable(label) for label in sorted(n_tracks)) or "none"
        raise MenuraError(
            f"two labels or more of kind {found.kind} are needed"
            + (f" ({reasons}); prepare more recordings" if few else f", there is: {known}")
        )
    kept = tuple(track for track in found.tracks if track.labels[found.kind] not in few)
    gone = tuple(Dropped(f"{found.kind} {label}", reason) for label, reason in few.items())
    return Labelled(found.kind, kept, (*found.left_out, *gone))


def learnable_apart(found: Labelled, why: str = "") -> Labelled:
    """Those that can be learnt and judged by the corpus's own splits (see `by_splits`).

    Tracks that are of a recording which is judged by too are left out, and then labels that have
    no recording in "train", each with the reason. Raises MenuraError where fewer than two labels
    are left.
    """
    while True:
        splits = [track.split for track in found.tracks]
        twice = [found.tracks[n] for n in heard_twice(found.groups, splits)]
        reason = f"{OF_THE_SAME} {judging(splits)} as well, so it is not learnt from"
        left = learnable(found.without({track.id: reason for track in twice}), 1, ("train",), why)
        if len(left.tracks) + len(twice) == len(found.tracks):
            return left
        found = left  # with a label the last track may go that is judged by: then others are


def n_heard_twice(found: Labelled) -> int:
    """How many tracks are left out because their recording is judged by too."""
    return sum(item.reason.startswith(OF_THE_SAME) for item in found.left_out)


class RenditionSounds:
    """The tracks of a rendition in mono, by their places among `ids`."""

    def __init__(self, rendition: Rendition, ids: Sequence[str]):
        self._rendition = rendition
        places = {track.id: index for index, track in enumerate(rendition.tracks)}
        self._indices = [places[name] for name in ids]

    @property
    def sample_rate(self) -> int:
        return self._rendition.sample_rate

    def n_samples(self, place: int) -> int:
        return self._rendition.tracks[self._indices[place]].n_samples

    def read(self, place: int, start: int, stop: int) -> Float32[np.ndarray, " time"]:
        sound: Float32[np.ndarray, " time"]
        sound = self._rendition.read(self._indices[place], start, stop)[0]
        return sound
