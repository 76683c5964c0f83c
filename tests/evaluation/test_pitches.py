"""Notes and peaks of sound whose notes are known."""

import librosa
import numpy as np
import pytest

from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.peaks import peaks_hz
from menura.evaluation.pitches import distinct, entropy_bits, semitones, span, voiced_pitches
from menura.foundation.errors import MenuraError

RATE = 16_000
SECONDS = 4.0


def hz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def tones(notes: tuple[float, ...], seconds: float) -> np.ndarray:
    """All at once, each with four overtones."""
    t = np.arange(round(seconds * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * hz(note) * k * t) / k**2 for note in notes for k in range(1, 6))
    return np.asarray(0.3 * sound / len(notes))


def melody(notes: tuple[float, ...]) -> Clip:
    """One after another, equally long, over four seconds."""
    sound = np.concatenate([tones((note,), SECONDS / len(notes)) for note in notes])
    return Clip(sound[None].astype(np.float32), RATE)


def chord(notes: tuple[float, ...]) -> Clip:
    return Clip(tones(notes, SECONDS)[None].astype(np.float32), RATE)


def noise(seed: int = 0) -> Clip:
    sound = 0.2 * np.random.default_rng(seed).standard_normal((1, round(SECONDS * RATE)))
    return Clip(sound.astype(np.float32), RATE)


def heard(clip: Clip) -> np.ndarray:
    return semitones(clip, 0.0, SECONDS)


@pytest.mark.parametrize("note", [38, 45, 57.3, 60, 69, 80.7, 93])
def test_one_note(note: float) -> None:
    """Held, a little out of tune too: 0 bits, no range."""
    found = heard(melody((note,)))
    assert set(found) == {round(note)}
    assert len(found) >= 110  # of 126 frames
    assert (distinct(found), span(found), entropy_bits(found)) == (1, 0, 0)


@pytest.mark.parametrize("cents", [-38, -10, 0, 3, 31])
def test_finely_they_are_heard_to_a_cent_or_two(cents: float) -> None:
    found = voiced_pitches(melody((57 + cents / 100,)), is_fine=True)
    assert len(found) >= 110
    assert 100 * (np.median(found) - 57) == pytest.approx(cents, abs=2)


def test_four_notes_are_two_bits() -> None:
    found = heard(melody((60, 64, 67, 72)))
    assert set(found) == {60, 64, 67, 72}
    assert span(found) == 12
    assert entropy_bits(found) == pytest.approx(2, abs=0.02)


def test_semitones_are_those_of_a_finer_pyin() -> None:
    """Thirds of a semitone decide as tenths do."""
    sound = melody((50, 55, 61, 66, 71)).samples[0]
    f0, voiced, _ = librosa.pyin(sound, fmin=65.41, fmax=2093, sr=RATE, hop_length=512)
    fine = np.round(librosa.hz_to_midi(f0[voiced])).astype(int)
    coarse = heard(melody((50, 55, 61, 66, 71)))
    assert set(fine[np.isin(fine, coarse)]) == set(coarse) == {50, 55, 61, 66, 71}
    assert np.isin(fine, coarse).mean() > 0.9  # the rest are slides between notes


def test_a_chord_is_heard_as_few_notes_and_noise_as_hardly_any() -> None:
    major = heard(chord((48, 52, 55)))
    assert distinct(major) <= 3
    assert len(heard(noise())) < 10
    none = semitones(Clip(np.zeros((1, 64_000), np.float32), RATE), 0.0, SECONDS)
    assert len(none) == 0
    with pytest.raises(ValueError, match="zero-size"):
        span(none)
    with pytest.raises(ValueError, match="no values"):
        entropy_bits(none)


def test_peaks_of_a_chord_are_its_partials() -> None:
    found = peaks_hz(chord((57, 61, 64)), 0.0, SECONDS)
    partials = np.array([hz(note) * k for note in (57, 61, 64) for k in range(1, 6)])
    inside = found[10:-10]  # the ends hold the silence around the clip
    assert (np.abs(inside[:, None] - partials).min(axis=1) < 3).mean() > 0.99
    assert {round(p) for p in partials if p < 700} <= {round(float(f)) for f in inside}


