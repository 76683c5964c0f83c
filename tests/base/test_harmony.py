"""Chords, their order, and how they are laid on keys: known answers, and what holds of all."""

from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composing import progressions
from composing.chords import MODES, Key, Span, at, chord_of
from composing.metres import COMMON, FIVE, JIG, MARCH, SEVEN, SLOW_JIG, WALTZ
from composing.progressions import Ending, phrase
from composing.voicing import bass_pitch, nearest, voicings

C, A_MINOR = Key(0, "major"), Key(9, "minor")
METRES = (COMMON, WALTZ, MARCH, JIG, SLOW_JIG, FIVE, SEVEN)
TASTES = ("classical", "pop", "jazz", "blues", "modal", "ambient")


@pytest.mark.parametrize(
    ("numeral", "key", "tones"),
    [
        ("I", C, (0, 4, 7)),
        ("vi", C, (9, 0, 4)),
        ("V7", C, (7, 11, 2, 5)),
        ("V7/ii", C, (9, 1, 4, 7)),
        ("viio", C, (11, 2, 5)),
        ("iv", C, (5, 8, 0)),
        ("#Io7", C, (1, 4, 7, 10)),
        ("iim7", C, (2, 5, 9, 0)),
        ("Imaj9", C, (0, 4, 7, 11, 2)),
        ("i", A_MINOR, (9, 0, 4)),
        ("V7", A_MINOR, (4, 8, 11, 2)),
        ("bVI", A_MINOR, (5, 9, 0)),
        ("iiø7", A_MINOR, (11, 2, 5, 9)),
        ("bII^3", A_MINOR, (10, 2, 5)),
    ],
)
def test_numerals_stand_for_the_chords_of_the_text_books(
    numeral: str, key: Key, tones: tuple[int, ...]
) -> None:
    assert chord_of(numeral, key).tones == tones


def test_inversions_have_another_bass() -> None:
    assert [chord_of(f"I{place}", C).bass for place in ("", "^3", "^5")] == [0, 4, 7]


def test_a_scale_gives_way_to_its_chord() -> None:
    assert chord_of("i", A_MINOR).scale == (0, 2, 4, 5, 7, 9, 11)
    assert chord_of("V7", A_MINOR).scale == (
        0,
        2,
        4,
        5,
        8,
        9,
        11,
    )  # the leading tone, harmonic minor
    assert chord_of("V7/V", C).scale == (0, 2, 4, 6, 7, 9, 11)
    for tonic, mode in product(range(12), MODES):
        assert len(Key(tonic, mode).scale) == 7


def test_a_numeral_that_is_none_is_refused() -> None:
    for wrong in ("H", "Iwrong", ""):
        with pytest.raises(ValueError, match=r"numeral|quality"):
            chord_of(wrong, C)


def every_numeral() -> set[str]:
    tables = [progressions.MAJOR_WALK, progressions.MINOR_WALK]
    names = {name for walk in tables for name in (*walk, *(n for to in walk.values() for n in to))}
    lines = [
        *(line for lines in progressions.LOOPS.values() for line in lines),
        *(line for lines in progressions.JAZZ.values() for line in lines),
        *(line for lines in progressions.CHAINS.values() for line in lines),
        *progressions.BLUES.values(),
        *(" ".join(names) for names in progressions.DRIFTS.values()),
        *(" ".join(end) for ends in progressions.CADENCES.values() for end in ends),
    ]
    return names | {name for line in lines for name in line.split()}


@pytest.mark.parametrize("numeral", sorted(every_numeral()))
def test_every_numeral_of_the_tables_is_a_chord(numeral: str) -> None:
    for key in (C, A_MINOR):
        assert len(set(chord_of(numeral, key).tones)) >= 2


def test_every_walk_can_go_on() -> None:
    for walk in (progressions.MAJOR_WALK, progressions.MINOR_WALK):
        assert {name for to in walk.values() for name in to} <= set(walk)


@given(
    taste=st.sampled_from(TASTES),
    mode=st.sampled_from(sorted(MODES)),
    metre=st.sampled_from(METRES),
    n_bars=st.sampled_from((4, 8, 12, 16)),
    seed=st.integers(0, 999),
)
def test_a_phrase_is_full_of_chords(taste, mode, metre, n_bars, seed) -> None:  # type: ignore[no-untyped-def]
    key = Key(seed % 12, mode)
    spans = phrase(taste, key, metre, n_bars, Ending(), Random(seed))
    assert spans[0].start == 0
    assert spans[-1].end == pytest.approx(n_bars * metre.length)
    assert all(one.end == pytest.approx(two.start) for one, two in pairwise(spans))
    assert all(span.length > 0 for span in spans)
    assert all(set(span.chord.tones) <= set(span.chord.scale) for span in spans)
    if taste == "classical":
        assert spans[-1].chord.root == key.tonic
        assert spans[-2].chord.root == (key.tonic + 7) % 12


def test_an_open_phrase_ends_on_the_dominant() -> None:
    for seed in range(20):
        spans = phrase("classical", C, COMMON, 8, Ending(at_home=False), Random(seed))
        assert spans[-1].chord.root == 7


def test_the_chord_at_a_beat() -> None:
    spans = (Span(0, 2, chord_of("I", C)), Span(2, 2, chord_of("V", C)))
    roots = [at(spans, beat).chord.root for beat in (0, 1.9, 2, 3, 9)]
    assert roots == [0, 0, 7, 7, 7]


@given(
    seed=st.integers(0, 999),
    n_voices=st.integers(2, 5),
    low=st.integers(36, 55),
    mode=st.sampled_from(("major", "minor")),
)
def test_voices_stay_in_range_and_on_the_chord(
    seed: int, n_voices: int, low: int, mode: str
) -> None:
    spans = phrase("classical", Key(seed % 12, mode), COMMON, 8, Ending(), Random(seed))
    made = voicings(spans, n_voices, low, low + 28, Random(seed))
    assert len(made) == len(spans)
    for span, chord in zip(spans, made, strict=True):
        assert len(chord) == n_voices
        assert list(chord) == sorted(set(chord))
        assert {pitch % 12 for pitch in chord} <= set(span.chord.tones)
        assert low <= chord[0]
        assert chord[-1] <= low + 28


def test_voices_move_little() -> None:
    """Of a walk through a key, a voice moves less than a whole tone on the average."""
    moved = []
    for seed in range(30):
        spans = phrase("classical", C, COMMON, 8, Ending(), Random(seed))
        made = voicings(spans, 3, 48, 76, Random(seed))
        moved += [abs(a - b) for one, two in pairwise(made) for a, b in zip(one, two, strict=True)]
    assert sum(moved) / len(moved) < 2.0


def test_the_nearest_pitch() -> None:
    assert nearest((0, 4, 7), 61) == 60
    assert nearest((0,), 66) == 60  # as far as 72: the lower
    assert nearest((0, 4, 7), 50, 60, 80) == 60
    assert nearest((11,), 60, 60, 65) == 71  # nothing in so small a range: the next above
    assert bass_pitch(chord_of("I^3", C), 36, 50) == 40
    assert bass_pitch(chord_of("V", C), 36, 50, before=48) == 43
