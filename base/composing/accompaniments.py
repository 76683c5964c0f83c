"""Textures: what an accompaniment makes of chords. All give tones in beats from 0."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from composing.chords import Span
from composing.metres import Metre
from composing.tones import Tone
from composing.voicing import bass_pitch, nearest, voicings

ORDERS = (
    (0, 1, 2, 1),
    (0, 2, 1, 2),
    (0, 1, 2, 3, 2, 1),
    (0, 1, 2, 3),
    (3, 2, 1, 0),
    (0, 2, 1, 3),
    (0, 1, 2, 3, 4, 3, 2, 1),
    (0, 2, 4, 2),
    (0, 3, 2, 1),
    (0, 1, 3, 2),
)


@dataclass(frozen=True)
class Hand:
    """Where an accompaniment lies: its range, and how many tones a chord of it has.

    step: of even notes, in quarter notes.
    """

    low: int
    high: int
    n_voices: int = 3
    step: float = 0.5


Texture = Callable[[tuple[Span, ...], Metre, Hand, Random], list[Tone]]


def held(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """Chords that last as long as their harmony."""
    chords = voicings(spans, hand.n_voices, hand.low, hand.high, rng)
    return [
        Tone(span.start, span.length, pitch)
        for span, chord in zip(spans, chords, strict=True)
        for pitch in chord
    ]


def struck(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """Chords in one rhythm of a bar, again and again."""
    onsets = _onsets(metre, rng)
    chords = voicings(spans, hand.n_voices, hand.low, hand.high, rng)
    tones = []
    for span, chord in zip(spans, chords, strict=True):
        places = [*_repeated(onsets, metre, span), span.end]
        for start, end in pairwise(places):
            force = 4.0 * metre.weight(start)
            tones += [Tone(start, min(end - start, 2.0), pitch, force) for pitch in chord]
    return tones


def broken(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """The tones of a chord one after the other, in one order throughout."""
    order = rng.choice(ORDERS)
    chords = voicings(spans, max(hand.n_voices, max(order) + 1), hand.low, hand.high, rng)
    return _in_order(spans, chords, order, hand.step, metre)


def wide(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """A nocturne's left hand: a low bass, then the chord spread over two octaves."""
    order = rng.choice(((0, 1, 2, 3, 2, 1), (0, 1, 2, 3), (0, 1, 3, 2, 4, 2), (0, 1, 2, 4, 3, 2)))
    chords, before = [], None
    for span in spans:
        before = bass_pitch(span.chord, hand.low, hand.low + 14, before)
        third = nearest((span.chord.tones[1],), before + 16)
        fifth = nearest((span.chord.tones[-1],), before + 8, before + 3)
        top = nearest(span.chord.tones, third + 4, third + 1)
        chords.append(
            tuple(sorted((before, fifth, third, top, nearest(span.chord.tones, top + 4, top + 1))))
        )
    return _in_order(spans, chords, order, hand.step, metre)


def alberti(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """Low, high, middle, high."""
    chords = voicings(spans, 3, hand.low, hand.high, rng)
    order = (0, 1, 2, 1, 2, 1) if metre.compound or metre.length == 3 else (0, 2, 1, 2)
    return _in_order(spans, chords, order, hand.step, metre)


def oompah(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """A bass on the first beat (of four, on the third too), chords on the others."""
    upper_low = max(hand.low + 10, hand.high - 14)
    chords = voicings(spans, hand.n_voices, upper_low, hand.high, rng)
    alternate = rng.random() < 0.7
    tones, before = list[Tone](), None
    for span, chord in zip(spans, chords, strict=True):
        before = bass_pitch(span.chord, hand.low, hand.low + 14, before)
        fifth = nearest((span.chord.tones[-1],), before - 4, max(21, hand.low - 5), before + 8)
        for number, start in enumerate(_pulses(metre, span)):
            heavy = metre.weight(start) >= 0.7
            if heavy or number == 0:
                low = fifth if alternate and metre.weight(start) < 1 and number else before
                tones.append(Tone(start, 0.9, low, 4.0))
            if not heavy or metre.compound:
                late = start + (0.5 if metre.compound else 0.0)
                tones += [Tone(late, 0.45, pitch, -3.0) for pitch in chord]
    return tones


def stride(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """Bass octaves and chords in turn, as in ragtime."""
    tones = []
    for tone in oompah(spans, metre, hand, rng):
        tones.append(tone)
        if tone.force > 0 and tone.pitch - 12 >= 24:
            tones.append(Tone(tone.start, tone.length, tone.pitch - 12, tone.force))
    return tones


def pulsing(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """The chord repeated in even notes."""
    chords = voicings(spans, hand.n_voices, hand.low, hand.high, rng)
    tones = []
    for span, chord in zip(spans, chords, strict=True):
        for start in _steps(span, hand.step):
            force = 5.0 * metre.weight(start) - 2
            tones += [Tone(start, hand.step, pitch, force) for pitch in chord]
    return tones


def rocking(spans: tuple[Span, ...], metre: Metre, hand: Hand, rng: Random) -> list[Tone]:
    """Octaves or fifths that rock in even notes: an engine."""
    tones, before = list[Tone](), None
    for span in spans:
        before = bass_pitch(span.chord, hand.low, hand.low + 14, before)
        other = before + 12
        for number, start in enumerate(_steps(span, hand.step)):
            tones.append(Tone(start, hand.step, other if number % 2 else before))
    return tones


def _in_order(
    spans: tuple[Span, ...],
    chords: list[tuple[int, ...]],
    order: tuple[int, ...],
    step: float,
    metre: Metre,
) -> list[Tone]:
    """The order begins anew with every chord and every bar."""
    tones = []
    for span, chord in zip(spans, chords, strict=True):
        for start in _steps(span, step):
            bar = start - start % metre.length
            place = round((start - max(span.start, bar)) / step)
            pitch = chord[order[place % len(order)] % len(chord)]
            tones.append(Tone(start, step, pitch, 5.0 * metre.weight(start) - 2))
    return tones


def _steps(span: Span, step: float) -> list[float]:
    """Whole steps into the span, and where it is shorter than one, its start."""
    return [span.start + number * step for number in range(max(1, round(span.length / step)))]


def _pulses(metre: Metre, span: Span) -> list[float]:
    return _repeated(metre.pulses, metre, span)


def _repeated(onsets: tuple[float, ...], metre: Metre, span: Span) -> list[float]:
    """Places of a bar wherever the span covers them, and its start in any case."""
    first, last = int(span.start // metre.length), int(span.end // metre.length)
    places = {bar * metre.length + onset for bar in range(first, last + 1) for onset in onsets}
    inside = {place for place in places if span.start - 1e-6 <= place < span.end - 1e-6}
    return sorted(inside | {span.start})


def _onsets(metre: Metre, rng: Random) -> tuple[float, ...]:
    if metre.compound or metre.length != 4:
        return metre.pulses
    return rng.choice(
        (
            (0.0, 1.0, 2.0, 3.0),
            (0.0, 1.5, 2.5),
            (0.0, 2.0),
            (0.0, 1.5, 3.0),
            (0.5, 1.5, 2.5, 3.5),
            (0.0, 0.75, 1.5, 2.5, 3.0),
            (0.0, 1.5, 2.0, 3.5),
            (1.0, 3.0),
        )
    )