def test_the_report_s_figures_for_one_held_tone() -> None:
    """Six equal partials: many different values, hardly any entropy, as in its table for organ."""
    t = np.arange(round(SECONDS * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * 160.3 * k * t) for k in range(1, 7)) / 12
    organ = {"a": Clip(sound[None].astype(np.float32), RATE)}
    values = {
        name: metrics.load(f"piptrack-{name}").score(organ, organ).details
        for name in ("count", "range", "entropy")
    }
    assert values["range"]["reference"] == pytest.approx(5 * 160.3, abs=60)
    assert values["entropy"]["reference"] == pytest.approx(np.log2(6), abs=0.8)
    assert values["entropy"]["reference, of all values"] > 5
    assert values["count"]["reference"] > 50


def test_noise_has_far_more_peaks_and_no_notes() -> None:
    music = {f"{i}": melody((60 + i, 64, 67, 72)) for i in range(3)}
    hiss = {f"{i}": noise(i) for i in range(3)}
    peaks, notes = (
        metrics.load(f"{kind}-count").score(music, hiss) for kind in ("piptrack", "pitch")
    )
    assert peaks.details["candidates"] > 20 * peaks.details["reference"] / 4
    assert notes.details["candidates"] < 1
    assert notes.details["reference"] == 4
    assert notes.value == pytest.approx(4, abs=0.5)
    wide = metrics.load("piptrack-range").score(music, hiss).details["candidates"]
    assert 3700 < wide < 3850  # where the report's figures end
    scattered = metrics.load("piptrack-entropy").score(music, hiss).details
    assert scattered["candidates"] > scattered["reference"] + 4


@pytest.mark.parametrize("name", ["pitch-range", "pitch-entropy"])
def test_noise_is_not_as_near_as_single_notes_are(name: str) -> None:
    """No notes have no range, and so no range of none as a held note has."""
    metric = metrics.load(name)
    held = {f"{i}": melody((60 + i,)) for i in range(8)}
    hiss = {f"{i}": noise(i) for i in range(8)}
    told = "too few excerpts of the candidates have notes: 0 of 8, of the reference 8 of 8"
    with pytest.raises(MenuraError, match=told):
        metric.score(held, hiss)
    assert metric.lacking(held, hiss) is not None
    assert metric.lacking(hiss, held) is None
    with pytest.raises(MenuraError, match="excerpts of the reference have notes: 0 of 8"):
        metric.score(hiss, held)
    half = {name: hiss[name] if int(name) % 2 else clip for name, clip in held.items()}
    measured = metric.score(held, half)
    assert measured.value == pytest.approx(0, abs=0.1)
    assert measured.n_candidate == 4
    assert (
        "4 of 8 excerpts of the candidates have no notes, and are not counted" in measured.remarks
    )


@pytest.mark.parametrize("name", ["piptrack-range", "piptrack-entropy"])
def test_silence_has_no_peaks_to_have_a_range(name: str) -> None:
    metric = metrics.load(name)
    silent = Clip(np.zeros((1, 64_000), np.float32), RATE)
    music = {f"{i}": melody((60 + i, 64)) for i in range(2)}
    with pytest.raises(MenuraError, match="too few excerpts of the candidates have peaks: 0 of"):
        metric.score(music, {"0": silent})
    alone, with_silence = (
        metric.score(music, made) for made in ({"a": music["0"]}, {"a": music["0"], "b": silent})
    )
    assert with_silence.value == alone.value
    assert with_silence.details == alone.details


def test_the_figure_is_the_difference_of_the_means() -> None:
    real = {"a": melody((60, 62)), "b": melody((60, 62, 64, 65))}
    made = {"a": melody((60,))}
    measured = metrics.load("pitch-count").score(real, made)
    assert measured.details["reference"] == 3
    assert measured.details["candidates"] == 1
    assert measured.value == 2
    assert measured.too_few
    assert metrics.load("pitch-range").score(real, made).value == pytest.approx(3.5)
    assert metrics.load("pitch-entropy").score(real, made).value == pytest.approx(1.5, abs=0.05)


def test_long_clips_are_heard_in_pieces_of_the_shortest() -> None:
    """A long reference has no more notes a piece than a short one."""
    once = melody((60, 64, 67, 72))
    long = Clip(np.tile(once.samples, (1, 5)), RATE)
    measured = metrics.load("pitch-count").score({"long": long}, {"short": once})
    assert measured.n_reference == 5
    assert measured.details["reference"] == 4
    assert measured.value == 0
