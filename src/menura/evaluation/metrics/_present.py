"""What is measured of something that not every excerpt has, as notes or a beat."""

from abc import abstractmethod
from typing import ClassVar

from menura.evaluation.excerpts import at_least, too_short
from menura.evaluation.fewness import Sample, sample
from menura.evaluation.metrics.contract import Clips, Metric
from menura.evaluation.presence import rare, rarer

Counts = tuple[int, int]
"""How many excerpts have it, and how many there are."""


class OfWhatIsThere(Metric):
    """Half of the reference's excerpts must have it, and half as many of the candidates'.

    what: that an excerpt may not have. shortest_s: of a clip that is heard at all.
    """

    what: ClassVar[str] = ""
    shortest_s: ClassVar[float]

    @abstractmethod
    def counts(self, reference: Clips, candidate: Clips) -> tuple[Counts, Counts]:
        """Of the reference, and of the candidates; both are long enough."""

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        reason = too_short(reference, candidate, self.shortest_s)
        return self._missing(reference, candidate)[0] if reason is None else reason

    def lacking(self, reference: Clips, candidate: Clips) -> str | None:
        if too_short(reference, candidate, self.shortest_s) is not None:
            return None
        return self._missing(reference, candidate)[1]

    def sample(self, reference: Clips, candidate: Clips, *own: str) -> Sample:
        """Whether what is heard of both is enough. own: what else is few."""
        real, made = (len(at_least(clips, self.shortest_s)) for clips in (reference, candidate))
        return sample(real, made, *own)

    def _missing(self, reference: Clips, candidate: Clips) -> tuple[str | None, str | None]:
        """Why there is nothing to compare, and why that is the candidates' own doing; None: it is
        not."""
        real, made = self.counts(reference, candidate)
        if (reason := rare(self.what, *real)) is not None:
            return reason, None
        lacking = rarer(self.what, made, real)
        return lacking, lacking
