"""A representation and a model, bound: what systems of sound and of notes have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch

from menura.audio import Clip
from menura.foundation.errors import UsageError, unknown_name
from menura.foundation.seeds import derive
from menura.models import Model
from menura.models.contract import Conditioned, Sampling
from menura.representations import Representation, ScoreRepresentation
from menura.systems.format import Description

P = TypeVar("P")
LONGEST_S = 86_400.0


@dataclass
class BoundSystem(ABC):
    """Makes clips at its own rate and channels.

    Equal seeds give equal clips; lengths are exact to the sample. temperature scales the
    randomness: 0 takes the likeliest. label is one of `labels`; guidance is how strictly it is
    followed: 1 as learnt, more is stricter. None is the system's own, and no label.
    """

    description: Description
    representation: Representation | ScoreRepresentation
    model: Model

    @property
    def sample_rate(self) -> int:
        return self.representation.sample_rate

    @property
    def n_audio_channels(self) -> int:
        return self.representation.n_audio_channels

    @property
    def seconds(self) -> float:
        """The length it makes when none is asked for."""
        return self.description.seconds

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can be asked for by name."""
        return self.description.labels

    @abstractmethod
    def generate(
        self,
        n: int,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
    ) -> list[Clip]:
        """n clips from nothing, with the seeds seed, seed + 1, …: each can be made again alone.

        Raises UsageError if the model does not generate, or has not learnt the label.
        """

    @abstractmethod
    def continue_(
        self,
        seed_clip: Clip,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
    ) -> Clip:
        """The seed clip, and `seconds` of new music after it."""

    def has(self, power: type) -> bool:
        return isinstance(self.model, power)

    def _power(self, power: type[P], verb: str) -> P:
        if not isinstance(self.model, power):
            raise UsageError(f"a {self.description.recipe} system cannot {verb}")
        return self.model

    @contextmanager
    def _playing(self) -> Iterator[None]:
        """Evaluation mode without gradients; the mode is put back, so previews cannot disturb."""
        was_training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self.model.train(was_training)

    def _sampling(
        self, temperature: float | None, label: str | None, guidance: float | None
    ) -> Sampling:
        if temperature is None:
            temperature = self.description.temperature
        if not 0 <= temperature <= 100:
            raise UsageError(f"a temperature must be 0…100, not {temperature:g}")
        if not isinstance(self.model, Conditioned) or not self.labels:
            if label is not None or guidance is not None:
                raise UsageError(
                    f"this {self.description.recipe} system has learnt no labels to follow; "
                    "ask for no label and no guidance"
                )
            return Sampling(temperature)
        if label is None:
            if guidance is not None:
                raise UsageError("guidance says how strictly a label is followed; give a label too")
            return Sampling(temperature)
        if label not in self.labels:
            raise unknown_name("label", label, list(self.labels))
        if guidance is None:
            guidance = self.model.usual_guidance()
        if not 0 <= guidance <= 100:
            raise UsageError(f"guidance must be 0…100, not {guidance:g}")
        return Sampling(temperature, torch.tensor([label == one for one in self.labels]), guidance)

    def _samples(self, seconds: float) -> int:
        if not 0 < seconds <= LONGEST_S:
            raise UsageError(f"a length of {seconds:g} s: give above 0, at most a day (86400)")
        return round(seconds * self.sample_rate)


def music_rng(seed: int) -> torch.Generator:
    """On the CPU, whatever the device, so that a seed means the same music everywhere."""
    return torch.Generator().manual_seed(derive(seed, "music"))
