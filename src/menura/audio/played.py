"""Sound that was played from notes, and still knows them."""

from dataclasses import dataclass

from menura.audio.clip import Clip
from menura.audio.score import Score


@dataclass(frozen=True, eq=False)
class Played(Clip):
    """A clip with the score it was played from."""

    score: Score
