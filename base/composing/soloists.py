"""Pieces for one instrument that is no piano: lines, and chords of guitars, harps, organs."""

from random import Random

from composing import accompaniments as acc
from composing.accompaniments import Hand, Texture
from composing.basses import long_roots, riff, two_beat, walking
from composing.chance import between, weighted
from composing.counterpoint import four_voices
from composing.figures import in_octaves, in_thirds, ornamented, runs, syncopated
from composing.forms import Ground, Section, a_key, ground
from composing.instruments import Instrument
from composing.melodies import Style, melody
from composing.metres import COMMON, JIG, MARCH, SEVEN, SLOW_JIG, WALTZ
from composing.performing import Manner
from composing.progressions import Taste
from composing.sketch import Sketch, last_chord, themes
from composing.tones import Part, Tone, Touch, within

MODES = {"major": 4.0, "minor": 4.0, "dorian": 1.5, "mixolydian": 1.0, "phrygian": 0.4}
METRES = (COMMON, COMMON, WALTZ, JIG, MARCH, SLOW_JIG, SEVEN)
TEXTURES: tuple[Texture, ...] = (
    acc.broken,
    acc.broken,
    acc.struck,
    acc.held,
    acc.oompah,
    acc.pulsing,
    acc.wide,
)


def unaccompanied(seconds: float, instrument: Instrument, rng: Random) -> Sketch:
    """A line alone, that breathes between phrases; plucked ones at times with a bass below."""
    taste = _taste(rng)
    basis = _basis(taste, seconds, rng, (54, 138))
    span = min(instrument.high - instrument.low, rng.randint(14, 26))
    low = instrument.low + round((instrument.high - instrument.low - span) * rng.uniform(0.2, 0.8))
    style = Style(
        low,
        low + span,
        activity=between(rng, 0.6, 2.8),
        leaps=rng.uniform(0.1, 0.7),
        breath=rng.uniform(0.15, 0.45),
    )
    often = rng.choice((0.0, 0.1, 0.3))
    running = rng.random() < 0.2
    step = basis.metre.even_step(basis.bpm, between(rng, 3.0, 7.5))

    def write(section: Section, own: Random) -> list[Tone]:
        if running and section.theme == "B":
            line = runs(section.spans, basis.metre, style.low, style.high, step, own)
        else:
            line = melody(section.spans, basis.metre, style, own)
        return ornamented(line, section.spans, own, often)

    tones = within(themes(basis, rng, write), instrument.low, instrument.high)
    touch: Touch = rng.choice(("legato", "legato", "plain", "detached"))
    part = Part(instrument.program, tuple(tones), touch=touch, lead=True)
    return Sketch("line alone", basis, (part,), _manner(rng, 0.1))


def chordal(seconds: float, instrument: Instrument, rng: Random) -> Sketch:
    """Two layers on one instrument: a melody or figures above, an accompaniment or bass below."""
    taste = _taste(rng, chordal=True)
    basis = _basis(taste, seconds, rng, (58, 140))
    middle = (instrument.low + instrument.high) // 2
    step = basis.metre.even_step(basis.bpm, between(rng, 1.8, 6.5))
    low_hand = Hand(instrument.low, min(instrument.high, middle + 4), 3, step)
    upper = Style(
        middle - 2,
        min(instrument.high, middle + 20),
        activity=between(rng, 0.7, 2.2),
        leaps=rng.uniform(0.1, 0.5),
        breath=rng.uniform(0.1, 0.4),
    )
    textures = dict(zip("ABC", (rng.choice(TEXTURES) for _ in "ABC"), strict=True))
    way = weighted(rng, {"song": 5.0, "thirds": 2.0, "figures": 3.0, "syncopated": 1.5})

    def below(section: Section, own: Random) -> list[Tone]:
        return textures[section.theme](section.spans, basis.metre, low_hand, own)

    def above(section: Section, own: Random) -> list[Tone]:
        if way == "figures":
            hand = Hand(upper.low, upper.high, own.choice((3, 4)), step)
            return acc.broken(section.spans, basis.metre, hand, own)
        song = melody(section.spans, basis.metre, upper, own)
        if way == "thirds":
            return in_thirds(song, section.spans)
        return syncopated(song, basis.metre, own) if way == "syncopated" else song

    touch = _chordal_touch(instrument, rng)
    reach = (instrument.low, instrument.high)
    lower = within(themes(basis, rng, below) + last_chord(basis, *reach), *reach)
    higher = within(themes(basis, rng, above), *reach)
    parts = (
        Part(instrument.program, tuple(lower), -7.0, touch),
        Part(instrument.program, tuple(higher), 4.0, touch, lead=way != "figures"),
    )
    return Sketch(f"{way} over chords", basis, parts, _manner(rng, 0.06))


