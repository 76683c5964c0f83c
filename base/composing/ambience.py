"""Ambient pieces: drones, pads that drift, bells and a few notes in much space."""

from random import Random

from composing import accompaniments as acc
from composing.accompaniments import Hand
from composing.chance import between, dice, weighted
from composing.chords import Span, at
from composing.forms import Ground, Section, a_key, ground
from composing.instruments import BY_PROGRAM
from composing.melodies import Style, melody
from composing.metres import COMMON, SLOW_JIG
from composing.performing import Manner
from composing.sketch import Sketch, themes
from composing.tones import Part, Tone, Touch, within
from composing.voicing import pitches_of

MODES = {
    "minor": 3.0,
    "dorian": 3.0,
    "lydian": 3.0,
    "major": 2.0,
    "mixolydian": 1.0,
    "phrygian": 0.7,
}
BEDS = (88, 89, 91, 92, 93, 94, 95, 48, 49, 50, 52, 53, 16, 20)
DEEP = (89, 43, 38, 39, 48, 92)
BELLS = (8, 9, 10, 11, 14, 12, 46, 108)
SOLOISTS = (0, 0, 4, 5, 46, 73, 77, 40, 42, 71, 26, 24)


def ambient_piece(seconds: float, rng: Random) -> Sketch:
    """Some of: a bed of chords, a drone, sparse notes, a slow line, a quiet pattern."""
    metre = rng.choice((COMMON, COMMON, SLOW_JIG))
    key = a_key(rng, MODES)
    basis = ground("ambient", key, metre, between(rng, 44, 84), seconds, rng, phrase_bars=8)
    layers = weighted(
        rng,
        {
            ("bed",): 1,
            ("bed", "drone"): 2,
            ("bed", "drops"): 3,
            ("bed", "drone", "drops"): 2,
            ("drone", "drops"): 1,
            ("bed", "line"): 3,
            ("drone", "line"): 1,
            ("bed", "pattern"): 2,
            ("drops",): 2,
            ("pattern",): 1.5,
            ("bed", "bed", "drops"): 1.5,
            ("line", "drops"): 1,
            ("piano", "bed"): 2,
            ("piano",): 1.5,
        },
    )
    parts = [_layer(layer, basis, rng) for layer in layers]
    manner = Manner(
        velocity=rng.uniform(44, 72),
        range=rng.uniform(5, 12),
        rubato=rng.uniform(0.02, 0.12),
        jitter_s=rng.uniform(0.01, 0.03),
        uneven=rng.uniform(3, 6),
        spread_s=rng.uniform(0.01, 0.06),
    )
    return Sketch(f"ambient {' '.join(layers)}", basis, tuple(parts), manner, genre="ambient")


def _layer(layer: str, basis: Ground, rng: Random) -> Part:
    if layer == "bed":
        return _bed(basis, rng)
    if layer == "drone":
        return _drone(basis, rng)
    if layer == "line":
        return _line(basis, rng)
    if layer == "pattern":
        return _pattern(basis, rng)
    return _drops(basis, rng, (0, 0, 4) if layer == "piano" else BELLS)


def _bed(basis: Ground, rng: Random) -> Part:
    pad = BY_PROGRAM[rng.choice(BEDS)]
    low = rng.randint(max(pad.low, 43), 55)
    hand = Hand(low, min(pad.high, low + 26), rng.choice((3, 4, 4)))

    def write(section: Section, own: Random) -> list[Tone]:
        chords = acc.held(section.spans, basis.metre, hand, own)
        # Each voice comes in a little after the one below, and one may leave early.
        return [
            Tone(t.start + own.uniform(0, 0.8), max(1.0, t.length - own.uniform(0, 0.4)), t.pitch)
            for t in chords
        ]

    return Part(pad.program, tuple(themes(basis, rng, write)), -4.0, "held")


