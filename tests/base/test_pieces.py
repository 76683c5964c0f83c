"""Whole pieces: repeatable, independent, playable, and labelled with what is true of them."""

from collections import Counter, defaultdict
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from composing.instruments import ALL, BY_FAMILY, BY_PROGRAM, HELD_OUT_PROGRAMS
from composing.piano_styles import STYLES
from composing.pianos import piano_piece
from composing.pieces import KINDS, Piece, compose, family_of
from menura.audio import Note, Score

N = 240


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    return [compose(5, number) for number in range(N)]


def test_a_piece_depends_on_seed_and_number_alone(pieces: list[Piece]) -> None:
    for number in (200, 3, 77):
        assert compose(5, number) == pieces[number]
    assert compose(6, 3).score != pieces[3].score
    assert len({piece.score for piece in pieces}) == N


def test_all_kinds_come_as_often_as_they_should(pieces: list[Piece]) -> None:
    counted = Counter(piece.kind for piece in pieces)
    total = sum(KINDS.values())
    for kind, share in KINDS.items():
        expected = N * share / total
        assert counted[kind] == pytest.approx(expected, abs=3.5 * expected**0.5), kind


def test_pieces_are_as_long_as_pieces_are(pieces: list[Piece]) -> None:
    lengths = [piece.score.duration_s for piece in pieces]
    assert min(lengths) > 15
    assert max(lengths) < 150
    assert 50 < np.mean(lengths) < 85


def test_instruments_play_what_they_can(pieces: list[Piece]) -> None:
    for piece in pieces:
        for note in piece.score.notes:
            assert note.velocity >= 8
            if not note.is_drum:
                assert note.program not in HELD_OUT_PROGRAMS
                player = BY_PROGRAM.get(note.program)
                low, high = (player.low, player.high) if player else (28, 84)
                assert low - 7 <= note.pitch <= high + 12, (piece.number, piece.style, note)


def test_no_key_is_struck_while_it_is_down(pieces: list[Piece]) -> None:
    for piece in pieces:
        keys = defaultdict(list)
        for note in piece.score.notes:
            keys[note.program, note.is_drum, note.pitch].append(note)
        for strokes in keys.values():
            assert all(one.end_s < two.start_s for one, two in pairwise(strokes))


def test_labels_are_true(pieces: list[Piece]) -> None:
    for piece in pieces:
        families = {
            "drums" if n.is_drum else getattr(BY_PROGRAM.get(n.program), "family", None)
            for n in piece.score.notes
        }
        only = families.pop() if len(families) == 1 else None
        assert piece.labels.get("family") == only
        assert piece.labels.get("genre") == ("ambient" if piece.kind == "ambient" else None)
        assert set(piece.labels) <= {"family", "genre"}


def test_every_family_can_be_learnt(pieces: list[Piece]) -> None:
    counted = Counter(piece.labels.get("family") for piece in pieces)
    # fmt: off
    assert set(BY_FAMILY) == {
        "bass", "brass", "flute", "guitar", "keyboard", "mallet", "organ", "reed", "string",
        "synth_lead", "vocal", "piano",
    }
    # fmt: on
    assert {*BY_FAMILY, "drums"} <= set(counted)
    assert counted["piano"] == max(n for family, n in counted.items() if family)


def test_the_family_of_a_score() -> None:
    def of(*programs: tuple[int, bool]) -> str | None:
        return family_of(Score(tuple(Note(0, 1, 60, 80, p, drum) for p, drum in programs)))

    assert of((0, False)) == of((0, False), (1, False)) == "piano"
    assert of((0, False), (4, False)) is None
    assert of((40, False), (48, False)) == "string"
    assert of((0, True)) == "drums"
    assert of((0, True), (0, False)) is None
    assert of((88, False)) is None
    assert of() is None


def test_nearly_every_program_is_played_and_none_is_twice_in_the_list(
    pieces: list[Piece],
) -> None:
    assert len(BY_PROGRAM) == len(ALL)
    heard = {note.program for piece in pieces for note in piece.score.notes if not note.is_drum}
    assert len(heard) > 0.8 * len(ALL)


def test_single_notes_are_single(pieces: list[Piece]) -> None:
    found = [piece.score for piece in pieces if piece.kind == "notes"]
    for score in found:
        assert all(one.end_s < two.start_s for one, two in pairwise(score.notes))
        assert len({note.pitch for note in score.notes}) == len(score.notes)
        assert len({note.program for note in score.notes}) == 1
    assert len({note.velocity for score in found for note in score.notes}) == 5


def figures(score: Score) -> tuple[float, ...]:
    """What is compared with an hour of real piano: notes and attacks a second, pitch, velocity,
    their deviations, seconds of a note, notes at once."""
    notes = score.notes
    pitches, velocities = (np.array([getattr(n, a) for n in notes]) for a in ("pitch", "velocity"))
    lengths = np.array([n.end_s - n.start_s for n in notes])
    attacks = len({round(n.start_s / 0.03) for n in notes})
    s = score.duration_s
    return (
        *(len(notes) / s, attacks / s, pitches.mean(), pitches.std(), velocities.mean()),
        *(velocities.std(), float(np.median(lengths)), lengths.sum() / s),
    )


def test_piano_pieces_are_as_dense_and_as_shaped_as_real_ones(pieces: list[Piece]) -> None:
    """Medians over 20 pieces of twelve composers, measured from their notes (base/README.md):
    9.4, 5.1, 65, 11, 48, 13, 0.23, 4.1."""
    made = np.median([figures(p.score) for p in pieces if p.kind == "piano"], axis=0)
    real = np.array([9.4, 5.1, 65.2, 11.4, 47.5, 12.8, 0.23, 4.1])
    low = real * [0.7, 0.7, 0.94, 0.8, 0.85, 0.65, 0.6, 0.7]
    high = real * [1.4, 1.5, 1.06, 1.25, 1.2, 1.2, 2.0, 1.4]
    assert (low <= made).all(), made
    assert (made <= high).all(), made


@pytest.mark.parametrize("name", STYLES)
def test_two_hands_play_in_every_style(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("composing.pianos.STYLES", {name: STYLES[name]})
    sketch = piano_piece(40.0, 0, Random(4))
    assert sketch.style == f"piano {name}"
    low, high = (np.mean([tone.pitch for tone in part.tones]) for part in sketch.parts)
    assert low + 7 < high
    assert all(len(part.tones) > 15 for part in sketch.parts)
