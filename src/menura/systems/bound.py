"""A representation and a model, bound: what systems of sound and of notes have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import torch

from menura.foundation.devices import Compute, choose
from menura.foundation.errors import UsageError, unknown_name
from menura.foundation.seeds import derive
from menura.models import Model, powers_of
from menura.models.contract import Conditioned, Sampling
from menura.representations import Representation, ScoreRepresentation
from menura.systems.contract import System
from menura.systems.format import Description
from menura.systems.prompts import Prompt, match_labels

P = TypeVar("P")
LONGEST_S = 86_400.0


@dataclass
class BoundSystem(System):
    """What a run trained, as `System` says."""

    description: Description
    representation: Representation | ScoreRepresentation
    model: Model
    compute: Compute = field(default=Compute(), init=False)

    @property
    def recipe(self) -> str:
        return self.description.recipe

    @property
    def powers(self) -> tuple[str, ...]:
        return powers_of(type(self.model))

    @property
    def licence(self) -> str:
        return ""

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

    def reads(self, prompt: Prompt) -> str:
        """The labels that the words name, and which words it leaves."""
        if not self._is_conditioned:
            return super().reads(prompt)
        labels, ignored = self._named(prompt), match_labels(prompt.wanted, self.labels).ignored
        said = f"--prompt: follows the label{'s'[: len(labels) - 1]} {', '.join(labels)}"
        said += f"; ignored: {' '.join(ignored)}" if ignored else ""
        return said + (f"; cannot leave out: {prompt.unwanted}" if prompt.unwanted else "")

    def compute_on(self, device: str, precision: str, *, compiled: bool = False) -> None:
        """Make music there from now on. "auto" takes the CPU and float32 for what would gain
        nothing elsewhere (see `Model.plays_in_parallel`).

        compiled: the network is compiled when it is first used, which takes longer than many clips.

        Raises UsageError for what is unknown or what it cannot, MenuraError for a device that is
        not there.
        """
        gains = self.model.plays_in_parallel
        if not gains and (precision == "bfloat16" or compiled):
            asked = "--compile" if compiled else "--precision bfloat16"
            raise UsageError(
                f"{asked}: a {self.recipe} system is played in float32, as it is; leave it out"
            )
        if device == "auto" and not gains:
            device = "cpu"
        compute = choose(device, precision, gains_from_bfloat16=gains)
        for part in (self.representation, self.model):
            part.to(compute.device)
        self.model.play_in(compute.precision, compiled=compiled)
        self.compute = compute

    def has(self, power: type) -> bool:
        return isinstance(self.model, power)

    def _power(self, power: type[P], verb: str) -> P:
        if not isinstance(self.model, power):
            raise self._cannot(verb)
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
        self,
        temperature: float | None,
        label: str | None,
        guidance: float | None,
        words: Prompt | str | None,
    ) -> Sampling:
        if temperature is None:
            temperature = self.description.temperature
        if not 0 <= temperature <= 100:
            raise UsageError(f"a temperature must be 0…100, not {temperature:g}")
        wanted = self._wanted(label, Prompt.of(words))
        if not isinstance(self.model, Conditioned) or not self._is_conditioned:
            if wanted or guidance is not None:
                raise UsageError(
                    f"this {self.recipe} system has learnt no labels to follow; "
                    "ask for no label and no guidance"
                )
            return Sampling(temperature)
        if not wanted:
            if guidance is not None:
                raise UsageError("guidance says how strictly a label is followed; give a label too")
            return Sampling(temperature)
        if guidance is None:
            guidance = self.model.usual_guidance()
        if not 0 <= guidance <= 100:
            raise UsageError(f"guidance must be 0…100, not {guidance:g}")
        return Sampling(temperature, torch.tensor([one in wanted for one in self.labels]), guidance)

    @property
    def _is_conditioned(self) -> bool:
        return isinstance(self.model, Conditioned) and bool(self.labels)

    def _wanted(self, label: str | None, prompt: Prompt | None) -> tuple[str, ...]:
        """The labels that are asked for, by name or in words."""
        if prompt is not None and label is not None:
            raise UsageError("a label and a prompt both say what is wanted; give one of them")
        if prompt is not None:
            return self._named(prompt) if self._is_conditioned else (prompt.wanted,)
        if label is None:
            return ()
        if self._is_conditioned and label not in self.labels:
            raise unknown_name("label", label, list(self.labels))
        return (label,)

    def _named(self, prompt: Prompt) -> tuple[str, ...]:
        labels = match_labels(prompt.wanted, self.labels).labels
        if not labels:
            raise UsageError(
                f"--prompt: no word of {prompt.wanted!r} names a label of this {self.recipe} "
                f"system (there is: {', '.join(self.labels)})"
            )
        return labels

    def _samples(self, seconds: float) -> int:
        if not 0 < seconds <= LONGEST_S:
            raise UsageError(f"a length of {seconds:g} s: give above 0, at most a day (86400)")
        return round(seconds * self.sample_rate)


def music_rng(seed: int) -> torch.Generator:
    """On the CPU, whatever the device, so that a seed means the same music everywhere."""
    return torch.Generator().manual_seed(derive(seed, "music"))