def _drone(basis: Ground, rng: Random) -> Part:
    """The tonic, and perhaps its fifth, below everything, struck anew with each section."""
    voice = BY_PROGRAM[rng.choice(DEEP)]
    fifth = rng.random() < 0.5
    root = 29 + (basis.key.tonic - 29) % 12
    tones = []
    for section in basis.sections:
        tones.append(Tone(section.start, section.length - 0.1, root))
        if fifth:
            tones.append(Tone(section.start + 1, section.length - 1.2, root + 7, -6.0))
    return Part(voice.program, tuple(within(tones, voice.low, voice.high)), -8.0, "held")


def _drops(basis: Ground, rng: Random, programs: tuple[int, ...]) -> Part:
    """Few notes, alone, in twos and threes, of the chord that is there; much of it silence."""
    voice = BY_PROGRAM[rng.choice(programs)]
    gap = between(rng, 1.0, 4.0)
    low, high = max(voice.low, 52), min(voice.high, 93)

    def write(section: Section, own: Random) -> list[Tone]:
        tones, beat = list[Tone](), own.uniform(0, gap)
        while beat < section.length - 0.5:
            tones += _gesture(section.spans, beat, low, high, own)
            beat += gap * own.choice((0.5, 1.0, 1.0, 1.5, 2.5))
        return [tone for tone in tones if tone.start < section.length]

    return Part(voice.program, tuple(themes(basis, rng, write)), 2.0, "pedal", lead=True)


def _gesture(spans: tuple[Span, ...], beat: float, low: int, high: int, rng: Random) -> list[Tone]:
    chord = at(spans, beat).chord
    there = pitches_of(chord.tones if rng.random() < 0.6 else chord.scale, low, high)
    place = min(len(there) - 1, max(0, round(rng.gauss(0.5, 0.22) * len(there))))
    shape = weighted(rng, {"one": 4.0, "two": 2.0, "rise": 1.5, "fall": 1.5, "chord": 1.5})
    if shape == "one":
        return [Tone(beat, 2.0, there[place])]
    if shape in ("two", "chord"):
        more = 1 if shape == "two" else 2
        chosen = [there[min(len(there) - 1, place + 2 * n)] for n in range(more + 1)]
        return [Tone(beat, 3.0, pitch, -3.0) for pitch in dict.fromkeys(chosen)]
    step = rng.choice((0.25, 0.5, 1 / 3))
    sign = 1 if shape == "rise" else -1
    chosen = [
        there[min(len(there) - 1, max(0, place + sign * n))] for n in range(rng.choice((3, 4)))
    ]
    return [Tone(beat + n * step, 2.0, p, -2.0 * n) for n, p in enumerate(dict.fromkeys(chosen))]


def _line(basis: Ground, rng: Random) -> Part:
    voice = BY_PROGRAM[rng.choice(SOLOISTS)]
    low = max(voice.low, rng.randint(50, 64))
    style = Style(low, min(voice.high, low + 17), rng.uniform(0.3, 0.7), 0.4, breath=0.5)

    def write(section: Section, own: Random) -> list[Tone]:
        return melody(section.spans, basis.metre, style, own)

    touch: Touch = "legato" if voice.sustains else "pedal"
    tones = within(themes(basis, rng, write), voice.low, voice.high)
    return Part(voice.program, tuple(tones), 4.0, touch, lead=True)


def _pattern(basis: Ground, rng: Random) -> Part:
    """A figure of a few notes that goes round, with gaps that come and go."""
    voice = BY_PROGRAM[rng.choice((*BELLS, 0, 4, 24, 46, 5))]
    hand = Hand(
        max(voice.low, 55),
        min(voice.high, 84),
        rng.choice((3, 4)),
        basis.metre.even_step(basis.bpm, between(rng, 1.0, 4.0)),
    )
    kept = rng.uniform(0.5, 1.0)
    seed = rng.getrandbits(60)

    def write(section: Section, own: Random) -> list[Tone]:
        made = acc.broken(section.spans, basis.metre, hand, own)
        holes = dice(seed, "holes", section.theme, section.heard)
        return [tone for tone in made if holes.random() < kept]

    return Part(voice.program, tuple(themes(basis, rng, write)), -2.0, "pedal")
