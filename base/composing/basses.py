"""Bass lines: roots and fifths, walks, riffs, long tones."""

from collections.abc import Callable
from random import Random

from composing.chords import Span, at
from composing.metres import Metre
from composing.tones import Tone
from composing.voicing import bass_pitch, nearest

Line = Callable[[tuple[Span, ...], Metre, tuple[int, int], Random], list[Tone]]
RIFFS = (
    (0.0, 0.75, 1.5, 2.0, 2.75, 3.5),
    (0.0, 1.5, 2.0, 3.5),
    (0.0, 0.5, 1.5, 2.5, 3.0),
    (0.0, 1.5, 2.5),
    (0.0, 0.75, 2.0, 2.75),
    (0.0, 2.5, 3.5),
    (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5),
)


def long_roots(
    spans: tuple[Span, ...], metre: Metre, where: tuple[int, int], rng: Random
) -> list[Tone]:
    """One tone a chord."""
    tones, before = list[Tone](), None
    for span in spans:
        before = bass_pitch(span.chord, *where, before)
        tones.append(Tone(span.start, span.length, before))
    return tones


def two_beat(
    spans: tuple[Span, ...], metre: Metre, where: tuple[int, int], rng: Random
) -> list[Tone]:
    """Root and fifth on the heavy beats, at times a step into the next chord."""
    tones, before = list[Tone](), None
    for span in spans:
        before = bass_pitch(span.chord, *where, before)
        fifth = nearest((span.chord.tones[-1],), before - 5, where[0], where[1])
        beats = _beats(span, metre)
        heavy = [b for b in beats if metre.weight(b) >= 0.7 or b == span.start]
        for number, start in enumerate(heavy):
            end = heavy[number + 1] if number + 1 < len(heavy) else span.end
            pitch = fifth if number % 2 else before
            tones.append(Tone(start, min(1.5, end - start), pitch, 3.0 * metre.weight(start)))
        coming = at(spans, span.end + 0.01)
        if rng.random() < 0.3 and span.length >= 2:
            goal = bass_pitch(coming.chord, *where, before)
            tones.append(Tone(span.end - 0.5, 0.5, goal + rng.choice((-2, -1, 2)), -3.0))
    return tones


def walking(
    spans: tuple[Span, ...], metre: Metre, where: tuple[int, int], rng: Random
) -> list[Tone]:
    """A tone a beat: from root to root by chord tones and steps, the last one next to the goal."""
    tones = list[Tone]()
    pitch = bass_pitch(spans[0].chord, *where)
    for span in spans:
        beats = _beats(span, metre)
        pitch = bass_pitch(span.chord, *where, pitch)
        goal = bass_pitch(at(spans, span.end + 0.01).chord, *where, pitch)
        for number, start in enumerate(beats):
            left = len(beats) - number
            if number and left == 1:
                pitch = goal + rng.choice((-1, 1, -2, 2))
            elif number:
                wanted = pitch + (goal - pitch) / left + rng.choice((-4, -3, 3, 4))
                classes = span.chord.tones if number % 2 == 0 else span.chord.scale
                pitch = nearest(classes, round(wanted), *where)
            end = beats[number + 1] if number + 1 < len(beats) else span.end
            tones.append(Tone(start, end - start, pitch, rng.uniform(-3, 3)))
            if rng.random() < 0.08:
                tones.append(Tone(start + 2 / 3, 1 / 3, pitch, -8.0))
    return tones


def riff(spans: tuple[Span, ...], metre: Metre, where: tuple[int, int], rng: Random) -> list[Tone]:
    """One rhythm throughout on root, octave, fifth and seventh."""
    onsets = rng.choice(RIFFS) if metre.length == 4 else metre.pulses
    colour = [0, *(rng.choice((0, 0, 12, 7, 10)) for _ in onsets[1:])]
    tones, before = list[Tone](), None
    for span in spans:
        before = bass_pitch(span.chord, *where, before)
        scale = span.chord.scale
        first = int(span.start // metre.length)
        last = int((span.end - 1e-6) // metre.length)
        places = [
            (bar * metre.length + onset, step)
            for bar in range(first, last + 1)
            for onset, step in zip(onsets, colour, strict=True)
            if span.start - 1e-6 <= bar * metre.length + onset < span.end - 1e-6
        ] or [(span.start, 0)]
        for number, (start, step) in enumerate(places):
            end = places[number + 1][0] if number + 1 < len(places) else span.end
            wanted = before + step if number else before
            pitch = nearest(scale, wanted, where[0], where[1] + 7)
            tones.append(Tone(start, min(end - start, 1.0), pitch, 5.0 * metre.weight(start)))
    return tones


def pumping(
    spans: tuple[Span, ...], metre: Metre, where: tuple[int, int], rng: Random
) -> list[Tone]:
    """Even notes on the root, on or between the beats."""
    offbeat = rng.random() < 0.4
    tones, before = list[Tone](), None
    for span in spans:
        before = bass_pitch(span.chord, *where, before)
        for number in range(round(span.length / 0.5)):
            if not offbeat or number % 2:
                start = span.start + 0.5 * number
                tones.append(Tone(start, 0.5, before, 4.0 * metre.weight(start)))
    return tones


def _beats(span: Span, metre: Metre) -> list[float]:
    step = 1.5 if metre.compound else 1.0
    n = max(1, round(span.length / step))
    return [span.start + number * step for number in range(n) if number * step < span.length]
