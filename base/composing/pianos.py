"""Pieces for piano alone, in many textures."""

from dataclasses import replace
from random import Random

from composing import accompaniments as acc
from composing.accompaniments import Hand
from composing.chance import between, dice, weighted
from composing.counterpoint import imitation
from composing.figures import in_octaves, in_thirds, ornamented, runs, syncopated, thickened
from composing.forms import Ground, Section, a_key, ground
from composing.melodies import Style, melody
from composing.metres import Metre
from composing.performing import Manner
from composing.piano_styles import BOTH_MODES, STYLES, PianoStyle
from composing.sketch import Sketch, last_chord, themes
from composing.tones import Part, Tone, moved


def piano_piece(seconds: float, program: int, rng: Random) -> Sketch:
    """A piece for two hands, of about so many seconds."""
    name = weighted(rng, {name: share for name, (share, _) in STYLES.items()})
    style = STYLES[name][1]
    metre = rng.choice(style.metres)
    bpm = between(rng, *style.bpm)
    key = a_key(rng, dict(style.modes or BOTH_MODES))
    basis = ground(style.taste, key, metre, bpm, seconds, rng)
    velocity = rng.uniform(*style.velocity)
    parts = hands(basis, style, program, rng)
    manner = Manner(
        velocity=velocity,
        range=style.range * rng.uniform(1.1, 2.2),
        rubato=style.rubato * rng.uniform(0.6, 1.3),
        jitter_s=rng.uniform(0.004, 0.012),
        uneven=rng.uniform(3.0, 6.5),
        swing=style.swing,
        spread_s=rng.choice((0.004, 0.008, 0.015)),
        lead_s=rng.uniform(0.0, 0.02),
    )
    return Sketch(f"piano {name}", basis, parts, manner)


def hands(basis: Ground, style: PianoStyle, program: int, rng: Random) -> tuple[Part, Part]:
    """Left and right, with variations where a theme comes again."""
    texture = rng.choice(style.left)
    other = rng.choice(style.left)
    ways = {letter: weighted(rng, style.right) for letter in "ABC"}
    melodic = _melodic(style, basis.bpm, rng)
    change = rng.random() < 0.5
    slow = basis.metre.even_step(basis.bpm, between(rng, *style.rate))
    fast = basis.metre.even_step(basis.bpm, 1.5 * between(rng, *style.rate))
    hand = replace(style.hand, step=slow)
    both = rng.getrandbits(60)  # what imitates must hear what is imitated

    def left(section: Section, own: Random) -> list[Tone]:
        if ways[section.theme] == "voices":
            return _two_voices(section, basis.metre, melodic, both)[1]
        chosen = other if change and section.theme != "A" else texture
        made = chosen(section.spans, basis.metre, hand, own)
        loud = section.level > 0.6 and chosen in (acc.held, acc.struck)
        return in_octaves(made) if loud else made

    def right(section: Section, own: Random) -> list[Tone]:
        way = ways[section.theme]
        if way == "voices":
            made = _two_voices(section, basis.metre, melodic, both)[0]
        else:
            made = _right(way, section, basis.metre, melodic, fast, own)
        again = section.heard > 0
        if way in ("song", "thirds", "voices", "syncopated") and style.ornaments:
            often = style.ornaments * (2 if again else 1)
            made = ornamented(made, section.spans, own, often)
        if again and way == "song" and section.level > 0.1:
            made = in_octaves(made) if section.level > 0.5 else in_thirds(made, section.spans)
        elif again and way in ("song", "figures") and melodic.high < 90 and own.random() < 0.35:
            made = moved(made, semitones=12)
        return made

    quiet = -3.0 if all(way in ("voices", "figures", "runs") for way in ways.values()) else -8.0
    touch_left, touch_right = style.touch
    if touch_right == "pedal" and rng.random() < 0.4:
        touch_right = "legato"  # by the fingers, so that steps do not blur
    low = themes(basis, rng, left) + last_chord(basis, 33, 60)
    high = themes(basis, rng, right) + last_chord(basis, 60, 79)
    lead = ways["A"] not in ("figures", "runs")
    return (
        Part(program, tuple(low), quiet, touch_left),
        Part(program, tuple(high), 7.0 if lead else 0.0, touch_right, lead=lead),
    )


def _melodic(style: PianoStyle, bpm: float, rng: Random) -> Style:
    low = rng.randint(61, 70) + style.high
    return Style(
        low=low,
        high=low + rng.randint(16, 24),
        activity=min(4.0, max(0.4, between(rng, *style.pace) * 60 / bpm)),
        leaps=rng.uniform(0.1, 0.6),
        breath=rng.uniform(0.05, 0.35),
    )


def _two_voices(
    section: Section, metre: Metre, style: Style, seed: int
) -> tuple[list[Tone], list[Tone]]:
    lower = Style(40, 62, style.activity)
    return imitation(section.spans, metre, style, lower, dice(seed, section.theme))


def _right(
    way: str, section: Section, metre: Metre, style: Style, step: float, rng: Random
) -> list[Tone]:
    spans = section.spans
    if way == "runs":
        return runs(spans, metre, style.low, style.high + 6, step, rng)
    if way == "figures":
        hand = Hand(style.low - 4, style.high + 2, rng.choice((3, 4, 4, 5)), step)
        return acc.broken(spans, metre, hand, rng)
    song = melody(spans, metre, style, rng)
    if way == "thirds":
        return in_thirds(song, spans, rng.choice((2, 2, 5)))
    if way == "octaves":
        return in_octaves(song, below=style.low >= 64)
    if way == "chords":
        return thickened(song, spans, metre, rng.choice((1, 2, 2, 3)), 55)
    if way == "syncopated":
        return syncopated(song, metre, rng)
    return song
