"""Notes as events: note-on, note-off, velocity and time shift, one number each (Oore 2018)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from menura.audio.pairing import note_ends
from menura.audio.score import LONGEST_S, Note, Score
from menura.foundation.errors import UsageError
from menura.representations._event_alphabet import (
    N_PITCHES,
    VELOCITY_UNSAID,
    EventAlphabet,
    check_times_and_velocities,
)
from menura.representations._score_contract import Events

DRUMS = 128  # the instrument after the 128 programs


@dataclass(frozen=True)
class NotesConfig:
    """The vocabulary, in the order of its numbers: 128 note-ons, 128 note-offs, `n_shifts` time
    shifts of 1, 2, … steps, `n_velocities` velocities, and, if asked for, 129 instruments.

    The defaults are the 388 events of Oore et al. 2018, "This Time with Feeling", section 3.3:
    steps of 10 ms, shifts up to a second, 32 velocities.

    steps_per_second: quantisation of time; at least 11, so that onsets keep within 50 ms.
    n_velocities: quantisation of velocity, 1…128.
    instruments: also say the program of the notes that follow, or that they are drums (as Gardner
        et al. 2022, "MT3"). Without it all is played by program 0, and drums are left out.
    """

    steps_per_second: int = 100
    n_shifts: int = 100
    n_velocities: int = 32
    instruments: bool = False

    def __post_init__(self) -> None:
        check_times_and_velocities(self.steps_per_second, self.n_shifts, self.n_velocities)


class _Stroke(NamedTuple):
    """A key going down or up, in the order events say them: by step, up before down."""

    step: int
    is_on: bool
    instrument: int
    pitch: int
    velocity: int  # its class


@dataclass
class _Key:
    """What happened to a key of an instrument: (step, is it a note-on), and how hard."""

    events: list[tuple[float, bool]] = field(default_factory=list)
    velocities: list[int] = field(default_factory=list)


class Notes(EventAlphabet):
    """A score as one row of event numbers.

    The way back is exact to half a step in time (a note lasts a step at least) and half a class in
    velocity. Notes of one pitch that overlap return with their ends in the order of their starts.
    Tempo and key are not kept.
    """

    Config = NotesConfig
    n_pitch_kinds = 2
    config: NotesConfig

    @property
    def _n_more(self) -> int:
        return DRUMS + 1 if self.config.instruments else 0

    def encode(self, score: Score) -> Events:
        """Event numbers, [1, 1, events]; of an empty score, none.

        Raises UsageError for a score of more than 24 hours.
        """
        if score.duration_s > LONGEST_S:
            raise UsageError(f"a score of {score.duration_s / 3600:.0f} hours; at most 24")
        numbers = np.fromiter(self._said(sorted(self._strokes(score))), np.int64)
        return torch.from_numpy(numbers.astype(np.float32))[None, None]

    def decode(self, events: Events) -> Score:
        """The notes of any row of event numbers.

        A note-off of a key that is not down is passed over; a note that nothing ends sounds until
        the last event. Raises UsageError for a number that is not in the vocabulary.
        """
        keys: defaultdict[tuple[int, int], _Key] = defaultdict(_Key)
        step = instrument = 0
        velocity = self._velocity_class(VELOCITY_UNSAID)
        for number in self._numbers(events).tolist():
            if number < 2 * N_PITCHES:
                is_on, pitch = number < N_PITCHES, number % N_PITCHES
                key = keys[instrument, pitch]
                key.events.append((step, is_on))
                if is_on:
                    key.velocities.append(velocity)
            elif number < self._first_velocity:
                step += number - 2 * N_PITCHES + 1
            elif number < self._first_more:
                velocity = number - self._first_velocity
            else:
                instrument = number - self._first_more
        return Score(tuple(self._notes(keys, step)))

    def _of_drums(self, numbers: Int64[Tensor, "events"]) -> Bool[Tensor, "events"]:
        """Which events come while drums are played."""
        if not self.config.instruments:
            return torch.zeros_like(numbers, dtype=torch.bool)
        says = numbers >= self._first_more
        places = torch.where(says, torch.arange(len(numbers)), -1).cummax(0).values
        drums = numbers[places.clamp(min=0)] == self._first_more + DRUMS
        return drums & (places >= 0)

    def _strokes(self, score: Score) -> Iterator[_Stroke]:
        rate = self.config.steps_per_second
        for note in score.notes:
            if note.is_drum and not self.config.instruments:
                continue
            program = DRUMS if note.is_drum else note.program
            instrument = program if self.config.instruments else 0
            start = round(note.start_s * rate)
            end = max(start + 1, round(note.end_s * rate))
            velocity = self._velocity_class(note.velocity)
            yield _Stroke(start, True, instrument, note.pitch, velocity)
            yield _Stroke(end, False, instrument, note.pitch, velocity)

    def _said(self, strokes: list[_Stroke]) -> Iterator[int]:
        """Strokes in words: what has not changed since the last is not said again."""
        velocity, instrument = -1, 0
        steps = [0, *(stroke.step for stroke in strokes)]
        for stroke, (before, now) in zip(strokes, pairwise(steps), strict=True):
            yield from self._shifts(now - before)
            if stroke.instrument != instrument:
                instrument = stroke.instrument
                yield self._first_more + instrument
            if stroke.is_on and stroke.velocity != velocity:
                velocity = stroke.velocity
                yield self._first_velocity + velocity
            yield stroke.pitch + (0 if stroke.is_on else N_PITCHES)

    def _notes(self, keys: dict[tuple[int, int], _Key], last: int) -> Iterator[Note]:
        rate = self.config.steps_per_second
        for (instrument, pitch), key in keys.items():
            starts = [step for step, is_on in key.events if is_on]
            ends = note_ends(key.events)
            for start, end, velocity in zip(starts, ends, key.velocities, strict=True):
                stop = max(start + 1, last if end is None else end)
                is_drum = instrument == DRUMS
                program = 0 if is_drum else instrument
                loudness = self._velocity(velocity)
                yield Note(start / rate, stop / rate, pitch, loudness, program, is_drum)
