"""What hands do with a melody: double it, fill it with chords, ornament it; and runs."""

from dataclasses import replace
from random import Random

from composing.chords import Span, at
from composing.metres import Metre
from composing.tones import Tone
from composing.voicing import nearest, pitches_of


def in_octaves(tones: list[Tone], below: bool = True) -> list[Tone]:
    """Each with its octave."""
    shift = -12 if below else 12
    return [
        *tones,
        *(
            replace(t, pitch=t.pitch + shift, force=t.force - 4)
            for t in tones
            if 21 <= t.pitch + shift <= 108
        ),
    ]


def in_thirds(tones: list[Tone], spans: tuple[Span, ...], steps: int = 2) -> list[Tone]:
    """Each with the tone `steps` steps of the scale below: thirds (2) or sixths (5)."""
    found = list(tones)
    for tone in tones:
        scale = pitches_of(at(spans, tone.start).chord.scale, 12, tone.pitch - 1)
        if len(scale) >= steps and tone.pitch % 12 in at(spans, tone.start).chord.scale:
            found.append(replace(tone, pitch=scale[-steps], force=tone.force - 6))
    return found


def thickened(
    tones: list[Tone], spans: tuple[Span, ...], metre: Metre, n_below: int, low: int
) -> list[Tone]:
    """Chords beneath the melody's tones that fall on beats."""
    found = list(tones)
    for tone in tones:
        if metre.weight(tone.start) >= 0.5 or tone.length >= 1:
            classes = at(spans, tone.start).chord.tones
            below = pitches_of(classes, max(low, tone.pitch - 14), tone.pitch - 3)
            found += [replace(tone, pitch=p, force=tone.force - 8) for p in below[-n_below:]]
    return found


def ornamented(tones: list[Tone], spans: tuple[Span, ...], rng: Random, often: float) -> list[Tone]:
    """Some longer tones get a grace note, a mordent, a turn or a trill."""
    found: list[Tone] = []
    for tone in tones:
        if tone.length < 0.75 or rng.random() > often:
            found.append(tone)
            continue
        scale = at(spans, tone.start).chord.scale
        above = nearest(scale, tone.pitch + 2, tone.pitch + 1)
        below = nearest(scale, tone.pitch - 1, tone.pitch - 2, tone.pitch - 1)
        what = rng.choice(("grace", "grace", "mordent", "turn", "trill"))
        if what == "grace":
            short = 0.08
            found.append(Tone(tone.start, short, above, -10))
            found.append(replace(tone, start=tone.start + short, length=tone.length - short))
            continue
        if what == "mordent":
            order, step = [tone.pitch, above], 0.1
        elif what == "turn":
            order, step = [above, tone.pitch, below], 1 / 8
        else:
            order, step = [above, tone.pitch] * max(1, round(tone.length * 2)), 1 / 8
        order = order[: max(1, int((tone.length - 0.25) / step))]
        found += [Tone(tone.start + i * step, step, p, -6) for i, p in enumerate(order)]
        passed = len(order) * step
        found.append(replace(tone, start=tone.start + passed, length=tone.length - passed))
    return found


def runs(
    spans: tuple[Span, ...], metre: Metre, low: int, high: int, step: float, rng: Random
) -> list[Tone]:
    """Even notes up and down scales and chords, turning here and there, from beat 0 to the end."""
    tones: list[Tone] = []
    pitch = nearest(spans[0].chord.tones, (low + high) // 2)
    direction, left, by_chord = 1, 0, False
    for number in range(round(spans[-1].end / step)):
        beat = number * step
        chord = at(spans, beat).chord
        if left == 0:
            direction = rng.choice((1, -1)) if low + 6 < pitch < high - 6 else -direction
            left, by_chord = rng.choice((4, 4, 6, 8, 8, 12)), rng.random() < 0.35
        if pitch >= high - 1 or pitch <= low + 1:
            direction = -1 if pitch >= high - 1 else 1
        classes = chord.tones if by_chord else chord.scale
        if metre.weight(beat) >= 0.7:
            pitch = nearest(chord.tones, pitch + direction, low, high)
        else:
            pitch = _onward(pitches_of(classes, low, high), pitch, direction)
        tones.append(Tone(beat, step, pitch, 4.0 * metre.weight(beat)))
        left -= 1
    return tones


def _onward(ladder: list[int], pitch: int, direction: int) -> int:
    """The next of a ladder in a direction; at its end, the next the other way."""
    ahead = [one for one in ladder if (one - pitch) * direction > 0]
    return min(ahead or ladder, key=lambda one: (one == pitch, abs(one - pitch)))


def syncopated(tones: list[Tone], metre: Metre, rng: Random) -> list[Tone]:
    """Some tones on beats come half a beat early."""
    found: list[Tone] = []
    for tone in tones:
        early = metre.weight(tone.start) == 0.5 and tone.start >= 1 and rng.random() < 0.4
        free = not found or found[-1].start < tone.start - 0.55
        if early and free:
            if found and found[-1].end > tone.start - 0.5:
                found[-1] = replace(found[-1], length=max(0.2, tone.start - 0.5 - found[-1].start))
            tone = replace(tone, start=tone.start - 0.5, length=tone.length + 0.5, force=3.0)
        found.append(tone)
    return found
