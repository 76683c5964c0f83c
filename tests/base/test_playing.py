"""How what is written is played: when, how long, how loud."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composing.chords import Key
from composing.forms import Ground, ground
from composing.metres import COMMON, JIG, SEVEN, WALTZ
from composing.performing import LONGEST_PEDAL_S, Manner, perform, untangled
from composing.tones import Part, Tone, moved, within
from menura.audio import Note

EXACT = Manner(
    velocity=64, range=0, rubato=0, ritardando=False, jitter_s=0, uneven=0, spread_s=0, lead_s=0
)


def basis(bpm: float = 120.0, seconds: float = 30.0) -> Ground:
    return ground("classical", Key(0, "major"), COMMON, bpm, seconds, Random(1))


def played(*tones: Tone, manner: Manner = EXACT, bpm: float = 120.0, **part: object) -> list[Note]:
    whole = Part(0, tones, **part)  # type: ignore[arg-type]
    return list(perform(basis(bpm), [whole], manner, Random(0)).notes)


def test_strict_time_is_the_metronome() -> None:
    notes = played(*(Tone(beat / 4, 0.25, 60 + beat % 12) for beat in range(64)), bpm=90.0)
    np.testing.assert_allclose([n.start_s for n in notes], np.arange(64) / 4 * 60 / 90, atol=1e-9)
    lengths = {round(n.end_s - n.start_s, 6) for n in notes}
    assert lengths == {round(0.25 * 0.92 * 60 / 90, 6)}


def test_swing_makes_the_second_of_two_late() -> None:
    swung = replace(EXACT, swing=1 / 3, swing_unit=0.5)
    notes = played(*(Tone(beat / 2, 0.5, 60 + beat) for beat in range(8)), manner=swung)
    beats = [note.start_s * 2 for note in notes]
    np.testing.assert_allclose(beats, [0, 2 / 3, 1, 5 / 3, 2, 8 / 3, 3, 11 / 3], atol=1e-9)


def test_a_piece_slows_down_at_its_end_and_phrases_do() -> None:
    tones = [Tone(float(beat), 1.0, 60 + beat % 12) for beat in range(int(basis().length))]
    gaps = np.diff([n.start_s for n in played(*tones, manner=replace(EXACT, ritardando=True))])
    assert gaps[-1] > 1.2 * gaps[0]
    np.testing.assert_allclose(gaps[:-6], 0.5, atol=1e-9)
    breathing = [played(*tones, manner=replace(EXACT, rubato=0.2))]
    gaps = np.diff([n.start_s for n in breathing[0]])
    ends = [round(section.end) - 1 for section in basis().sections[:-1]]
    middles = [round((s.start + s.end) / 2) for s in basis().sections]
    assert np.mean(gaps[ends]) > 1.1 * np.mean(gaps[middles])


def test_beats_weigh_and_the_lead_sings() -> None:
    beats = played(*(Tone(beat / 2, 0.5, 60) for beat in range(8)))
    assert beats[0].velocity > beats[2].velocity > beats[1].velocity
    two = [Part(0, (Tone(0, 1, 60),), -8.0), Part(1, (Tone(0, 1, 60),), 6.0, lead=True)]
    below, above = perform(basis(), two, EXACT, Random(0)).notes
    assert above.velocity - below.velocity >= 12


def test_a_lead_is_ahead_and_a_chord_is_spread_upwards() -> None:
    manner = replace(EXACT, lead_s=0.02, spread_s=0.03)
    chord = [Tone(4, 1, pitch) for pitch in (48, 55, 64)]
    starts = [note.start_s for note in played(*chord, manner=manner)]
    np.testing.assert_allclose(np.diff(starts), 0.015, atol=1e-9)
    [lead] = played(Tone(4, 1, 72), manner=manner, lead=True)
    assert lead.start_s == pytest.approx(2.0 - 0.02)


def test_a_pedal_holds_until_the_harmony_changes() -> None:
    changes = [beat / 2 for beat in basis().changes()]
    for note in played(*(Tone(beat / 2, 0.5, 60 + beat) for beat in range(24)), touch="pedal"):
        [until] = [change for change in changes if change > note.start_s + 0.08][:1]
        assert note.end_s <= max(until + 0.07, note.start_s + 0.3)
        assert note.end_s >= min(until, note.start_s + LONGEST_PEDAL_S - 0.01)


def test_touches_differ_in_length() -> None:
    lengths = [
        note.end_s - note.start_s
        for touch in ("staccato", "detached", "plain", "legato")
        for note in played(Tone(0, 1, 60), touch=touch)
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < 0.5 * lengths[-1]


notes = st.builds(
    lambda start, length, pitch, velocity, program, drum: Note(
        start, start + length, pitch, velocity, program, drum
    ),
    st.floats(0, 5),
    st.floats(0, 5),
    st.integers(60, 63),
    st.integers(1, 127),
    st.integers(0, 1),
    st.booleans(),
)


@given(st.lists(notes, max_size=40))
def test_no_key_is_struck_while_it_is_down(made: list[Note]) -> None:
    apart = untangled(made)
    keys = {(note.program, note.is_drum, note.pitch) for note in made}
    assert {(note.program, note.is_drum, note.pitch) for note in apart} == keys
    for key in keys:
        own = sorted(n for n in apart if (n.program, n.is_drum, n.pitch) == key)
        assert all(one.end_s < two.start_s for one, two in pairwise(own))
    starts = {note.start_s for note in made}
    assert all(note.start_s in starts for note in apart)
    assert untangled(apart) == apart


def test_of_two_notes_at_once_on_a_key_the_louder_stays() -> None:
    [note] = untangled([Note(0, 1, 60, 50), Note(0.01, 2, 60, 80)])
    assert (note.velocity, note.end_s) == (80, 2)


def test_tones_are_moved_and_brought_into_range() -> None:
    [tone] = moved([Tone(1, 2, 60, 3)], 4, 12, 2)
    assert tone == Tone(5, 2, 72, 5)
    assert [t.pitch for t in within([Tone(0, 1, p) for p in (20, 60, 100)], 48, 72)] == [56, 60, 64]


def test_weights_of_a_bar() -> None:
    assert [COMMON.weight(beat) for beat in (0, 1, 2, 3, 0.5, 0.25, 4)] == [
        1, 0.5, 0.7, 0.5, 0.25, 0, 1
    ]  # fmt: skip
    assert [JIG.weight(beat) for beat in (0, 1.5, 0.5)] == [1, 0.7, 0.25]
    assert WALTZ.pulse_lengths() == [1, 1, 1]
    assert SEVEN.pulse_lengths() == [1, 1, 1.5]


@pytest.mark.parametrize(
    ("metre", "bpm", "rate", "step"),
    [(COMMON, 120, 4, 0.5), (COMMON, 120, 8, 0.25), (COMMON, 60, 3, 1 / 3), (JIG, 90, 3, 0.5)],
)
def test_even_notes_go_at_about_the_rate(metre, bpm, rate, step) -> None:  # type: ignore[no-untyped-def]
    assert metre.even_step(bpm, rate) == step
