"""Pieces with drums: bands and dance music by style; and drums alone."""

from dataclasses import dataclass
from random import Random

from composing import accompaniments as acc
from composing.accompaniments import Hand
from composing.band_styles import BANDS, Band
from composing.chance import between, weighted
from composing.drumming import drums
from composing.figures import syncopated
from composing.forms import Ground, Section, a_key, ground
from composing.grooves import GROOVES
from composing.instruments import BY_PROGRAM, Instrument
from composing.melodies import Style, melody
from composing.metres import COMMON, JIG, MARCH, WALTZ
from composing.performing import Manner
from composing.progressions import Taste
from composing.sketch import Sketch, last_chord, themes
from composing.tones import Part, Tone, Touch, within

METRES = {"4/4": COMMON, "3/4": WALTZ, "6/8": JIG, "2/4": MARCH}


def band(seconds: float, rng: Random) -> Sketch:
    """Drums, bass, chords, a lead, at times a pad; they come in one after another."""
    name = weighted(rng, {name: share for name, (share, _) in BANDS.items()})
    who = BANDS[name][1]
    groove = GROOVES[rng.choice(who.grooves)]
    metre = METRES[groove.metre]
    mode = rng.choice(who.modes)
    taste: Taste = "modal" if who.taste == "pop" and mode not in ("major", "minor") else who.taste
    bpm = between(rng, *who.bpm)
    basis = ground(taste, a_key(rng, {mode: 1}), metre, bpm, seconds, rng)
    entries = _entries(basis, rng)

    def beaten(section: Section, own: Random) -> list[Tone]:
        number = entries.numbers[section.start]
        if number < entries.drums or number == entries.without_drums:
            return []
        n_bars = round(section.length / metre.length)
        return drums(groove, metre, n_bars, own, 0.55 + 0.45 * section.level)

    kit = Part(groove.kit, tuple(themes(basis, rng, beaten)), 4.0, is_drum=True)
    parts = [kit, *_tuned(who, basis, entries, rng)]
    manner = Manner(
        velocity=rng.uniform(66, 92),
        range=rng.uniform(4, 10),
        rubato=0.0 if who.strict else 0.008,
        ritardando=not who.strict and rng.random() < 0.5,
        jitter_s=0.003 if who.strict else rng.uniform(0.004, 0.011),
        swing=groove.swing * rng.uniform(0.8, 1.2),
        swing_unit=0.25 if groove.swing < 0.2 else 0.5,
        lead_s=0.0,
    )
    return Sketch(name, basis, tuple(part for part in parts if part.tones), manner)


@dataclass(frozen=True)
class _Entries:
    """The section in which each comes in, by number; and the numbers of sections by their start."""

    lead: int
    pad: int
    drums: int
    without_drums: int
    numbers: dict[float, int]


def _entries(basis: Ground, rng: Random) -> _Entries:
    n = len(basis.sections)
    return _Entries(
        lead=1 if n > 2 and rng.random() < 0.6 else 0,
        pad=rng.choice((0, 1)),
        drums=0 if rng.random() < 0.7 else 1,
        without_drums=rng.randrange(2, n) if n > 4 and rng.random() < 0.5 else -1,
        numbers={section.start: number for number, section in enumerate(basis.sections)},
    )


def _tuned(who: Band, basis: Ground, entries: _Entries, rng: Random) -> list[Part]:
    """Bass, chords, lead and pad."""
    bass, chords, lead = (BY_PROGRAM[rng.choice(n)] for n in (who.bass, who.chords, who.leads))
    line, texture = rng.choice(who.lines), rng.choice(who.textures)
    low = max(chords.low, 46)
    step = basis.metre.even_step(basis.bpm, between(rng, 2.5, 8.0))
    hand = Hand(low, min(chords.high, low + 26), rng.choice((3, 3, 4)), step)
    song = Style(
        low=max(lead.low, 55),
        high=min(lead.high, max(lead.low, 55) + 20),
        activity=between(rng, *who.activity),
        leaps=rng.uniform(0.1, 0.5),
        breath=rng.uniform(0.2, 0.5),
    )
    late = rng.random() < 0.6

    def deep(section: Section, own: Random) -> list[Tone]:
        return line(section.spans, basis.metre, (bass.low, bass.low + 19), own)

    def chorded(section: Section, own: Random) -> list[Tone]:
        return texture(section.spans, basis.metre, hand, own)

    def sung(section: Section, own: Random) -> list[Tone]:
        if entries.numbers[section.start] < entries.lead:
            return []
        made = melody(section.spans, basis.metre, song, own)
        return syncopated(made, basis.metre, own) if late else made

    def bedded(section: Section, own: Random) -> list[Tone]:
        if entries.numbers[section.start] < entries.pad:
            return []
        return acc.held(section.spans, basis.metre, Hand(52, 78, 3), own)

    ring: Touch = (
        "plain" if chords.sustains else rng.choice(("plain", "plain", "detached", "pedal"))
    )
    end = last_chord(basis, 45, 76) if not who.strict else []
    low_end = [Tone(basis.length, 4.0, bass.low + (basis.key.tonic - bass.low) % 12)]
    parts = [
        Part(bass.program, _fitted(themes(basis, rng, deep) + low_end, bass), 4.0),
        Part(chords.program, _fitted(themes(basis, rng, chorded) + end, chords), -8.0, ring),
        Part(lead.program, _fitted(themes(basis, rng, sung), lead), 7.0, "legato", lead=True),
    ]
    if who.pads and rng.random() < 0.6:
        pad = BY_PROGRAM[rng.choice(who.pads)]
        tones = _fitted(themes(basis, rng, bedded), pad)
        parts.append(Part(pad.program, tones, -16.0, "held"))
    return parts


def _fitted(tones: list[Tone], instrument: Instrument) -> tuple[Tone, ...]:
    return tuple(within(tones, instrument.low, instrument.high))


def drums_alone(seconds: float, rng: Random) -> Sketch:
    """A kit by itself: grooves and fills."""
    groove = GROOVES[rng.choice(list(GROOVES))]
    metre = METRES[groove.metre]
    bpm = between(rng, 76, 150)
    basis = ground("modal", a_key(rng, {"minor": 1}), metre, bpm, seconds, rng)

    def beaten(section: Section, own: Random) -> list[Tone]:
        n_bars = round(section.length / metre.length)
        return drums(groove, metre, n_bars, own, 0.6 + 0.4 * section.level)

    part = Part(groove.kit, tuple(themes(basis, rng, beaten)), is_drum=True)
    manner = Manner(
        velocity=rng.uniform(66, 100),
        range=8.0,
        rubato=0.004,
        ritardando=False,
        jitter_s=rng.uniform(0.002, 0.009),
        swing=groove.swing,
        swing_unit=0.25 if groove.swing < 0.2 else 0.5,
    )
    return Sketch("drums", basis, (part,), manner)
