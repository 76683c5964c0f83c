"""Tempo and pulse of clicks whose beat is known."""

import re

import librosa
import numpy as np
import pytest

from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.onsets import (
    FRAMES_A_SECOND,
    HOP_LENGTH,
    SAMPLE_RATE,
    flux_db,
    onset_times_s,
)
from menura.evaluation.pulse import LONGEST_S, Pulse, pulse
from menura.foundation.errors import MenuraError

RATE = 16_000


def clicks(bpm: float, seconds: float = 8.0, jitter_s: float = 0.0, seed: int = 0) -> Clip:
    """Short notes on every beat, early or late by chance."""
    rng = np.random.default_rng(seed)
    sound = 1e-4 * rng.standard_normal(round(seconds * RATE))
    t = np.arange(RATE // 10) / RATE
    note = 0.3 * np.sin(2 * np.pi * 660 * t) * np.exp(-40 * t)
    for beat in np.arange(0.1, seconds - 0.2, 60 / bpm):
        start = max(0, round((beat + jitter_s * rng.standard_normal()) * RATE))
        part = sound[start : start + len(note)]
        part += note[: len(part)]
    return Clip(sound[None].astype(np.float32), RATE)


def noise(seconds: float = 8.0, seed: int = 0) -> Clip:
    sound = 0.2 * np.random.default_rng(seed).standard_normal((1, round(seconds * RATE)))
    return Clip(sound.astype(np.float32), RATE)


@pytest.mark.parametrize("bpm", [70, 93, 120, 141.5, 168])
def test_the_tempo_of_clicks(bpm: float) -> None:
    found = pulse(clicks(bpm), 0.0, 8.0)
    assert found.bpm == pytest.approx(bpm, rel=0.01)
    assert found.clarity > 0.8


@pytest.mark.parametrize("bpm", [84, 120, 150])
def test_librosa_hears_the_same(bpm: float) -> None:
    clip = clicks(bpm, jitter_s=0.01)
    expected = librosa.feature.tempo(
        onset_envelope=flux_db(clip), sr=SAMPLE_RATE, hop_length=HOP_LENGTH
    )[0]
    assert pulse(clip, 0.0, 8.0).bpm == pytest.approx(expected, rel=0.04)
    assert SAMPLE_RATE / HOP_LENGTH == FRAMES_A_SECOND


def test_a_looser_beat_is_less_clear() -> None:
    found = [
        np.mean([pulse(clicks(110, 8.0, jitter, seed), 0.0, 8.0).clarity for seed in range(4)])
        for jitter in (0.0, 0.02, 0.05, 0.15)
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.9
    assert found[-1] < 0.5
    assert np.mean([pulse(noise(seed=seed), 0.0, 8.0).clarity for seed in range(4)]) < 0.35


def test_where_nothing_begins_there_is_no_tempo() -> None:
    for level in (0.0, 1.0):
        flat = Clip(np.full((1, 8 * RATE), level, np.float32), RATE)
        assert pulse(flat, 0.0, LONGEST_S).bpm is None
        assert pulse(flat, 0.0, LONGEST_S).clarity == 0.0


@pytest.mark.parametrize("seconds", [3.0, 8.0])
def test_two_notes_are_no_beat(seconds: float) -> None:
    """They are as far apart as they are, whatever the excerpt: alike to a beat of that lag."""
    two = clicks(60 / 1.4, 3.0)
    rest = np.zeros((1, round((seconds - 3) * RATE)), np.float32)
    clip = Clip(np.concatenate([two.samples, rest], axis=1), RATE)
    assert len(onset_times_s(clip)) == 2
    assert pulse(clip, 0.0, seconds) == Pulse(None, 0.0)


@pytest.mark.parametrize("seconds", [3.0, 8.0])
def test_held_notes_and_noise_are_no_beat(seconds: float) -> None:
    """Nothing begins in them: what chance makes of their flux is no tempo."""
    t = np.arange(round(seconds * RATE)) / RATE
    held = 0.2 * sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 5))
    hiss = 0.01 * np.random.default_rng(0).standard_normal(len(t))
    for sound in (held, held + hiss):
        clip = Clip(sound[None].astype(np.float32), RATE)
        assert not len(onset_times_s(clip))
        assert pulse(clip, 0.0, seconds) == Pulse(None, 0.0)
    assert pulse(noise(seconds), 0.0, seconds) == Pulse(None, 0.0)


def test_an_excerpt_is_heard_where_it_is() -> None:
    both = Clip(np.concatenate([clicks(80).samples, clicks(150).samples], axis=1), RATE)
    assert pulse(both, 0.0, 8.0).bpm == pytest.approx(80, rel=0.01)
    assert pulse(both, 8.0, 8.0).bpm == pytest.approx(150, rel=0.01)


