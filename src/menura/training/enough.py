"""Whether a folder holds enough to learn from: said once, before anything is learnt."""

from collections.abc import Iterable, Sequence

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.prepared import PreparedCorpus
from menura.prepared.tracks import PreparedTrack
from menura.recipes import Training
from menura.training.fit import Limits
from menura.training.labels import label_flags

LITTLE_MIN = 15.0
"""Minutes of training music, with fresh weights. A window of a flow lasts eight seconds: in a
quarter of an hour there are about a hundred that do not overlap, which are soon known by heart."""
LITTLE_TO_TUNE_MIN = 3.0
"""The same, where a system that knows music already is trained on and has little more than the
sound to learn: below, there are some twenty such windows."""
FEW_RECORDINGS = 5
"""Of which a fifth is held out: below, it is one recording that says when to stop, and which
weights are the best."""
FEW_OF_LABEL = 3
"""Recordings of a label: what two of them have in common may be as much their microphone."""
SHOWN = 6
USUAL = 0.5  # of recordings, at least, sounds


def refuse_nothing(prepared: PreparedCorpus) -> None:
    """Raises MenuraError where there is nothing to learn from: at once, since much is measured and
    said of the recordings before they are learnt."""
    if not any(track.split == "train" for track in prepared.tracks):
        raise MenuraError(
            f"{printable(str(prepared.folder))}: no track is in the training split; prepare the "
            "corpus again with other splits (--held-out, or the column split of its labels)"
        )


def refuse_endless(prepared: PreparedCorpus, stages: Iterable[Training], limits: Limits) -> None:
    """Raises MenuraError where nothing but Ctrl-C would end a run: no limit, no music by which to
    tell that it gains no more, and a stage whose recipe states no number of steps."""
    is_limited = limits != Limits() or all(own.max_steps < Training.max_steps for own in stages)
    if not is_limited and not any(track.split == "valid" for track in prepared.tracks):
        raise MenuraError(
            f"{printable(str(prepared.folder))}: no recording is held out, so training would not "
            "stop by itself: give --minutes or --steps, or add recordings"
        )


def too_little(corpus: Sequence[PreparedTrack], labels: tuple[str, ...], *, is_fresh: bool) -> str:
    """What is short, what that means and what to do, in a line; "" where there is enough.

    corpus: all its tracks. labels: those that are learnt. is_fresh: no other system is started
    from.
    """
    tracks = [track for track in corpus if track.split == "train"]
    minutes = sum(track.sounding_s for track in tracks) / 60
    there = sum(track.duration_s for track in tracks) / 60
    n_recordings = len({track.group for track in corpus if track.split != "test"})
    least = LITTLE_MIN if is_fresh else LITTLE_TO_TUNE_MIN
    found, mend = [], []
    if minutes < least:
        silent = "" if minutes > USUAL * there else f", beside {there - minutes:.1f} of silence"
        found.append(
            f"{minutes:.1f} min of training music{silent} ({least:g} and more are a start), so "
            "that what is made may repeat it"
        )
        mend.append("add recordings" + (", or start from a system (--init)" if is_fresh else ""))
    if n_recordings < FEW_RECORDINGS:
        found.append(
            f"{n_recordings} recording{'s'[: n_recordings - 1]} in all ({FEW_RECORDINGS} and more "
            "are a start), so that held-out music says little of when to stop"
        )
        mend = mend or ["add recordings"]
    if rare := _rare(tracks, labels):
        found.append(
            f"labels of fewer than {FEW_OF_LABEL} recordings ({rare}), which will sound like these"
        )
        mend.append("add some of these labels" if mend else "add recordings of these labels")
    return f"there is little to learn from: {'; '.join(found)}: {', '.join(mend)}" if found else ""


def _rare(tracks: Iterable[PreparedTrack], labels: tuple[str, ...]) -> str:
    """Labels of few recordings, each with how many it has."""
    recordings: list[set[str]] = [set() for _ in labels]
    for track in tracks:
        for number in label_flags(track.labels, labels).nonzero()[0]:
            recordings[number].add(track.group)
    rare = [
        f"{printable(name)} {len(owners)}"
        for name, owners in zip(labels, recordings, strict=True)
        if 0 < len(owners) < FEW_OF_LABEL  # of none: learnt before, by what is started from
    ]
    more = f" and {len(rare) - SHOWN} more" if len(rare) > SHOWN else ""
    return ", ".join(rare[:SHOWN]) + more
