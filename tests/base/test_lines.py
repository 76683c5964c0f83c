"""Melodies, basses, textures and drums: in range, in time, on the harmony, and with a shape."""

import itertools
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composing import accompaniments, basses
from composing.accompaniments import Hand
from composing.band_styles import BANDS
from composing.chords import Key, Span, at, chord_of
from composing.counterpoint import four_voices, imitation
from composing.drumming import STRENGTH, drums
from composing.figures import in_octaves, in_thirds, ornamented, runs, syncopated, thickened
from composing.grooves import CLAP, CRASH, GROOVES, KICK, SNARE
from composing.melodies import Style, melody, rhythm
from composing.metres import COMMON, FIVE, JIG, MARCH, SEVEN, SLOW_JIG, WALTZ, Metre
from composing.progressions import Ending, phrase
from composing.tones import Tone

METRES = (COMMON, WALTZ, MARCH, JIG, SLOW_JIG, FIVE, SEVEN)
BY_NAME = {metre.name: metre for metre in METRES}
KEY = Key(2, "minor")
STYLE = Style(60, 81, activity=1.5)
TEXTURES = ("held", "struck", "broken", "wide", "alberti", "oompah", "stride", "pulsing", "rocking")
LINES = ("long_roots", "two_beat", "walking", "riff", "pumping")


def chords(metre: Metre, seed: int, n_bars: int = 8) -> tuple[Span, ...]:
    return phrase("classical", KEY, metre, n_bars, Ending(), Random(seed))


@given(
    metre=st.sampled_from(METRES),
    activity=st.floats(0.3, 4.0),
    n_bars=st.integers(1, 4),
    seed=st.integers(0, 999),
)
def test_a_rhythm_fills_its_bars(metre: Metre, activity: float, n_bars: int, seed: int) -> None:
    lengths = rhythm(metre, activity, n_bars, Random(seed))
    assert sum(lengths) == pytest.approx(n_bars * metre.length)
    assert min(lengths) >= 0.25


def test_a_rhythm_is_as_active_as_asked() -> None:
    counts = [
        sum(len(rhythm(COMMON, activity, 8, Random(seed))) for seed in range(20)) / (20 * 32)
        for activity in (0.5, 1.0, 2.0, 4.0)
    ]
    assert counts == sorted(counts)
    assert counts == pytest.approx([0.6, 1.0, 2.0, 3.8], rel=0.25)


@given(metre=st.sampled_from(METRES), seed=st.integers(0, 999), activity=st.floats(0.4, 4.0))
def test_a_melody_is_one_voice_in_its_range(metre: Metre, seed: int, activity: float) -> None:
    spans = chords(metre, seed)
    style = Style(60, 79, activity=activity)
    tones = melody(spans, metre, style, Random(seed))
    assert all(60 <= tone.pitch <= 79 for tone in tones)
    assert all(a.end <= b.start + 1e-6 for a, b in itertools.pairwise(tones))
    assert tones[0].start == 0
    assert tones[-1].end <= spans[-1].end + 1e-6
    assert {t.pitch % 12 for t in tones} <= {c for span in spans for c in span.chord.scale}


def test_a_melody_leans_on_its_harmony_steps_and_comes_again() -> None:
    strong, weak, steps, ends, again = [], [], [], [], 0
    for seed in range(40):
        spans = chords(COMMON, seed)
        tones = melody(spans, COMMON, STYLE, Random(seed))
        for tone in tones:
            on = tone.pitch % 12 in at(spans, tone.start).chord.tones
            (strong if COMMON.weight(tone.start) >= 0.5 else weak).append(on)
        steps += [abs(a.pitch - b.pitch) for a, b in itertools.pairwise(tones)]
        ends.append(tones[-1].pitch % 12 in spans[-1].chord.tones)
        bars = [
            tuple(round(t.start % 8, 3) for t in tones if 8 * half <= t.start < 8 * half + 8)
            for half in range(3)
        ]
        again += len(set(bars)) < 3
    assert sum(strong) / len(strong) > 0.75
    assert sum(weak) / len(weak) < sum(strong) / len(strong) - 0.15
    assert sum(step <= 2 for step in steps) / len(steps) > 0.55
    assert sum(step > 9 for step in steps) / len(steps) < 0.05
    assert all(ends)
    assert again > 20, "no motif came again"


@pytest.mark.parametrize("name", TEXTURES)
@pytest.mark.parametrize("metre", METRES, ids=lambda metre: metre.name)
def test_a_texture_plays_the_chords_in_time(name: str, metre: Metre) -> None:
    for seed in range(5):
        spans = chords(metre, seed)
        hand = Hand(40, 67, 3, metre.even_step(100, 4.0))
        tones = getattr(accompaniments, name)(spans, metre, hand, Random(seed))
        foreign = [t for t in tones if t.pitch % 12 not in at(spans, t.start + 1e-6).chord.tones]
        assert not foreign
        assert all(0 <= tone.start < spans[-1].end for tone in tones)
        assert all(tone.length > 0 for tone in tones)
        assert {t.start for t in tones} >= {span.start for span in spans} or name == "struck"
        assert min(t.pitch for t in tones) >= 24
        assert max(t.pitch for t in tones) <= 84


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("metre", METRES, ids=lambda metre: metre.name)
def test_a_bass_begins_chords_with_their_bass(name: str, metre: Metre) -> None:
    for seed in range(5):
        spans = chords(metre, seed)
        tones = getattr(basses, name)(spans, metre, (28, 48), Random(seed))
        begun = {tone.start: tone.pitch for tone in reversed(tones)}
        met = [begun[s.start] % 12 == s.chord.bass for s in spans if s.start in begun]
        assert all(met)
        assert met or name == "pumping"
        assert all(24 <= tone.pitch <= 60 for tone in tones)


