"""Fingerprints stay the same through what happens to files, and differ between recordings."""

import io
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float32, UInt32

from menura.audio.fingerprint import (
    N_BITS,
    NOTHING,
    SPAN_S,
    WORD_S,
    Fingerprinter,
    fingerprint,
)

RATE = 44_100


def music(seed: int, seconds: float = 8.0, rate: int = RATE) -> Float32[np.ndarray, "1 time"]:
    """Notes at random, each with overtones that die away, over a little noise."""
    rng = np.random.default_rng(seed)
    sound = 0.01 * rng.standard_normal(round(seconds * rate))
    for _ in range(round(seconds * 6)):
        start = int(rng.integers(0, len(sound) - rate // 2))
        t = np.arange(min(rate, len(sound) - start)) / rate
        hz = 110.0 * 2 ** (rng.integers(0, 36) / 12)
        for overtone in (1, 2, 3, 4, 5):
            sound[start : start + len(t)] += (
                0.1 / overtone * np.sin(2 * np.pi * hz * overtone * t) * np.exp(-4 * t)
            )
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)[None]


def share_of_errors(
    left: UInt32[np.ndarray, " left"], right: UInt32[np.ndarray, " right"], late_s: float = 0.0
) -> float:
    """Of the bits of words that tell something, when `right` begins `late_s` later; counted by
    bits as text, the better of the two words it may fall between."""
    shares = []
    for late in {int(late_s / WORD_S), int(np.ceil(late_s / WORD_S))}:
        pairs = [
            (a, b)
            for a, b in zip(left[late:].tolist(), right.tolist(), strict=False)
            if NOTHING not in (a, b)
        ]
        assert len(pairs) > 30
        shares.append(sum((a ^ b).bit_count() for a, b in pairs) / len(pairs) / N_BITS)
    return min(shares)


@pytest.fixture(scope="module")
def original() -> Float32[np.ndarray, "1 time"]:
    return music(0)


@pytest.mark.parametrize("kind", ["MP3", "OGG"])
def test_encoding_changes_little(original: Float32[np.ndarray, "1 time"], kind: str) -> None:
    file = io.BytesIO()
    subtype = {"MP3": "MPEG_LAYER_III", "OGG": "VORBIS"}[kind]
    soundfile.write(file, original[0], RATE, format=kind, subtype=subtype, compression_level=0.8)
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    assert share_of_errors(fingerprint(original, RATE), fingerprint(decoded[None], RATE)) < 0.15


@pytest.mark.parametrize("rate", [48_000, 32_000, 22_050, 16_000, 11_025, 8_000])
def test_rates_change_little(original: Float32[np.ndarray, "1 time"], rate: int) -> None:
    other = scipy.signal.resample_poly(original, rate, RATE, axis=1).astype(np.float32)
    assert share_of_errors(fingerprint(original, RATE), fingerprint(other, rate)) < 0.05


@pytest.mark.parametrize("late_s", [WORD_S / 2, 0.1, 1.0, 3.337])
def test_a_later_start_changes_little(
    original: Float32[np.ndarray, "1 time"], late_s: float
) -> None:
    late = original[:, round(late_s * RATE) :]
    assert share_of_errors(fingerprint(original, RATE), fingerprint(late, RATE), late_s) < 0.15


def test_gain_and_channels_change_nothing_to_speak_of(
    original: Float32[np.ndarray, "1 time"],
) -> None:
    words = fingerprint(original, RATE)
    assert share_of_errors(words, fingerprint(original * np.float32(0.05), RATE)) < 0.01
    assert share_of_errors(words, fingerprint(np.repeat(original, 2, axis=0), RATE)) < 0.01
    cancelling = np.concatenate([original, -original])
    assert share_of_errors(words, fingerprint(cancelling, RATE)) < 0.01


def test_another_recording_is_another(original: Float32[np.ndarray, "1 time"]) -> None:
    words = fingerprint(original, RATE)
    for seed in (1, 2, 3):
        assert 0.4 < share_of_errors(words, fingerprint(music(seed), RATE)) < 0.6


@given(cuts=st.lists(st.integers(1, 60_000), max_size=12), channels=st.sampled_from([1, 2]))
@settings(max_examples=20, deadline=None)
def test_blocks_do_not_matter(cuts: list[int], channels: int) -> None:
    sound = np.concatenate([music(4, 9.0, 8000), music(5, 9.0, 8000)])[:channels]
    printer = Fingerprinter(8000)
    for block in np.split(sound, np.cumsum(cuts), axis=1):
        printer.push(block)
    assert np.array_equal(printer.finish(), fingerprint(sound, 8000))


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(3 * RATE),
        np.full(3 * RATE, 0.5),
        0.5 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE),
        1e-5 * np.random.default_rng(0).standard_normal(3 * RATE),
        np.full(3 * RATE, 1e38),
    ],
    ids=["silence", "offset", "steady tone", "far below hearing", "broken"],
)
def test_what_tells_nothing(sound: Float32[np.ndarray, " time"]) -> None:
    words = fingerprint(sound.astype(np.float32)[None], RATE)
    assert len(words) == int((3 - SPAN_S) / WORD_S) + 1
    if sound.max() < 1e38:
        assert np.count_nonzero(words[6:-6] != NOTHING) == 0


@pytest.mark.parametrize("rate", [1, 1000, 3999, 7999, 384_000])
def test_any_rate_and_length(rate: int) -> None:
    for n_samples in (0, 1, round(SPAN_S * rate) + rate):
        sound = np.random.default_rng(0).uniform(-1, 1, (1, n_samples)).astype(np.float32)
        words = fingerprint(sound, rate)
        assert len(words) <= n_samples / rate / WORD_S


@pytest.mark.parametrize("kind", ["clips/genres_original", "piano"])
def test_real_music_through_mp3(recordings: Path, kind: str) -> None:
    paths = sorted((recordings / kind).rglob("*.ogg"))[::12]
    for path in paths:
        sound, rate = soundfile.read(path, frames=10 * 32_000, dtype="float32", always_2d=True)
        mono = sound.mean(axis=1)
        file = io.BytesIO()
        soundfile.write(
            file, mono, rate, format="MP3", subtype="MPEG_LAYER_III", compression_level=0.9
        )
        file.seek(0)
        decoded, _ = soundfile.read(file, dtype="float32")
        errors = share_of_errors(fingerprint(mono[None], rate), fingerprint(decoded[None], rate))
        assert errors < 0.2, path