def test_tempi_are_as_far_apart_as_they_are() -> None:
    slow = {f"{i}": clicks(80, seed=i) for i in range(8)}
    fast = {f"{i}": clicks(120, seed=i) for i in range(8)}
    mixed = {**dict(list(slow.items())[:4]), **{f"f{i}": fast[f"{i}"] for i in range(4)}}
    apart = np.log2(120 / 80)
    measured = metrics.load("tempo").score(slow, fast)
    assert measured.value == pytest.approx(apart, abs=0.02)
    assert measured.details["candidates a minute"] == pytest.approx(120, rel=0.01)
    assert measured.details["reference a minute"] == pytest.approx(80, rel=0.01)
    assert not measured.too_few
    assert metrics.load("tempo").score(slow, mixed).value == pytest.approx(apart / 2, abs=0.02)


def test_a_tempo_that_is_kept_is_steady() -> None:
    keeps = {"a": clicks(100, 32.0), "b": clicks(140, 32.0)}
    parts = [clicks(bpm).samples for bpm in (80, 105, 140, 110)]
    changes = {"a": Clip(np.concatenate(parts, axis=1), RATE)}
    details = metrics.load("tempo").score(keeps, changes).details
    assert details["reference steady"] == 1.0
    assert details["candidates steady"] == 0.0
    short = {"a": clicks(100, 8.0)}
    assert "candidates steady" not in metrics.load("tempo").score(keeps, short).details


def test_beats_too_loose_or_too_strict_are_told_alike() -> None:
    strict = {f"{i}": clicks(110, seed=i) for i in range(8)}
    loose = {f"{i}": clicks(110, 8.0, 0.1, seed=i) for i in range(8)}
    metric = metrics.load("beat-steadiness")
    there, back = metric.score(strict, loose), metric.score(loose, strict)
    assert there.value == pytest.approx(back.value)
    assert there.value > 0.3
    assert there.details["reference"] > 0.85


@pytest.mark.parametrize("name", ["tempo", "beat-steadiness"])
def test_who_has_no_beat_has_no_figure(name: str) -> None:
    metric = metrics.load(name)
    strict = {f"{i}": clicks(110, seed=i) for i in range(8)}
    hiss = {f"{i}": noise(seed=i) for i in range(8)}
    told = "too few excerpts of the candidates have a (tempo|beat): 0 of 8, of the reference 8 of 8"
    with pytest.raises(MenuraError, match=told):
        metric.score(strict, hiss)
    assert metric.lacking(strict, hiss) == metric.unsuited(strict, hiss)
    with pytest.raises(MenuraError, match=r"of the reference have a .*: 0 of 8; there is none"):
        metric.score(hiss, strict)
    assert metric.lacking(hiss, strict) is None, "there is nothing that the candidates lack"
    assert metric.lacking(strict, {"a": clicks(110, 2.0)}) is None, "too short to be heard"


@pytest.mark.parametrize("name", ["tempo", "beat-steadiness"])
def test_half_as_often_as_real_music_is_enough(name: str) -> None:
    metric = metrics.load(name)
    real = {f"{i}": clicks(110, seed=i) if i < 4 else noise(seed=i) for i in range(8)}
    some = {f"{i}": clicks(110, seed=9) if i < 2 else noise(seed=i) for i in range(8)}
    measured = metric.score(real, some)
    assert (measured.n_reference, measured.n_candidate) == (4, 2)
    assert measured.value == pytest.approx(0, abs=0.05), "what has no beat is not counted as none"
    assert any(
        re.fullmatch("6 of 8 excerpts of the .* have no (tempo|beat), and are not counted", said)
        for said in measured.remarks
    )
    fewer = {**some, "0": noise(seed=9)}
    assert metric.lacking(real, fewer) is not None
    assert metric.unsuited({**real, "0": noise(seed=9)}, some) is not None


def test_short_clips_and_silence_have_no_tempo() -> None:
    music = {"a": clicks(100), "b": clicks(120)}
    with pytest.raises(MenuraError, match="no clip of the candidates is 3 s long"):
        metrics.load("tempo").score(music, {"a": clicks(100, 2.0)})
    with pytest.raises(MenuraError, match="too few excerpts of the candidates have a tempo"):
        metrics.load("tempo").score(music, {"a": Clip(np.zeros((1, 5 * RATE), np.float32), RATE)})
    mixed = {"a": clicks(100, 2.0), "b": clicks(100, 6.0)}
    assert metrics.load("tempo").score(music, mixed).n_candidate == 1
