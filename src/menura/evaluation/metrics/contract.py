"""What every metric promises: two sets of clips in, one figure and what it rests on out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from menura.audio import Clip

Clips = Mapping[str, Clip]
"""Name → clip. The name is the file's below its folder ("rock/3"), without its suffix; pairs are
clips of one name."""

Against = Literal["real", "labelled", "training", "original", "seed"]
"""What a reference is: other real music; the same in folders by label, as the candidates are; the
sound that was learnt from; the clips, name by name, that the candidates were made from; the
beginnings, name by name, that they go on from."""


@dataclass(frozen=True)
class Measurement:
    """A figure, and what must be known to repeat it.

    embedding: what the sound was turned into, in words.
    counted: what n_reference and n_candidate count, e.g. "windows".
    details: further figures that explain the first. curves: name → one value a second.
    remarks: what the reader must know, e.g. that there were too few samples.
    of_each: candidate → its part, where the figure is the mean of these; else empty. What it would
        be with other clips is then known without measuring again.
    too_few: the sample is so small that the figure is mostly chance; a remark says of what.
    still_compares: too few, but what this adds to the figure it adds to that of every set of as
    many: between such sets it tells which is nearer.
    """

    value: float
    embedding: str
    counted: str
    n_reference: int
    n_candidate: int
    details: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    of_each: Mapping[str, float] = field(default_factory=dict)
    too_few: bool = False
    still_compares: bool = False


class Metric(ABC):
    """A figure over two sets of clips. One file a metric; its file name is its name.

    means: what the figure says, in one plain line for a reader who does not know the field; it
        ends without a full stop.
    about: which side of the music the figure is about, in a word or two: measures of one side are
        shown together.
    ideal: the best value. higher_is_better: which way is better. ideal_bounds: whether no value
        is better than the ideal. No value is below 0, and of a share none above 1.
    unit: of the value, in words; "" where it is a plain number.
    of_itself: what score(x, x) gives, within `tolerance`, for clips of a second or more that each
        keep their own timbre. It is the ideal, except where likeness itself is the fault.
    sample_rate: in Hz, to which sound is brought before it is measured.
    paired: the metric compares clips of one name, not whole sets.
    is_share: the value is a share of the clips or of what is in them, from 0 to 1.
    has_floor: whether real music measured against other real music tells something.
    against: what the reference must be for the figure to say what it is meant to.
    """

    means: ClassVar[str] = ""
    about: ClassVar[str] = "sound"
    ideal: ClassVar[float]
    higher_is_better: ClassVar[bool]
    ideal_bounds: ClassVar[bool] = True
    tolerance: ClassVar[float]
    unit: ClassVar[str] = ""
    of_itself: ClassVar[float]
    sample_rate: ClassVar[int] = 16_000
    paired: ClassVar[bool] = False
    is_share: ClassVar[bool] = False
    has_floor: ClassVar[bool] = True
    against: ClassVar[Against] = "real"

    def unavailable(self) -> str | None:
        """Why this machine cannot measure it (a library, weights), or None when it can.

        Quick: nothing is imported or opened for it.
        """
        return None

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        """Why these two sets cannot be measured, or None when they can."""
        return None

    def lacking(self, reference: Clips, candidate: Clips) -> str | None:
        """Why the candidates have nothing to measure where the reference has (notes, a beat), or
        None. They are then unsuited for this reason, and worse by it than any that have a figure.
        """
        return None

    @abstractmethod
    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        """The figure. A pure function: neither the order of the clips nor their rate matters.

        Clips are a second long or more. Raises MenuraError, with the reason of `unavailable` or
        `unsuited`, for what cannot be measured.
        """

    def value(self, reference: Clips, candidate: Clips) -> float:
        """The figure alone, for those who want it many times: of a metric that says more beside it,
        at a price, this is to be quicker."""
        return self.score(reference, candidate).value
