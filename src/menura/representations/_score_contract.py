"""What every representation of notes promises: a score to events and back."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from jaxtyping import Float32, Float64
from torch import Tensor, nn

from menura.audio.score import Score
from menura.foundation.errors import UsageError
from menura.representations.contract import Promise, Spec

Events = Float32[Tensor, "1 features events"]


class ScoreRepresentation(nn.Module, ABC):
    """Notes as events a model can learn. What is learnt once is a buffer: saved and loaded.

    sample_rate, n_audio_channels: of the sound that the notes will be played as; the events do
    not depend on them.
    """

    Config: ClassVar[type]
    promise: ClassVar[Promise]

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__()
        if sample_rate <= 0 or n_audio_channels <= 0:
            raise UsageError(f"a rate of {sample_rate} Hz, {n_audio_channels} channels: impossible")
        self.config = config
        self.sample_rate = sample_rate
        self.n_audio_channels = n_audio_channels

    @property
    @abstractmethod
    def spec(self) -> Spec:
        """What a model must know of the events (without labels): no hop_length, an alphabet."""

    @abstractmethod
    def encode(self, score: Score) -> Events:
        """The score's events in order. Discrete ones are whole numbers, 0…n_classes - 1."""

    @abstractmethod
    def decode(self, events: Events) -> Score:
        """The score of events, also of an order that no score would give (a model may err).

        Raises UsageError for values that are no events at all.
        """

    @abstractmethod
    def times_s(self, events: Events) -> Float64[Tensor, "events"]:
        """When each event happens, in seconds: where to stop to have so many seconds of music."""

    @abstractmethod
    def transposed(self, events: Events, semitones: int) -> Events:
        """The events of the same music so many semitones higher: as many, at the same times.

        Drums stay. A pitch that would leave 0…127 goes the other way by octaves.
        """

    def fit(self, scores: Iterable[Score]) -> None:
        """Learn what must be learnt (a vocabulary) from training scores; here, nothing."""