def part_song(seconds: float, instrument: Instrument, rng: Random) -> Sketch:
    """Four voices on an instrument that holds its notes: organ, choir, strings, brass."""
    basis = _basis("classical", seconds, rng, (56, 108))
    middle = (instrument.low + instrument.high) // 2
    ranges = (
        (max(instrument.low, min(60, middle)), min(instrument.high, 81)),
        (max(instrument.low, 53), min(instrument.high, 72)),
        (max(instrument.low, 46), min(instrument.high, 65)),
        (max(instrument.low, 36), max(instrument.low + 14, 55)),
    )
    activity = rng.uniform(0.5, 1.3)
    seed = rng.getrandbits(60)

    def voice(number: int) -> list[Tone]:
        def write(section: Section, own: Random) -> list[Tone]:
            return four_voices(section.spans, basis.metre, ranges, activity, own)[number]

        return themes(basis, Random(seed), write)  # the same dice for all: they are one song

    voices = [voice(number) for number in range(4)]
    if rng.random() < 0.35:
        voices[3] = in_octaves(voices[3])
    parts = tuple(
        Part(
            instrument.program,
            tuple(within(tones, instrument.low, instrument.high)),
            balance,
            "legato",
            lead=number == 0,
        )
        for number, (tones, balance) in enumerate(zip(voices, (5.0, -4.0, -4.0, 0.0), strict=True))
    )
    return Sketch("part song", basis, parts, _manner(rng, 0.09))


def bass_alone(seconds: float, instrument: Instrument, rng: Random) -> Sketch:
    """A bass line by itself."""
    taste: Taste = rng.choice(("pop", "jazz", "blues", "modal"))
    metre = COMMON
    mode = "dorian" if taste == "modal" else rng.choice(("major", "minor"))
    basis = ground(taste, a_key(rng, {mode: 1}), metre, between(rng, 70, 150), seconds, rng)
    line = rng.choice((walking, walking, riff, riff, two_beat, long_roots))
    reach = (instrument.low, min(instrument.high, instrument.low + 21))

    def write(section: Section, own: Random) -> list[Tone]:
        return line(section.spans, metre, reach, own)

    tones = within(themes(basis, rng, write), instrument.low, instrument.high)
    part = Part(instrument.program, tuple(tones), touch=rng.choice(("plain", "detached", "legato")))
    swing = 0.28 if line is walking else 0.0
    return Sketch("bass line", basis, (part,), _manner(rng, 0.02, swing))


def _taste(rng: Random, chordal: bool = False) -> Taste:
    weights: dict[Taste, float] = {"classical": 5, "modal": 2, "pop": 2, "blues": 0.5}
    if chordal:
        weights["jazz"] = 1.5
    return weighted(rng, weights)


def _basis(taste: Taste, seconds: float, rng: Random, bpm: tuple[float, float]) -> Ground:
    plain = {"major": 1.0, "minor": 1.0}
    modes = MODES if taste in ("modal", "pop") else plain
    metre = COMMON if taste in ("jazz", "blues") else rng.choice(METRES)
    return ground(taste, a_key(rng, modes), metre, between(rng, *bpm), seconds, rng)


def _manner(rng: Random, rubato: float, swing: float = 0.0) -> Manner:
    return Manner(
        velocity=rng.uniform(50, 96),
        range=rng.uniform(6, 14),
        rubato=rubato * rng.uniform(0.4, 1.3),
        jitter_s=rng.uniform(0.005, 0.014),
        uneven=rng.uniform(3, 6),
        swing=swing,
        spread_s=rng.choice((0.004, 0.012, 0.02)),
    )


def _chordal_touch(instrument: Instrument, rng: Random) -> Touch:
    if instrument.sustains:
        return rng.choice(("legato", "plain", "detached"))
    if instrument.family in ("guitar", None, "mallet"):
        return rng.choice(("pedal", "pedal", "plain"))  # strings and bars ring on
    return rng.choice(("plain", "pedal", "detached"))
