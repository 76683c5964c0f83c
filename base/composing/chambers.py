"""Pieces for some players: a melody with accompaniment, trios, quartets, choirs of one family."""

from random import Random

from composing import accompaniments as acc
from composing.accompaniments import Hand
from composing.basses import long_roots, two_beat
from composing.chance import between, weighted
from composing.counterpoint import four_voices
from composing.figures import in_thirds, ornamented
from composing.forms import Ground, Section, a_key, ground
from composing.instruments import (
    BRASS,
    BY_PROGRAM,
    FLUTES,
    GUITARS,
    KEYBOARDS,
    LEADS,
    MALLETS,
    ORGANS,
    PADS,
    PIANOS,
    PLUCKED,
    REEDS,
    SQUEEZED,
    STRING_SECTIONS,
    STRINGS,
    VOICES,
    Instrument,
)
from composing.melodies import Style, melody
from composing.metres import COMMON, JIG, MARCH, SLOW_JIG, WALTZ
from composing.performing import Manner
from composing.progressions import Taste
from composing.sketch import Sketch, last_chord, themes
from composing.tones import Part, Tone, Touch, within

SINGERS = (*STRINGS[:3], *STRINGS[4:], *FLUTES, *REEDS, *BRASS, *VOICES[1:], *LEADS[:2])
COMPANIONS = (
    *PIANOS[:1] * 4,
    *GUITARS[:2] * 2,
    *PLUCKED[:1] * 2,
    *STRING_SECTIONS[1:3],
    *KEYBOARDS[1:4],
    *ORGANS[2:],
    *MALLETS[3:5],
    *SQUEEZED,
    *PADS[:2],
)
# Soprano, alto, tenor, bass.
QUARTETS = {
    "string quartet": (40, 40, 41, 42),
    "wind quartet": (73, 71, 71, 70),
    "brass quartet": (56, 56, 60, 57),
    "saxophone quartet": (64, 65, 66, 67),
    "choir": (52, 52, 52, 52),
    "mixed": (73, 40, 71, 42),
    "low brass": (60, 57, 57, 58),
    "strings and horn": (48, 60, 41, 42),
}
RANGES = ((62, 84), (55, 76), (48, 69), (36, 57))


def duo(seconds: float, rng: Random) -> Sketch:
    """A singing instrument over a chordal one."""
    singer, companion = rng.choice(SINGERS), rng.choice(COMPANIONS)
    basis = _basis(seconds, rng, rng.choice(("classical", "classical", "pop", "modal", "jazz")))
    texture = rng.choice((acc.broken, acc.broken, acc.struck, acc.held, acc.oompah, acc.wide))
    hand = Hand(
        max(companion.low, 38),
        min(companion.high, 68),
        rng.choice((3, 3, 4)),
        basis.metre.even_step(basis.bpm, between(rng, 1.8, 6.0)),
    )
    song = _song(singer, rng)
    often = rng.choice((0.0, 0.1, 0.2))
    resting = rng.random() < 0.3

    def above(section: Section, own: Random) -> list[Tone]:
        if resting and section.start == 0:
            return []
        made = melody(section.spans, basis.metre, song, own)
        return ornamented(made, section.spans, own, often)

    def below(section: Section, own: Random) -> list[Tone]:
        return texture(section.spans, basis.metre, hand, own)

    def deep(section: Section, own: Random) -> list[Tone]:
        return long_roots(section.spans, basis.metre, (hand.low, hand.low + 14), own)

    reach = companion.low, companion.high
    lower = themes(basis, rng, below) + last_chord(basis, 38, 72)
    if texture in (acc.held, acc.struck, acc.broken):
        lower += themes(basis, rng, deep)
    ring: Touch = "legato" if companion.sustains else rng.choice(("pedal", "pedal", "plain"))
    parts = (
        Part(
            singer.program,
            tuple(within(themes(basis, rng, above), singer.low, singer.high)),
            10.0,
            rng.choice(("legato", "legato", "plain")),
            lead=True,
        ),
        Part(companion.program, tuple(within(lower, *reach)), -8.0, ring),
    )
    return Sketch("duo", basis, parts, _manner(rng))


def quartet(seconds: float, rng: Random) -> Sketch:
    """Four voices that move together, each on its own instrument."""
    name = rng.choice(list(QUARTETS))
    players = [BY_PROGRAM[program] for program in QUARTETS[name]]
    basis = _basis(seconds, rng, "classical")
    ranges = tuple(
        (max(low, player.low), min(high, player.high))
        for (low, high), player in zip(RANGES, players, strict=True)
    )
    activity = rng.uniform(0.6, 1.6)
    seed = rng.getrandbits(60)
    touch: Touch = rng.choice(("legato", "legato", "plain", "detached"))

    def voice(number: int) -> list[Tone]:
        def write(section: Section, own: Random) -> list[Tone]:
            return four_voices(section.spans, basis.metre, ranges, activity, own)[number]

        return themes(basis, Random(seed), write)

    parts = [
        Part(
            player.program,
            tuple(within(voice(number), player.low, player.high)),
            balance,
            touch,
            lead=number == 0,
        )
        for number, (player, balance) in enumerate(
            zip(players, (7.0, -4.0, -4.0, 1.0), strict=True)
        )
    ]
    return Sketch(name, basis, tuple(parts), _manner(rng))


