"""What a prepared corpus would teach base, checked track by track before anything is learnt.

Only pieces that were composed here, and recordings that the allowlist gives to training. What it
keeps for validation may be in the corpus, held out; what it keeps for tests may not be in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from allowlist import Permitted
from material import BUILT_IN_LICENCE, FLUIDR3_LICENCE
from menura.foundation.errors import MenuraError
from menura.prepared import PreparedCorpus
from menura.prepared.tracks import PreparedTrack

COMPOSED = (FLUIDR3_LICENCE, BUILT_IN_LICENCE)


@dataclass(frozen=True)
class Heard:
    """What is learnt from, in hours: pieces that were composed, and recordings."""

    composed_h: float
    recorded_h: float

    def line(self) -> str:
        return (
            f"{self.composed_h:.2f} hours composed by Menura and {60 * self.recorded_h:.1f} "
            "minutes of permitted recordings"
        )


def heard(prepared: PreparedCorpus, rows: Iterable[Permitted]) -> Heard:
    """Raises MenuraError for the first track that may not be where it is."""
    permitted = {row.file: row for row in rows}
    hours = {True: 0.0, False: 0.0}
    for track in prepared.tracks:
        row = permitted.get(track.id)
        if problem := _problem(track, row):
            raise MenuraError(
                f"{track.id}: {problem}; prepare the corpus again as base/README.md says"
            )
        if track.split == "train":
            hours[row is None] += track.duration_s / 3600
    return Heard(hours[True], hours[False])


def _problem(track: PreparedTrack, row: Permitted | None) -> str:
    if row is None:
        return "" if track.licence in COMPOSED else "is neither composed nor in the allowlist"
    if row.use == "test":
        return "is kept for tests by the allowlist, and is in the corpus"
    if row.use == "valid" and track.split == "train":
        return "is kept for validation by the allowlist, and is in the training split"
    return ""
