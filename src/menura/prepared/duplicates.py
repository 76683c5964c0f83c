"""What is done about tracks that hold the same recording: kept on one side, or left out."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from menura.corpora import Split
from menura.prepared.matching import from_text, matches

Policy = Literal["group", "drop", "ignore"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
WHOLE = 0.9  # a track is superfluous when this share of it is in another
_STRICTEST_FIRST: tuple[Split | None, ...] = ("test", "valid", "train", None)


@dataclass(frozen=True, slots=True)
class Listened:
    """A track as far as duplicates matter.

    group, given: as the corpus states them. content: hash of the sound. words: its fingerprint,
    as `matching.to_text` writes it; nothing for a track without sound.
    """

    id: str
    group: str
    given: Split | None
    content: str
    seconds: float
    words: str


@dataclass(frozen=True)
class Alike:
    """Two tracks that hold the same recording for `seconds`; exact: they are the very same."""

    first: str
    second: str
    seconds: float
    exact: bool


def alike(tracks: Sequence[Listened], within_groups: bool) -> list[Alike]:
    """Enough pairs to join all tracks that share a stretch of one recording.

    within_groups: look for them also among tracks of one group, which belong together anyhow.
    """
    pairs = []
    firsts: dict[str, Listened] = {}
    for track in tracks:
        first = firsts.setdefault(track.content, track)
        if first is not track:
            pairs.append(Alike(first.id, track.id, track.seconds, exact=True))
    heard = [track for track in firsts.values() if track.words]
    numbers: dict[str, int] = {}
    groups = [numbers.setdefault(track.group, len(numbers)) for track in heard]
    found = matches([from_text(track.words) for track in heard], None if within_groups else groups)
    pairs.extend(
        Alike(heard[match.first].id, heard[match.second].id, match.seconds, exact=False)
        for match in found
    )
    return pairs


def superfluous(tracks: Iterable[Listened], pairs: Iterable[Alike]) -> dict[str, str]:
    """Tracks whose sound is (at least WHOLE of it) in another → the one that is kept.

    Of several, the one in the strictest split that the corpus states is kept, then the longest.
    """
    known = {track.id: track for track in tracks}
    beside: dict[str, list[Alike]] = defaultdict(list)
    for pair in pairs:
        beside[pair.first].append(pair)
        beside[pair.second].append(pair)
    order = sorted(
        known.values(), key=lambda t: (_STRICTEST_FIRST.index(t.given), -t.seconds, t.id)
    )
    kept: set[str] = set()
    dropped: dict[str, str] = {}
    for track in order:
        if track.id in dropped:
            continue
        kept.add(track.id)
        reached = deque([track.id])
        while reached:
            here = reached.popleft()
            for pair in beside[here]:
                other = pair.second if pair.first == here else pair.first
                if other in kept or other in dropped:
                    continue
                if pair.exact or pair.seconds >= WHOLE * known[other].seconds:
                    dropped[other] = track.id
                    reached.append(other)
    return dropped


def among_kept(pairs: Iterable[Alike], dropped: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs of tracks that are left, a dropped one being stood for by the one kept."""
    ends = ((dropped.get(p.first, p.first), dropped.get(p.second, p.second)) for p in pairs)
    return [pair for pair in ends if pair[0] != pair[1]]
