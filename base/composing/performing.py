"""From paper to playing: tempo that breathes, hands that are not exact, keys that are let go.

What is shaped and by how much follows what performers were measured to do: slower at the ends of
phrases, louder towards their middle, the melody louder and some hundredths of a second ahead of its
accompaniment (Goebl 2001; Todd 1992).
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from composing.forms import Ground
from composing.tones import Part, Tone
from menura.audio import Note, Score

GRID = 0.25  # of the tempo curve, in quarter notes
LONGEST_PEDAL_S = 3.0
SHARE = {"staccato": 0.4, "detached": 0.7, "plain": 0.92, "legato": 1.0, "pedal": 0.95, "held": 1.0}


@dataclass(frozen=True)
class Manner:
    """How a piece is played.

    velocity: of a middling note. range: velocities between soft and loud sections, each way.
    rubato: how much slower the end of a phrase is (0: strict). ritardando: whether the piece slows
    down at its end. jitter_s: deviation of onsets. uneven: deviation of velocities. swing: how much
    later the second of two notes is, as a share of swing_unit (quarter notes). spread_s: from the
    lowest to the highest note of a chord.
    """

    velocity: float = 64.0
    range: float = 10.0
    rubato: float = 0.08
    ritardando: bool = True
    jitter_s: float = 0.008
    uneven: float = 4.0
    swing: float = 0.0
    swing_unit: float = 0.5
    spread_s: float = 0.006
    lead_s: float = 0.012


def perform(ground: Ground, parts: Iterable[Part], manner: Manner, rng: Random) -> Score:
    """The parts as they are played: notes in seconds."""
    clock = _Clock(ground, manner, rng)
    changes = [clock.seconds(beat) for beat in ground.changes()]
    notes: list[Note] = []
    for part in parts:
        notes += _played(part, ground, manner, clock, changes, rng)
    return Score(tuple(untangled(notes)), tempo_bpm=ground.bpm, key=ground.key.signature)


def untangled(notes: Iterable[Note]) -> list[Note]:
    """No key is struck while it is down: the earlier note ends first. Of two notes that begin
    together on one key, the louder stays."""
    keys: dict[tuple[int, bool, int], list[Note]] = defaultdict(list)
    for note in sorted(notes):
        keys[note.program, note.is_drum, note.pitch].append(note)
    found: list[Note] = []
    for strokes in keys.values():
        apart: list[Note] = []
        for note in strokes:
            if apart and note.start_s - apart[-1].start_s < 0.03:
                loudest = max(note, apart[-1], key=lambda one: one.velocity)
                apart[-1] = replace(loudest, end_s=max(note.end_s, apart[-1].end_s))
                continue
            if apart and apart[-1].end_s > note.start_s - 0.012:
                last_s = max(apart[-1].start_s + 0.01, note.start_s - 0.012)
                apart[-1] = replace(apart[-1], end_s=last_s)
            apart.append(note)
        found += apart
    return sorted(found)


class _Clock:
    """Beats to seconds: a tempo that slows down where phrases and the piece end, and wanders."""

    def __init__(self, ground: Ground, manner: Manner, rng: Random):
        self._swing, self._unit = manner.swing, manner.swing_unit
        n = math.ceil(ground.length / GRID) + round(16 / GRID)
        ends = [section.end for section in ground.sections]
        wander, self._times = 0.0, [0.0]
        for step in range(n):
            beat = step * GRID
            index = min(bisect_right(ends, beat), len(ends) - 1)
            section = ground.sections[index]
            place = min(1.0, (beat - section.start) / section.length)
            # Todd's arch: fastest in the middle, and the end held back more than the beginning.
            slower = manner.rubato * ((2 * place - 1) ** 2 * (1.3 if place > 0.5 else 0.6) - 0.3)
            wander = 0.9 * wander + rng.gauss(0, 0.12 * manner.rubato)
            slower += wander
            if manner.ritardando:
                left = ground.length - beat
                slower += 0.7 * max(0.0, 1 - max(left, 0.0) / (1.2 * ground.metre.length)) ** 1.5
            self._times.append(self._times[-1] + GRID * 60 / ground.bpm * (1 + slower))

    def seconds(self, beat: float) -> float:
        place = max(0.0, self._swung(beat)) / GRID
        index = min(int(place), len(self._times) - 2)
        before, after = self._times[index], self._times[index + 1]
        return before + (after - before) * (place - index)

    def _swung(self, beat: float) -> float:
        if not self._swing:
            return beat
        pair = 2 * self._unit
        within = beat % pair
        middle = self._unit * (1 + self._swing)
        if within <= self._unit:
            return beat - within + within * middle / self._unit
        return beat - within + middle + (within - self._unit) * (pair - middle) / self._unit


def _played(
    part: Part,
    ground: Ground,
    manner: Manner,
    clock: _Clock,
    changes: Sequence[float],
    rng: Random,
) -> list[Note]:
    notes = []
    together: dict[float, list[int]] = defaultdict(list)
    for tone in part.tones:
        together[round(tone.start, 3)].append(tone.pitch)
    ends = [section.end for section in ground.sections]
    middle = _mean_pitch(part.tones)
    for tone in sorted(part.tones):
        chord = sorted(together[round(tone.start, 3)])
        rank = chord.index(tone.pitch) / max(1, len(chord) - 1) if len(chord) > 1 else 0.0
        start = clock.seconds(tone.start) + rng.gauss(0, manner.jitter_s) + rank * manner.spread_s
        if part.lead:
            start -= manner.lead_s
        start = max(0.0, start)
        end = _let_go(part, tone, clock, changes, start)
        velocity = _velocity(part, tone, ground, ends, manner, middle) + rng.gauss(0, manner.uneven)
        clipped = round(min(124.0, max(8.0, velocity)))
        notes.append(Note(start, end, tone.pitch, clipped, part.program, part.is_drum))
    return notes


def _let_go(part: Part, tone: Tone, clock: _Clock, changes: Sequence[float], start: float) -> float:
    end = clock.seconds(tone.start + tone.length * SHARE[part.touch])
    if part.touch == "legato":
        end += 0.02
    if part.touch == "pedal":
        # The pedal is raised just after the harmony has changed, and then holds what sounds.
        index = bisect_right(changes, max(end, start + 0.08))
        raised = changes[index] + 0.06 if index < len(changes) else end + 1.5
        end = min(max(end, raised), start + LONGEST_PEDAL_S)
    return max(end, start + 0.03)


def _velocity(
    part: Part, tone: Tone, ground: Ground, ends: list[float], manner: Manner, middle: float
) -> float:
    section = ground.sections[min(bisect_right(ends, tone.start + 1e-6), len(ends) - 1)]
    place = min(1.0, max(0.0, (tone.start - section.start) / section.length))
    arch = math.sin(math.pi * place) - 0.5
    shape = (0.6 if part.lead else 0.35) * manner.range * arch
    weight = 4.0 * (ground.metre.weight(tone.start) - 0.4)
    height = 0.25 * (tone.pitch - middle) if not part.is_drum else 0.0
    level = manner.range * section.level
    return manner.velocity + part.balance + tone.force + level + shape + weight + height


def _mean_pitch(tones: Sequence[Tone]) -> float:
    return sum(tone.pitch for tone in tones) / max(1, len(tones))
