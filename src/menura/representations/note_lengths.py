"""Notes as events that say how long they last: pitch, length, velocity and time shift.

After the "TSD" tokens of MidiTok (Fradet et al. 2021): no note-offs, which a model must remember
to say, and fewer events a note than `notes`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from menura.audio.score import LONGEST_S, Note, Score
from menura.foundation.errors import UsageError
from menura.representations._event_alphabet import (
    N_PITCHES,
    VELOCITY_UNSAID,
    EventAlphabet,
    check_times_and_velocities,
    in_range,
)
from menura.representations._key import scale_of
from menura.representations._score_contract import Events

LENGTH_UNSAID_S = 0.25
N_KEYS, LOWEST_KEY = 12, -6


@dataclass(frozen=True)
class NoteLengthsConfig:
    """The vocabulary, in the order of its numbers: 128 pitches, `n_shifts` time shifts of 1, 2, …
    steps, `n_velocities` velocities, `n_lengths` lengths and, with in_c, 12 keys.

    steps_per_second: quantisation of onsets; at least 11, so that they keep within 50 ms.
    n_velocities: quantisation of velocity, 1…128.
    n_lengths: at even ratios from one step to longest_s seconds.
    in_c: first say which of 12 keys the score is in; its pitches are then said as if that were
        C major or A minor. A model of little music learns a scale in one key sooner than in twelve.
    """

    steps_per_second: int = 100
    n_shifts: int = 100
    n_velocities: int = 32
    n_lengths: int = 32
    longest_s: float = 8.0
    in_c: bool = False

    def __post_init__(self) -> None:
        check_times_and_velocities(self.steps_per_second, self.n_shifts, self.n_velocities)
        if self.n_lengths < 2:
            raise ValueError(f"n_lengths must be at least 2, not {self.n_lengths}")
        if not self.longest_s * self.steps_per_second > 1:
            raise ValueError(f"longest_s must be longer than a step, not {self.longest_s:g}")


class NoteLengths(EventAlphabet):
    """A score as one row of event numbers, a pitch for each note.

    Velocity and length are said before a pitch where they are not those of the note before. The
    way back is exact to half a step in onset, half a class in velocity and in length; notes longer
    than the longest end early. All is played by program 0; drums, tempo and key are not kept. The
    last events are the time shifts from the last onset to the end.
    """

    Config = NoteLengthsConfig
    n_pitch_kinds = 1
    config: NoteLengthsConfig

    @property
    def _n_more(self) -> int:
        return self.config.n_lengths + (N_KEYS if self.config.in_c else 0)

    @property
    def _first_key(self) -> int:
        return self._first_more + self.config.n_lengths

    def encode(self, score: Score) -> Events:
        """Event numbers, [1, 1, events]; of an empty score, none.

        Raises UsageError for a score of more than 24 hours.
        """
        if score.duration_s > LONGEST_S:
            raise UsageError(f"a score of {score.duration_s / 3600:.0f} hours; at most 24")
        numbers = np.fromiter(self._said(score), np.int64)
        return torch.from_numpy(numbers.astype(np.float32))[None, None]

    def decode(self, events: Events) -> Score:
        """The notes of any row of event numbers. Raises UsageError for a number that is not in
        the vocabulary."""
        notes, step, key, rate = [], 0, 0, self.config.steps_per_second
        velocity = self._velocity_class(VELOCITY_UNSAID)
        length = self._length_class(LENGTH_UNSAID_S)
        for number in self._numbers(events).tolist():
            if number < N_PITCHES:
                start, lasts = step / rate, self._length_s(length)
                pitch = in_range(number + key)
                notes.append(Note(start, start + lasts, pitch, self._velocity(velocity)))
            elif number < self._first_velocity:
                step += number - self._first_shift + 1
            elif number < self._first_more:
                velocity = number - self._first_velocity
            elif number < self._first_key:
                length = number - self._first_more
            else:
                key = number - self._first_key + LOWEST_KEY
        return Score(tuple(notes))

    def _said(self, score: Score) -> Iterator[int]:
        rate, now, velocity, length = self.config.steps_per_second, 0, -1, -1
        key = self._key(score) if self.config.in_c else 0
        if self.config.in_c and score.notes:
            yield self._first_key + key - LOWEST_KEY
        for note in score.notes:
            if note.is_drum:
                continue
            start = round(note.start_s * rate)
            yield from self._shifts(start - now)
            now = start
            if (own := self._velocity_class(note.velocity)) != velocity:
                velocity = own
                yield self._first_velocity + velocity
            if (own := self._length_class(note.end_s - note.start_s)) != length:
                length = own
                yield self._first_more + length
            yield note.pitch - key
        ends = (note.end_s for note in score.notes if not note.is_drum)
        yield from self._shifts(max(0, round(max(ends, default=0.0) * rate) - now))

    def transposed(self, events: Events, semitones: int) -> Events:
        """The same music so many semitones higher: in another key where it says its key."""
        numbers = self._numbers(events)
        says = numbers >= self._first_key
        if not says.any():
            return super().transposed(events, semitones)
        keys = numbers - self._first_key + LOWEST_KEY + semitones
        moved = (keys - LOWEST_KEY) % N_KEYS
        octaves = int((keys - LOWEST_KEY - moved)[says][0])
        changed = torch.where(says, self._first_key + moved, numbers)
        return super().transposed(changed.to(torch.float32)[None, None], octaves)

    def _key(self, score: Score) -> int:
        """Semitones above C, −6…5; 0 where pitches would leave 0…127."""
        key = (scale_of(score) - LOWEST_KEY) % N_KEYS + LOWEST_KEY
        pitches = [note.pitch - key for note in score.notes if not note.is_drum]
        return key if all(0 <= pitch < N_PITCHES for pitch in pitches) else 0

    def _length_class(self, seconds: float) -> int:
        steps = max(1.0, seconds * self.config.steps_per_second)
        place = math.log(steps) / self._log_longest * (self.config.n_lengths - 1)
        return min(round(place), self.config.n_lengths - 1)

    def _length_s(self, length: int) -> float:
        share = length / (self.config.n_lengths - 1)
        return math.exp(share * self._log_longest) / self.config.steps_per_second

    @property
    def _log_longest(self) -> float:
        return math.log(self.config.longest_s * self.config.steps_per_second)