def test_a_walking_bass_walks() -> None:
    tones = basses.walking(chords(COMMON, 3), COMMON, (28, 52), Random(3))
    beats = [tone.start for tone in tones if tone.start % 1 == 0]
    assert beats == [float(beat) for beat in range(32)]
    moves = [abs(a.pitch - b.pitch) for a, b in itertools.pairwise(tones)]
    assert sorted(moves)[len(moves) // 2] <= 5


@pytest.mark.parametrize("name", GROOVES)
def test_lines_of_a_groove_are_as_long_as_a_bar(name: str) -> None:
    groove = GROOVES[name]
    metre = BY_NAME[groove.metre]
    places = round(metre.length / (0.5 if metre.compound else 0.25))
    for lines in groove.lines.values():
        for line in lines:
            assert len(line) == places
            assert set(line) <= {*STRENGTH, "."}


@pytest.mark.parametrize("name", GROOVES)
def test_drums_fill_their_bars_and_play_softly_with_less(name: str) -> None:
    groove = GROOVES[name]
    metre = BY_NAME[groove.metre]
    loud, soft = (drums(groove, metre, 8, Random(1), intensity) for intensity in (1.0, 0.1))
    assert all(0 <= tone.start < 8 * metre.length for tone in loud)
    assert CRASH in {tone.pitch for tone in loud}
    if {SNARE, CLAP} & set(groove.lines) and len(groove.lines) > 2:
        assert not {SNARE, CLAP} & {tone.pitch for tone in soft}
    counted = Counter(int(tone.start / metre.length) for tone in loud)
    assert len(counted) == 8


def test_bands_ask_for_grooves_that_are_there() -> None:
    for _, who in BANDS.values():
        assert set(who.grooves) <= set(GROOVES)
        assert len({GROOVES[name].metre for name in who.grooves} & set(BY_NAME)) >= 1
    assert {KICK, SNARE} <= set(GROOVES["rock"].lines)


def test_what_hands_do_with_a_melody() -> None:
    spans = (Span(0, 4, chord_of("I", Key(0, "major"))),)
    song = [Tone(0, 1, 72), Tone(1, 1, 76), Tone(2, 2, 79)]
    assert [t.pitch for t in in_octaves(song)] == [72, 76, 79, 60, 64, 67]
    assert [t.pitch for t in in_thirds(song, spans)] == [72, 76, 79, 69, 72, 76]
    assert [t.pitch for t in in_thirds(song, spans, 5)[3:]] == [64, 67, 71]
    thick = thickened(song, spans, COMMON, 2, 48)
    assert {t.pitch for t in thick if t.start == 2} == {79, 76, 72}
    whole = ornamented(song, spans, Random(0), often=1.0)
    assert sum(t.length for t in whole) == pytest.approx(4.0)
    assert len(whole) > 3
    assert ornamented(song, spans, Random(0), often=0.0) == song
    early = [syncopated(song, COMMON, Random(seed)) for seed in range(20)]
    assert any(tone.start == 0.5 for made in early for tone in made)
    for made in early:
        assert all(a.end <= b.start + 1e-6 for a, b in itertools.pairwise(made))


@given(seed=st.integers(0, 200), step=st.sampled_from((0.25, 0.5, 1 / 3)))
def test_runs_run_in_their_range(seed: int, step: float) -> None:
    spans = chords(COMMON, seed)
    tones = runs(spans, COMMON, 60, 88, step, Random(seed))
    assert len(tones) == round(32 / step)
    assert all(59 <= tone.pitch <= 89 for tone in tones)
    moves = [abs(a.pitch - b.pitch) for a, b in itertools.pairwise(tones)]
    assert sum(move <= 4 for move in moves) / len(moves) > 0.6


def test_a_voice_imitates_the_other() -> None:
    same = 0
    for seed in range(20):
        spans = chords(COMMON, seed)
        upper, lower = Style(62, 81, 2.0), Style(40, 62, 2.0)
        song, answer = imitation(spans, COMMON, upper, lower, Random(seed))
        assert all(40 <= tone.pitch <= 62 for tone in answer)
        head = [(t.start, t.length) for t in song if t.start < 8]
        for delay in (4.0, 8.0):
            then = {(t.start - delay, t.length) for t in answer}
            if set(head) <= then:
                same += 1
                break
    assert same >= 18


def test_four_voices_keep_to_their_ranges_and_chords() -> None:
    ranges = ((62, 84), (55, 76), (48, 69), (36, 57))
    for seed in range(10):
        spans = chords(COMMON, seed)
        voices = four_voices(spans, COMMON, ranges, 1.0, Random(seed))
        for (low, high), voice in zip(ranges, voices, strict=True):
            assert all(low <= tone.pitch <= high for tone in voice)
        for voice in voices[1:3]:
            heads = [t for t in voice if t.start in {span.start for span in spans}]
            assert all(t.pitch % 12 in at(spans, t.start).chord.tones for t in heads)
