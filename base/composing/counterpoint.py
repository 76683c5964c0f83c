"""Two voices that imitate each other, and four that move together."""

from random import Random

from composing.chords import Span, at
from composing.melodies import Style, melody
from composing.metres import Metre
from composing.tones import Tone
from composing.voicing import bass_pitch, nearest, pitches_of, voicings


def imitation(
    spans: tuple[Span, ...], metre: Metre, upper: Style, lower: Style, rng: Random
) -> tuple[list[Tone], list[Tone]]:
    """The lower voice takes up the upper one's beginning a bar or two later, an octave or more
    below, on the chords that are there then; before and after it goes in steps of the beat."""
    song = melody(spans, metre, upper, rng)
    delay = metre.length * rng.choice((1, 1, 2))
    length = metre.length * 2
    head = [tone for tone in song if tone.start < length]
    answer: list[Tone] = []
    period = 2 * length
    start = delay
    while start < spans[-1].end - metre.length:
        for tone in head:
            beat = start + tone.start
            if beat < spans[-1].end - 1e-6:
                chord = at(spans, beat).chord
                strong = metre.weight(beat) >= 0.5
                classes = chord.tones if strong else chord.scale
                shift = round((lower.low + lower.high - upper.low - upper.high) / 2 / 12) * 12
                pitch = nearest(classes, tone.pitch + shift, lower.low, lower.high)
                answer.append(Tone(beat, min(tone.length, spans[-1].end - beat), pitch))
        start += period
    return song, [*_steps_between(answer, spans, metre, lower), *answer]


def four_voices(
    spans: tuple[Span, ...],
    metre: Metre,
    ranges: tuple[tuple[int, int], ...],
    activity: float,
    rng: Random,
) -> list[list[Tone]]:
    """Soprano to bass: a melody, two inner voices that move little, and a bass of roots.

    ranges: (low, high) of each, from the top. Inner voices take passing tones where they have time.
    """
    top, second, third, bottom = ranges
    song = melody(spans, metre, Style(*top, activity=activity, leaps=0.25), rng)
    inner = voicings(spans, 2, third[0], second[1], rng)
    alto, tenor, bass = list[Tone](), list[Tone](), list[Tone]()
    before = None
    for number, span in enumerate(spans):
        low, high = inner[number]
        before = bass_pitch(span.chord, *bottom, before)
        coming = inner[number + 1] if number + 1 < len(spans) else inner[number]
        alto += _led(span, _fit(high, second), _fit(coming[1], second), rng, activity)
        tenor += _led(span, _fit(low, third), _fit(coming[0], third), rng, activity)
        bass += _led(span, before, _next_bass(spans, number, bottom, before), rng, activity)
    return [song, alto, tenor, bass]


def _fit(pitch: int, where: tuple[int, int]) -> int:
    while pitch < where[0]:
        pitch += 12
    while pitch > where[1]:
        pitch -= 12
    return pitch


def _next_bass(spans: tuple[Span, ...], number: int, where: tuple[int, int], before: int) -> int:
    if number + 1 == len(spans):
        return before
    return bass_pitch(spans[number + 1].chord, *where, before)


def _led(span: Span, pitch: int, goal: int, rng: Random, activity: float) -> list[Tone]:
    """The tone for the span; at times its second half steps towards the next one."""
    between = [
        p
        for p in pitches_of(span.chord.scale, min(pitch, goal), max(pitch, goal))
        if p not in (pitch, goal)
    ]
    if not between or span.length < 2 or rng.random() > 0.35 * activity:
        return [Tone(span.start, span.length, pitch)]
    step = between[len(between) // 2]
    cut = span.length - (1.0 if span.length >= 2 else 0.5)
    return [Tone(span.start, cut, pitch), Tone(span.start + cut, span.length - cut, step)]


def _steps_between(
    answer: list[Tone], spans: tuple[Span, ...], metre: Metre, lower: Style
) -> list[Tone]:
    """Tones of the chord on the beats at which the answer is silent."""
    found = []
    for span in spans:
        for number in range(max(1, round(span.length))):
            beat = span.start + number
            if not any(tone.start - 1e-6 <= beat < tone.end - 1e-6 for tone in answer):
                pitch = nearest(
                    span.chord.tones, (lower.low + lower.high) // 2 - 3 + 4 * (number % 2)
                )
                free = [tone.start - beat for tone in answer if tone.start > beat]
                found.append(Tone(beat, min([1.0, *free]), pitch, -3.0))
    return found
