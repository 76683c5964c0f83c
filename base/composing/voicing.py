"""From chords to keys: voices that move as little as they can."""

from random import Random

from composing.chords import Chord, Span

Voicing = tuple[int, ...]


def pitches_of(classes: tuple[int, ...], low: int, high: int) -> list[int]:
    """All pitches from low to high that belong to pitch classes, upwards."""
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]


def nearest(classes: tuple[int, ...], pitch: int, low: int = 0, high: int = 127) -> int:
    """The nearest pitch of the classes within low…high; the lower of two."""
    there = pitches_of(classes, low, high) or pitches_of(classes, low, low + 11)
    return min(there, key=lambda one: (abs(one - pitch), one))


def bass_pitch(chord: Chord, low: int, high: int, before: int | None = None) -> int:
    """The lowest tone of the chord within low…high, near the one before."""
    return nearest((chord.bass,), (low + high) // 2 if before is None else before, low, high)


def voicings(
    spans: tuple[Span, ...], n_voices: int, low: int, high: int, rng: Random
) -> list[Voicing]:
    """n_voices pitches for each span, upwards, within low…high where they fit.

    The top voice of the first chord lies somewhere in the middle; every later chord is the one, of
    all close and dropped positions, that moves the voices least.
    """
    found: list[Voicing] = []
    centre = low + (high - low) * (0.35 + 0.4 * rng.random())
    for span in spans:
        choices = _positions(span.chord, n_voices, low, high)
        if not found:
            found.append(min(choices, key=lambda one: abs(sum(one) / len(one) - centre)))
            continue
        before = found[-1]
        found.append(min(choices, key=lambda one: _motion(before, one, centre)))
    return found


def _motion(before: Voicing, after: Voicing, centre: float) -> float:
    """Semitones that the voices move, and a little for drifting away from the middle."""
    moved = sum(abs(a - b) for a, b in zip(before, after, strict=False))
    # Outer voices that move in parallel octaves or fifths sound like one voice fewer.
    parallel = (
        (before[-1] - before[0]) % 12 in (0, 7)
        and before[0] != after[0]
        and ((before[-1] - before[0]) == (after[-1] - after[0]))
    )
    return moved + 0.3 * abs(sum(after) / len(after) - centre) + 4.0 * parallel


def _positions(chord: Chord, n_voices: int, low: int, high: int) -> list[Voicing]:
    tones = chord.tones
    if len(tones) > n_voices:
        # The fifth says least; then the root, which the bass has.
        order = [tone for at, tone in enumerate(tones) if at != 2] if len(tones) > 3 else tones
        tones = tuple(order[-n_voices:]) if len(order) > n_voices else tuple(order)
    found = []
    for bottom in pitches_of(tones, low, high):
        close = [bottom]
        while len(close) < n_voices:
            close.append(next(p for p in range(close[-1] + 1, close[-1] + 13) if p % 12 in tones))
        found.append(tuple(close))
        if n_voices >= 4:
            dropped = {close[-2] - 12, *close[:-2], close[-1]}
            if len(dropped) == n_voices:
                found.append(tuple(sorted(dropped)))
    fitting = [one for one in found if low <= one[0] and one[-1] <= high]
    return fitting or found[:1]
