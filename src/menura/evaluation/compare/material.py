"""The real music by which all systems of a comparison are judged: the same for each of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from menura.audio import Clip, conform
from menura.corpora import Split
from menura.evaluation.compare.stretches import (
    Part,
    Stretch,
    length_s,
    long_stretches,
    read,
    short_stretches,
)
from menura.evaluation.fewness import FEWEST_CLIPS
from menura.foundation import seeds
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.prepared import PreparedCorpus
from menura.prepared.tracks import PreparedTrack

SHORTEST_S = 1.0  # of what can be measured
LONGEST_SEED_S = 4.0
MOST_HELD_OUT_S, MOST_TRAINING_S = 1200.0, 3600.0  # beyond it, an even part: memory stays bounded
LEAST_OF_A_TRACK_S = 10.0  # when parts of tracks are taken for the whole

Tracks = Sequence[tuple[int, PreparedTrack]]


@dataclass(frozen=True)
class Extent:
    """How much there is of some music, and how much of it is listened to."""

    n_tracks: int
    seconds: float
    heard_s: float


@dataclass(frozen=True)
class Material:
    """What is made, and measured, is as many clips as these, and as long.

    splits: those that the held-out recordings are of. seconds: of the clips; seed_s: of the
    beginnings that are gone on from, the first part of each of `going_on`.
    pieces: held-out music to be passed through, filled in, varied and mixed; shorter than `seconds`
    where the recordings are. Names of clips are numbers in the order of these.
    """

    prepared: PreparedCorpus
    splits: tuple[Split, ...]
    n: int
    seconds: float
    seed_s: float
    pieces: tuple[Stretch, ...]
    going_on: tuple[Stretch, ...]
    held_out: tuple[Stretch, ...]
    training: tuple[Stretch, ...]
    extents: Mapping[str, Extent]

    def seed_of(self, stretch: Stretch) -> Stretch:
        """The beginning of one of `going_on`."""
        return _until(stretch, self.seed_s)

    def clips(self, stretches: Sequence[Stretch], sample_rate: int) -> Iterator[tuple[str, Clip]]:
        """By their numbers, mono, one at a time."""
        for number, stretch in enumerate(stretches):
            yield f"{number:03}", conform(read(self.prepared, stretch), sample_rate, 1)


def material_of(prepared: PreparedCorpus, n: int, seconds: float, seed: int) -> Material:
    """The same for the same arguments.

    The test split judges; where it has fewer than eight recordings, together with the validation
    split, which says when training ends, for all systems alike: three are no sample of any music
    (docs/log.md).
    Raises MenuraError where nothing is held out, nothing is there to train on, or nothing held out
    is as long as a second.
    """
    name = printable(str(prepared.folder))
    training = _of(prepared, ("train",))
    if not training:
        raise MenuraError(
            f"{name}: no track is in the training split; prepare the corpus again with other "
            "splits (--held-out)"
        )
    splits, held_out = _held_out(prepared, name)
    seed_s = max(SHORTEST_S, min(LONGEST_SEED_S, seconds / 2))
    pieces = short_stretches(held_out, n, seconds, seeds.derive(seed, "pieces"))
    going_on = long_stretches(held_out, n, seed_s + seconds, seeds.derive(seed, "going on"))
    judging, learnt = _whole(held_out, MOST_HELD_OUT_S), _whole(training, MOST_TRAINING_S)
    return Material(
        prepared,
        splits,
        n,
        seconds,
        seed_s,
        tuple(pieces),
        tuple(going_on),
        judging,
        learnt,
        {"held out": _extent(held_out, judging), "training": _extent(training, learnt)},
    )


def _held_out(prepared: PreparedCorpus, name: str) -> tuple[tuple[Split, ...], Tracks]:
    every: tuple[Split, ...] = ("valid", "test")
    choices: tuple[tuple[Split, ...], ...] = (("test",), every)
    for splits in choices:
        tracks = [(i, t) for i, t in _of(prepared, splits) if t.duration_s >= SHORTEST_S]
        enough = len({track.group for _, track in tracks}) >= FEWEST_CLIPS
        if enough or (tracks and splits == every):
            there: list[Split] = [s for s in every if any(track.split == s for _, track in tracks)]
            return tuple(there), tracks
    if _of(prepared, every):
        raise MenuraError(
            f"{name}: no held-out track is {SHORTEST_S:g} s long or longer, so nothing can be "
            "measured by them; add longer recordings"
        )
    raise MenuraError(
        f"{name}: no recording is held out, so there is nothing to measure by; prepare the corpus "
        "again with --held-out, and with two recordings or more"
    )


def _of(prepared: PreparedCorpus, splits: Sequence[Split]) -> Tracks:
    """Those with sound; where none has any, all, since they are played."""
    sound = any(track.has_sound for track in prepared.tracks)
    return [
        (index, track)
        for index, track in enumerate(prepared.tracks)
        if track.split in splits and (track.has_sound or not sound) and track.duration_s > 0
    ]


def _whole(tracks: Tracks, most_s: float) -> tuple[Stretch, ...]:
    """All of the tracks that are long enough to be measured; of more than most_s, an even part."""
    usable = [(i, track) for i, track in tracks if track.duration_s >= SHORTEST_S]
    there_s = sum(track.duration_s for _, track in usable)
    share = min(1.0, most_s / there_s) if there_s else 1.0
    mean_s = there_s / max(1, len(usable))
    if share < 1 and share * mean_s < LEAST_OF_A_TRACK_S:  # many short ones: some of them, whole
        usable = usable[:: max(1, round(1 / share))]
        share = 1.0
    return tuple(
        (_middle(i, track.duration_s, max(SHORTEST_S, share * track.duration_s)),)
        for i, track in usable
    )


def _middle(index: int, duration_s: float, taken_s: float) -> Part:
    start_s = max(0.0, (duration_s - taken_s) / 2)
    return Part(index, start_s, start_s + min(taken_s, duration_s))


def _until(stretch: Stretch, seconds: float) -> Stretch:
    parts: list[Part] = []
    left_s = seconds
    for part in stretch:
        if left_s <= 0:
            break
        parts.append(Part(part.track, part.start_s, min(part.stop_s, part.start_s + left_s)))
        left_s -= part.duration_s
    return tuple(parts)


def _extent(tracks: Tracks, heard: Sequence[Stretch]) -> Extent:
    seconds = sum(track.duration_s for _, track in tracks)
    return Extent(len(tracks), seconds, sum(map(length_s, heard)))
