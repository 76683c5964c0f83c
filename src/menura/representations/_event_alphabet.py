"""What alphabets of note events have in common: pitches, time shifts and velocities, in this order,
then what each has of its own."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

from menura.foundation.errors import UsageError
from menura.representations._score_contract import Events, ScoreRepresentation
from menura.representations.contract import Promise, Spec

N_PITCHES = 128
VELOCITY_UNSAID = 80


def check_times_and_velocities(steps_per_second: int, n_shifts: int, n_velocities: int) -> None:
    """Raises ValueError for settings that make no sense."""
    if steps_per_second < 11:
        raise ValueError(f"steps_per_second must be at least 11, not {steps_per_second}")
    if n_shifts < 1:
        raise ValueError(f"n_shifts must be at least 1, not {n_shifts}")
    if not 1 <= n_velocities <= 128:
        raise ValueError(f"n_velocities must be 1…128, not {n_velocities}")


def in_range(pitch: int) -> int:
    """A pitch of 0…127: one beyond goes the other way by octaves."""
    if pitch < 0:
        return pitch % 12
    return pitch - 12 * (max(0, pitch - N_PITCHES + 12) // 12)


class EventAlphabet(ScoreRepresentation):
    """A score as one row of event numbers.

    n_pitch_kinds: events that have a pitch: a block of 128 numbers for each.
    Its Config has steps_per_second, n_shifts and n_velocities.
    """

    promise: ClassVar[Promise] = Promise("note-f1", 1.0)
    n_pitch_kinds: ClassVar[int]
    config: Any

    @property
    @abstractmethod
    def _n_more(self) -> int:
        """Events after the velocities."""

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate,
            1,
            None,
            n_classes=self._first_more + self._n_more,
            n_audio_channels=self.n_audio_channels,
        )

    def times_s(self, events: Events) -> Float64[Tensor, "events"]:
        """When each event happens, in seconds; a time shift, when it is over."""
        numbers = self._numbers(events)
        is_shift = (numbers >= self._first_shift) & (numbers < self._first_velocity)
        steps = torch.where(is_shift, numbers - self._first_shift + 1, 0)
        return steps.cumsum(0).to(torch.float64) / float(self.config.steps_per_second)

    def transposed(self, events: Events, semitones: int) -> Events:
        """The same music so many semitones higher; drums and pitches beyond 0…127 as promised."""
        numbers = self._numbers(events)
        moves = (numbers < self._first_shift) & ~self._of_drums(numbers)
        pitches = numbers % N_PITCHES + semitones
        pitches = torch.where(pitches < 0, pitches % 12, pitches)
        over = (pitches - N_PITCHES + 12).clamp(min=0) // 12
        moved = numbers // N_PITCHES * N_PITCHES + pitches - 12 * over
        return torch.where(moves, moved, numbers).to(torch.float32)[None, None]

    def _of_drums(self, numbers: Int64[Tensor, "events"]) -> Bool[Tensor, "events"]:
        """Which events come while drums are played."""
        return torch.zeros_like(numbers, dtype=torch.bool)

    @property
    def _first_shift(self) -> int:
        return self.n_pitch_kinds * N_PITCHES

    @property
    def _first_velocity(self) -> int:
        return self._first_shift + int(self.config.n_shifts)

    @property
    def _first_more(self) -> int:
        return self._first_velocity + int(self.config.n_velocities)

    def _shifts(self, n_steps: int) -> Iterator[int]:
        """A wait of any length: the longest shifts, then what is left."""
        longest = self.config.n_shifts
        for _ in range(n_steps // longest):
            yield self._first_shift + longest - 1
        if n_steps % longest:
            yield self._first_shift + n_steps % longest - 1

    def _numbers(self, events: Events) -> Int64[Tensor, "events"]:
        if events.shape[1] != 1:
            raise UsageError(f"notes are one number an event, not {events.shape[1]}")
        row = events[0, 0].detach().cpu()
        n_classes = self.spec.n_classes or 0
        # Not-a-number fails both comparisons.
        fine = (row >= 0) & (row <= n_classes - 1) & (row == row.round())
        if not fine.all():
            wrong = float(row[~fine][0])
            raise UsageError(f"{wrong:g} is no event; events are whole numbers 0…{n_classes - 1}")
        return row.to(torch.int64)

    def _velocity_class(self, velocity: int) -> int:
        return velocity * int(self.config.n_velocities) // 128

    def _velocity(self, velocity_class: int) -> int:
        """The middle of a class; at least 1, for 0 would be a note-off."""
        return max(1, (2 * velocity_class + 1) * 64 // int(self.config.n_velocities))
