"""The built-in synthesiser: in tune, in time, clean, the same every time, for every instrument."""

import numpy as np
import pytest
from jaxtyping import Float32, Float64

from menura.audio import Note, Played, Score, synthesise
from menura.audio.synthesis.drums import KIT
from menura.audio.synthesis.loops import LANES, add_partials
from menura.audio.synthesis.pitch import hz_of
from menura.audio.synthesis.struck import struck_note
from menura.audio.synthesis.sustained import tables
from menura.audio.synthesis.voices import CLARINET, ORGAN, PIANO, Struck, Sustained, voice_of

RATE = 22_050
ONE_OF_EACH = (
    0,
    4,
    6,
    12,
    14,
    16,
    21,
    24,
    29,
    33,
    40,
    46,
    48,
    52,
    56,
    66,
    71,
    73,
    80,
    89,
    105,
    116,
)


def played(*notes: Note, seconds: float | None = None, channels: int = 1) -> Played:
    return synthesise(Score(notes), RATE, channels, seconds)


def spectrum(sound: Float32[np.ndarray, " time"]) -> tuple[np.ndarray, np.ndarray]:
    """Hz, and amplitude of each bin."""
    window = np.hanning(sound.size)
    return np.fft.rfftfreq(sound.size, 1 / RATE), np.abs(np.fft.rfft(sound * window))


def test_partials_are_those_of_the_closed_form() -> None:
    out = np.zeros(10 * LANES)
    turns, decays = np.array([0.05, 0.9]), np.array([0.9995, 0.99])
    add_partials(out, turns, decays, np.array([1.0, 0.5]), np.array([10 * LANES, 4 * LANES]))
    n = np.arange(out.size)
    wanted = decays[0] ** n * np.sin(turns[0] * n)
    wanted += np.where(n < 4 * LANES, 0.5 * decays[1] ** n * np.sin(turns[1] * n), 0)
    np.testing.assert_allclose(out, wanted, atol=1e-9)


def test_partials_stay_true_for_long() -> None:
    """A low string for a minute: the recurrence must not drift in pitch or size."""
    n_samples = 60 * RATE // LANES * LANES
    out = np.zeros(n_samples)
    w, r = 2 * np.pi * 27.5 / RATE, 10 ** (-3 / (40 * RATE))
    add_partials(out, np.array([w]), np.array([r]), np.ones(1), np.array([n_samples]))
    n = np.arange(n_samples - 1000, n_samples)
    np.testing.assert_allclose(out[-1000:], r**n * np.sin(w * n), atol=1e-7)


