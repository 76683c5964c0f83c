"""Piece number n of a seed: what kind it is, how long, its notes and its labels."""

from dataclasses import dataclass
from random import Random

from composing import ambience, bands, chambers, instruments, pianos, soloists
from composing.chance import dice, weighted
from composing.instruments import BY_FAMILY, BY_PROGRAM, PLUCKED, SQUEEZED, Instrument
from composing.performing import perform
from composing.single_notes import single_notes
from composing.sketch import Sketch
from menura.audio import Score

KINDS = {
    "piano": 26.0,
    "chordal": 14.0,
    "line": 10.0,
    "part song": 5.0,
    "bass": 2.0,
    "notes": 7.0,
    "duo": 8.0,
    "quartet": 5.0,
    "orchestra": 4.0,
    "band": 12.0,
    "ambient": 11.0,
    "drums": 2.0,
}
"""How often each kind comes, in a hundred and a few."""

SHORTEST_S, LONGEST_S = 35.0, 100.0
# Families whose instruments play chords, lines, and in parts.
CHORDAL = ("guitar", "keyboard", "mallet", "organ")
LINES = ("brass", "flute", "reed", "string", "synth_lead", "vocal", "mallet", "guitar", "keyboard")
IN_PARTS = (
    *instruments.ORGANS,
    *instruments.VOICES,
    *instruments.BRASS_SECTIONS,
    *instruments.STRING_SECTIONS[:-1],
)


@dataclass(frozen=True)
class Piece:
    """number: of the piece under its seed. kind, style: in words.

    labels: `family` where instruments of one family play (NSynth's eleven, piano, and drums for a
    kit alone), `genre` where the piece truly is of one.
    """

    number: int
    kind: str
    style: str
    score: Score
    labels: dict[str, str]


def compose(seed: int, number: int) -> Piece:
    """The piece; it depends on nothing but these two numbers."""
    plan = dice(seed, "piece", number, "plan")
    kind = weighted(plan, KINDS)
    seconds = plan.uniform(SHORTEST_S, LONGEST_S)
    rng = dice(seed, "piece", number, "notes")
    genre: str | None = None
    if kind == "notes":
        chosen = plan.choice(list(BY_FAMILY))
        instrument = plan.choice(BY_FAMILY[chosen])
        style, score = f"single notes, {chosen}", single_notes(seconds, instrument, rng)
    else:
        sketch = _sketch(kind, seconds, plan, rng)
        style, genre = sketch.style, sketch.genre
        playing = dice(seed, "piece", number, "playing")
        score = perform(sketch.ground, sketch.parts, sketch.manner, playing)
    labels = {}
    if family := family_of(score):
        labels["family"] = family
    if genre:
        labels["genre"] = genre
    return Piece(number, kind, style, score, labels)


def family_of(score: Score) -> str | None:
    """The family of all instruments that play; None where they are of several, or of none."""
    kinds = {
        "drums" if note.is_drum else BY_PROGRAM[note.program].family
        for note in score.notes
        if note.is_drum or note.program in BY_PROGRAM
    }
    kinds |= {None for note in score.notes if not note.is_drum and note.program not in BY_PROGRAM}
    return kinds.pop() if len(kinds) == 1 else None


def _sketch(kind: str, seconds: float, plan: Random, rng: Random) -> Sketch:
    if kind == "piano":
        program = plan.choices((0, 1, 3), (20, 3, 1))[0]
        return pianos.piano_piece(seconds, program, rng)
    if kind == "chordal":
        return soloists.chordal(seconds, _one(plan, CHORDAL, (*PLUCKED, *SQUEEZED)), rng)
    if kind == "line":
        return soloists.unaccompanied(seconds, _one(plan, LINES, PLUCKED[:1]), rng)
    if kind == "part song":
        return soloists.part_song(seconds, plan.choice(IN_PARTS), rng)
    if kind == "bass":
        return soloists.bass_alone(seconds, plan.choice(instruments.BASSES), rng)
    several = {
        "duo": chambers.duo,
        "quartet": chambers.quartet,
        "orchestra": chambers.orchestra,
        "band": bands.band,
        "ambient": ambience.ambient_piece,
        "drums": bands.drums_alone,
    }
    return several[kind](seconds, rng)


def _one(plan: Random, families: tuple[str, ...], others: tuple[Instrument, ...]) -> Instrument:
    """An instrument of a family, all families alike; now and then one of the others."""
    if plan.random() < 0.12:
        return plan.choice(others)
    return plan.choice(BY_FAMILY[plan.choice(families)])
