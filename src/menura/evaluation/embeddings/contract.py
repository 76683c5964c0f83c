"""What every embedding promises: a clip in, points out, as many a second as it says."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from menura.audio import Clip
from menura.foundation.each import each

Points = Float[np.ndarray, "points dimensions"]


class Embedding(ABC):
    """How a clip becomes points. One file an embedding; its file name is its name.

    in_words: what a point is made of, with the rate of the sound, for a reader who wants to repeat
        a figure. counted: what a point is, e.g. "windows".
    points_a_second: how many points a second of sound gives, but for the ends of a clip.
    sample_rate: in Hz, to which a clip is brought, in mono; it may have any.
    in_threads: whether several clips may be embedded at once. A network takes all cores for one.
    """

    in_words: ClassVar[str]
    counted: ClassVar[str]
    points_a_second: ClassVar[float]
    sample_rate: ClassVar[int] = 16_000
    in_threads: ClassVar[bool] = False

    def unavailable(self) -> str | None:
        """Why this machine cannot embed (a library, weights), or None when it can. Quick."""
        return None

    def n_points(self, clip: Clip) -> int:
        """How many points a clip has, without embedding it where that costs much."""
        return len(self.points(clip))

    def points_of_all(self, clips: Iterable[Clip]) -> list[Points]:
        """Of each clip, in their order."""
        return each(self.points, clips) if self.in_threads else [self.points(c) for c in clips]

    @abstractmethod
    def points(self, clip: Clip) -> Points:
        """A pure function of the clip: neither other clips nor chance come in.

        Remembered while the clip lives. Raises MenuraError, with the reason of `unavailable`.
        """
