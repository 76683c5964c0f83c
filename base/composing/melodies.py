"""Melodies: motifs that come again, phrases that rise and fall and breathe."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from composing.chance import weighted
from composing.chords import Span, at
from composing.metres import Metre
from composing.tones import Tone
from composing.voicing import nearest, pitches_of

SIMPLE = (
    (1.0,),
    (0.5, 0.5),
    (0.75, 0.25),
    (0.25, 0.25, 0.5),
    (0.5, 0.25, 0.25),
    (0.25,) * 4,
    (1 / 3,) * 3,
    (2.0,),
    (4.0,),
    (3.0, 1.0),
    (1.5, 0.5),
    (0.5, 1.0, 0.5),
    (0.25, 0.75),
    (0.25, 0.5, 0.25),
)
COMPOUND = (
    (1.5,),
    (1.0, 0.5),
    (0.5,) * 3,
    (0.75, 0.25, 0.5),
    (0.5, 1.0),
    (0.25,) * 6,
    (3.0,),
    (2.5, 0.5),
    (0.5, 0.25, 0.25, 0.5),
)
FORMS = {"aabc": 3, "abac": 3, "aaab": 2, "abab": 2, "aabb": 1, "abcd": 1, "abcb": 1}
CONTOURS: dict[str, Callable[[float], float]] = {
    "arch": lambda x: math.sin(math.pi * x),
    "fall": lambda x: 1 - 1.6 * x,
    "rise": lambda x: 1.6 * x - 0.6,
    "wave": lambda x: math.sin(3 * math.pi * x),
    "valley": lambda x: 0.6 - math.sin(math.pi * x),
}


@dataclass(frozen=True)
class Style:
    """low, high: its range. activity: notes a quarter. leaps: 0, mostly steps … 1, as many leaps.

    breath: share of the last bar that is silent.
    """

    low: int
    high: int
    activity: float = 1.5
    leaps: float = 0.3
    breath: float = 0.25


def melody(spans: tuple[Span, ...], metre: Metre, style: Style, rng: Random) -> list[Tone]:
    """A phrase over chords, from beat 0 to the end of the last one, less a breath."""
    n_bars = round(spans[-1].end / metre.length)
    unit = 2 if n_bars >= 8 else 1
    n_units = max(1, n_bars // unit)
    form = (weighted(rng, FORMS) * (1 + n_units // 4))[:n_units]
    writer = _Writer(spans, metre, style, rng, n_bars * metre.length)
    motifs: dict[str, list[Tone]] = {}
    tones: list[Tone] = []
    for number, letter in enumerate(form):
        start = number * unit * metre.length
        last = number == n_units - 1
        if letter in motifs and not (last and rng.random() < 0.5):
            made = writer.again(motifs[letter], start)
        else:
            made = writer.new(start, unit)
            motifs.setdefault(letter, [_at_zero(tone, start) for tone in made])
        tones += made
    return _closed(tones, spans, metre, style)


def rhythm(metre: Metre, activity: float, n_bars: int, rng: Random) -> list[float]:
    """Lengths that fill n_bars, about `activity` notes a quarter."""
    lengths: list[float] = []
    pulse = 1.5 if metre.compound else 1.0
    cells = COMPOUND if metre.compound else SIMPLE
    for _ in range(n_bars):
        left = metre.pulse_lengths()
        while left:
            if left[0] != pulse:  # the long beat of a limping bar
                lengths += [left.pop(0)]
                continue
            room = sum(left) if all(one == pulse for one in left) else pulse
            fitting = {
                cell: math.exp(-2.2 * abs(len(cell) * pulse / sum(cell) - activity * pulse))
                * (0.35 if abs(cell[0] - 1 / 3) < 0.01 else 1.0)
                for cell in cells
                if sum(cell) <= room + 1e-6
            }
            cell = weighted(rng, fitting)
            lengths += cell
            left = left[round(sum(cell) / pulse) :]
    return lengths


class _Writer:
    """Chooses pitches one after the other."""

    def __init__(
        self, spans: tuple[Span, ...], metre: Metre, style: Style, rng: Random, length: float
    ):
        self.spans, self.metre, self.style, self.rng = spans, metre, style, rng
        self.length = length
        self.contour = CONTOURS[rng.choice(list(CONTOURS))]
        self.middle = style.low + (style.high - style.low) * (0.35 + 0.25 * rng.random())
        self.swing = (style.high - style.low) * (0.2 + 0.35 * rng.random())
        self.last = nearest(spans[0].chord.tones, round(self.middle), style.low, style.high)
        self.leap = 0

    def new(self, start: float, n_bars: int) -> list[Tone]:
        tones, beat = [], start
        for length in rhythm(self.metre, self.style.activity, n_bars, self.rng):
            self._step(self._draw(beat, length))
            tones.append(Tone(beat, length, self.last))
            beat += length
        return tones

    def again(self, motif: list[Tone], start: float) -> list[Tone]:
        """The motif from another degree: its rhythm and its steps, on the chords that are here."""
        shift = self.rng.choice((0, 0, 0, 1, -1, 2, -2))
        tones: list[Tone] = []
        before: Tone | None = None
        for tone in motif:
            beat = start + tone.start
            chord = at(self.spans, beat).chord
            strong = self.metre.weight(beat) >= 0.5
            if before is None:
                wanted = tone.pitch + 2 * shift
            else:
                wanted = tones[-1].pitch + tone.pitch - before.pitch
            classes = chord.tones if strong and self.rng.random() < 0.7 else chord.scale
            pitch = nearest(classes, wanted, self.style.low, self.style.high)
            tones.append(Tone(beat, tone.length, pitch))
            before = tone
        if tones:
            self._step(tones[-1].pitch)
        return tones

    def _step(self, pitch: int) -> None:
        self.leap, self.last = pitch - self.last, pitch

    def _draw(self, beat: float, length: float) -> int:
        chord, style = at(self.spans, beat).chord, self.style
        target = self.middle + self.swing * self.contour(beat / self.length)
        strong = self.metre.weight(beat) >= 0.5 or length >= 1.5
        near = pitches_of(
            chord.scale, max(style.low, self.last - 9), min(style.high, self.last + 9)
        )
        weights: dict[int, float] = {}
        for pitch in near or [nearest(chord.scale, self.last, style.low, style.high)]:
            gap = pitch - self.last
            weight = math.exp(-abs(gap) / (1.6 + 3.5 * style.leaps))
            weight *= (7.0 if strong else 1.8) if pitch % 12 in chord.tones else 1.0
            weight *= math.exp(-(((pitch - target) / 6) ** 2))
            weight *= 0.35 if gap == 0 else 1.0
            if abs(self.leap) >= 5 and gap * self.leap < 0 and abs(gap) <= 2:
                weight *= 4.0  # a leap is filled by a step back
            elif 0 < abs(self.leap) <= 2 and gap:
                weight *= 1.9 if gap * self.leap > 0 else 0.7  # a step goes on as it began
            weights[pitch] = weight + 1e-9
        return weighted(self.rng, weights)


def _at_zero(tone: Tone, start: float) -> Tone:
    return Tone(tone.start - start, tone.length, tone.pitch)


def _closed(tones: list[Tone], spans: tuple[Span, ...], metre: Metre, style: Style) -> list[Tone]:
    """The last bar rests on a tone of its chord, and then breathes."""
    end = spans[-1].end
    last_bar = end - metre.length
    # The last note begins on the last strong beat at which one does.
    heads = [t for t in tones if t.start >= last_bar - 1e-6 and metre.weight(t.start) >= 0.5]
    if not heads:
        return tones
    head = heads[min(len(heads) - 1, 1 if len(heads) > 2 else 0)]
    chord = at(spans, head.start).chord
    stable = chord.tones[:3]
    length = max(0.5, end - head.start - style.breath * metre.length)
    final = Tone(head.start, length, nearest(stable, head.pitch, style.low, style.high))
    return [tone for tone in tones if tone.start < head.start - 1e-6] + [final]