@pytest.mark.parametrize("program", ONE_OF_EACH)
def test_every_family_is_in_tune_in_time_and_clean(program: int) -> None:
    clip = played(Note(0.25, 1.25, 69, 100, program), seconds=3.0)
    sound = clip.samples[0]
    assert sound.size == 3 * RATE
    assert np.abs(sound[: RATE // 4]).max() == 0, "before it begins"
    assert 0.02 < np.abs(sound).max() < 0.6
    assert abs(sound.mean()) < 1e-3
    assert np.abs(sound[-50:]).max() < 2e-3
    # No click: where it begins, and where the key rises, no step is larger than in the tone.
    steps = np.abs(np.diff(sound))
    begins, ends = round(0.25 * RATE), round(1.25 * RATE)
    assert steps[begins - 2 : begins + 8].max() < 0.35 * steps.max()
    assert steps[ends - 3 : ends + 3].max() <= steps[ends - 500 : ends - 3].max()
    hz, size = spectrum(sound[RATE // 4 :])
    if program not in (14, 116):  # bells have their strike note between partials, drums none
        near = size[np.abs(hz - 440) < 6].max()
        assert near > 0.05 * size.max()
        off = size[(hz > 453) & (hz < 468)].max()  # a semitone higher
        assert off < 0.3 * near


@pytest.mark.parametrize("program", [0, 16, 29, 80])
def test_nothing_aliases(program: int) -> None:
    """Of the highest notes nothing lies below the note: what folds back at Nyquist would."""
    hz, size = spectrum(played(Note(0, 0.8, 105, 127, program), seconds=1.0).samples[0])
    folded = size[(hz > 300) & (hz < 0.8 * hz_of(105))].max()
    assert folded < 3e-3 * size.max()


def test_harder_is_louder_and_brighter() -> None:
    for program in (0, 24, 40, 56, 71):
        soft, hard = (
            played(Note(0, 1, 48, velocity, program), seconds=1.2).samples[0]
            for velocity in (30, 120)
        )
        assert 3 < np.std(hard) / np.std(soft) < 30, program
        shares = []
        for sound in (soft, hard):
            hz, size = spectrum(sound)
            shares.append(np.square(size[hz > 1000]).sum() / np.square(size).sum())
        assert shares[1] > 1.3 * shares[0], program


def test_a_longer_note_sounds_longer() -> None:
    for program in (0, 16, 40):
        short, long = (
            played(Note(0, seconds, 57, 90, program), seconds=3.0).samples[0, RATE : 2 * RATE]
            for seconds in (0.2, 1.9)
        )
        assert np.std(long) > 20 * np.std(short), program


def test_a_piano_string_rings_as_its_decay_says() -> None:
    """Of the highest notes, which nothing damps, and of one string: 60 dB in ring_s."""
    voice = Struck(place=0.5, tilt=60.0, ring_s=2.0, halving_octaves=1e9, release_s=0.0)
    sound = struck_note(voice, Note(0, 0.1, 60), 1.0, RATE)
    size = [np.abs(sound[int(s * RATE) : int(s * RATE) + 500]).max() for s in (0.1, 0.6)]
    assert 20 * np.log10(size[0] / size[1]) == pytest.approx(15.0, abs=0.2)


def test_tables_hold_no_harmonic_beyond_their_limit() -> None:
    for pitch in (20, 60, 100, 127):
        for table in tables(ORGAN, pitch, RATE):
            size = np.abs(np.fft.rfft(table[:-1]))
            most = max(1, int(0.45 * RATE / hz_of(pitch)))
            assert size[most + 1 :].max(initial=0) < 1e-8 * size.max()
            assert np.square(table[:-1]).mean() == pytest.approx(0.5)
            assert table[0] == table[-1]


def test_a_clarinet_has_few_even_harmonics() -> None:
    size = np.abs(np.fft.rfft(tables(CLARINET, 50, RATE)[1][:-1]))
    assert size[2] < 0.25 * size[1]
    assert size[3] > 0.1 * size[1]


@pytest.mark.parametrize("pitch", [35, 38, 42, 46, 49, 51, 54, 60, 75, 81, 127])
def test_drums_sound_and_end(pitch: int) -> None:
    sound = played(Note(0.1, 0.15, pitch, 110, is_drum=True), seconds=4.5).samples[0]
    assert 0.01 < np.abs(sound).max() < 0.9
    assert np.abs(sound[: RATE // 10]).max() == 0
    assert np.abs(sound[-100:]).max() < 3e-3


def test_a_kick_is_low_and_a_hat_is_high() -> None:
    def centre(pitch: int) -> float:
        hz, size = spectrum(played(Note(0, 0.1, pitch, is_drum=True), seconds=0.5).samples[0])
        return float((hz * size**2).sum() / (size**2).sum())

    assert centre(36) < 150 < 500 < centre(38) < centre(42)


def test_the_same_score_gives_the_same_sound_whatever_came_before() -> None:
    notes = tuple(Note(0.1 * i, 0.1 * i + 0.3, 50 + i, 80, 5 * i) for i in range(12))
    first = played(*notes)
    played(Note(0, 1, 60, program=52))
    np.testing.assert_array_equal(first.samples, played(*notes).samples)


def test_stereo_stands_from_left_to_right() -> None:
    low, high = (
        played(Note(0, 1, pitch, 100), seconds=1.0, channels=2).samples for pitch in (30, 96)
    )
    assert np.std(low[0]) > 1.3 * np.std(low[1])
    assert np.std(high[1]) > 1.3 * np.std(high[0])
    middle = played(Note(0, 1, 60, 100), seconds=1.0, channels=2).samples
    assert np.std(middle[0]) == pytest.approx(np.std(middle[1]), rel=0.2)  # echoes differ


def test_many_loud_notes_fit_below_full_scale() -> None:
    clip = played(*(Note(0, 1, pitch, 127) for pitch in range(30, 100)))
    assert np.abs(clip.samples).max() == pytest.approx(1.0)


def test_lengths() -> None:
    assert played(Note(0, 9, 60), seconds=0.5).n_samples == RATE // 2
    assert played(Note(0, 9, 60), seconds=0.5).samples[0, -1] == 0
    rung = played(Note(0, 1, 60))
    assert rung.duration_s > 2.0
    assert np.abs(rung.samples[0, -200:]).max() < 1e-3
    assert played().n_samples == 0
    assert np.abs(played(seconds=0.25).samples).max() == 0
    assert played(Note(0, 1, 60, 0), seconds=0.5).samples.any() == np.False_
    with pytest.raises(ValueError, match="mono or stereo"):
        synthesise(Score(()), RATE, 3)


def test_every_program_has_a_voice() -> None:
    assert all(isinstance(voice_of(program), Struck | Sustained) for program in range(128))
    assert voice_of(0) is PIANO
    assert voice_of(127) is voice_of(119)
    assert set(KIT) <= set(range(35, 82))


def longest_step(sound: Float64[np.ndarray, " time"]) -> float:
    return float(np.abs(np.diff(sound)).max())


def test_a_damped_note_has_no_edge_where_its_key_rises() -> None:
    sound = struck_note(PIANO, Note(0, 0.5, 50, 90), 1.0, RATE)
    edge = RATE // 2
    assert longest_step(sound[edge - 3 : edge + 3]) <= longest_step(sound[edge - 600 : edge])