def orchestra(seconds: float, rng: Random) -> Sketch:
    """Strings hold, something sings, something moves, over a bass and at times timpani."""
    basis = _basis(seconds, rng, rng.choice(("classical", "classical", "modal", "pop")))
    singer = rng.choice(
        (*STRINGS[:1], *FLUTES[:1], *BRASS[:1], BRASS[-1], *REEDS[5:6], *VOICES[:1])
    )
    second = rng.choice((*REEDS[5:6], *STRINGS[1:3], BRASS[-1], *FLUTES[:1]))
    mover = rng.choice((*PLUCKED[:1], *MALLETS[:2], *PIANOS[:1], STRING_SECTIONS[-1]))
    song = _song(singer, rng)
    bed = rng.choice(STRING_SECTIONS[1:3])
    step = basis.metre.even_step(basis.bpm, between(rng, 2.5, 7.0))

    def sung(section: Section, own: Random) -> list[Tone]:
        made = melody(section.spans, basis.metre, song, own)
        return in_thirds(made, section.spans) if section.level > 0.5 else made

    def answered(section: Section, own: Random) -> list[Tone]:
        style = Style(max(second.low, 52), min(second.high, 76), 0.6, breath=0.4)
        return melody(section.spans, basis.metre, style, own) if section.theme != "A" else []

    def bedded(section: Section, own: Random) -> list[Tone]:
        return acc.held(section.spans, basis.metre, Hand(48, 76, 4), own)

    def moving(section: Section, own: Random) -> list[Tone]:
        hand = Hand(max(mover.low, 52), min(mover.high, 86), 3, step)
        return acc.broken(section.spans, basis.metre, hand, own) if section.heard else []

    def deep(section: Section, own: Random) -> list[Tone]:
        return two_beat(section.spans, basis.metre, (30, 50), own)

    def rolled(section: Section, own: Random) -> list[Tone]:
        return _timpani(section, basis) if section.level > 0.2 else []

    chord = tuple(last_chord(basis, 40, 76))
    parts = (
        Part(
            singer.program,
            tuple(within(themes(basis, rng, sung), singer.low, singer.high)),
            10.0,
            "legato",
            lead=True,
        ),
        Part(
            second.program,
            tuple(within(themes(basis, rng, answered), second.low, second.high)),
            2.0,
            "legato",
            lead=True,
        ),
        Part(bed.program, (*themes(basis, rng, bedded), *chord), -10.0, "legato"),
        Part(
            mover.program,
            tuple(within(themes(basis, rng, moving), mover.low, mover.high)),
            -6.0,
            "pedal",
        ),
        Part(rng.choice((43, 32, 45)), tuple(within(themes(basis, rng, deep), 28, 55)), 0.0),
        Part(47, tuple(themes(basis, rng, rolled)), 0.0),
    )
    return Sketch("orchestra", basis, tuple(p for p in parts if p.tones), _manner(rng))


def _timpani(section: Section, basis: Ground) -> list[Tone]:
    """Tonic and dominant on the first beats, and a roll into the end."""
    tones = []
    tonic = 41 + (basis.key.tonic - 41) % 12
    for span in section.spans:
        pitch = tonic if span.chord.root == basis.key.tonic else tonic - 5
        if span.chord.root in (basis.key.tonic, (basis.key.tonic + 7) % 12):
            tones.append(Tone(span.start, 1.0, pitch, 4.0))
    for number in range(8):
        start = section.length - 1 + number / 8
        tones.append(Tone(start, 1 / 8, tonic - 5, -24.0 + 3.0 * number))
    return tones


def _basis(seconds: float, rng: Random, taste: Taste) -> Ground:
    modes = {"major": 4.0, "minor": 4.0}
    if taste == "modal":
        modes = {"dorian": 2.0, "mixolydian": 1.0, "minor": 1.0, "lydian": 0.6}
    metre = COMMON if taste == "jazz" else rng.choice((COMMON, COMMON, WALTZ, JIG, MARCH, SLOW_JIG))
    return ground(taste, a_key(rng, modes), metre, between(rng, 58, 144), seconds, rng)


def _song(singer: Instrument, rng: Random) -> Style:
    span = min(singer.high - singer.low, rng.randint(14, 22))
    low = singer.low + round((singer.high - singer.low - span) * rng.uniform(0.3, 0.7))
    return Style(
        low,
        low + span,
        activity=between(rng, 0.6, 2.2),
        leaps=rng.uniform(0.1, 0.5),
        breath=rng.uniform(0.15, 0.45),
    )


def _manner(rng: Random) -> Manner:
    style = weighted(rng, {"free": 1.0, "plain": 2.0})
    return Manner(
        velocity=rng.uniform(56, 88),
        range=rng.uniform(6, 14),
        rubato=rng.uniform(0.06, 0.12) if style == "free" else rng.uniform(0.01, 0.05),
        jitter_s=rng.uniform(0.006, 0.016),
        uneven=rng.uniform(3, 5),
    )
