"""Spectrograms: equal to librosa's, and pictures that can be compared by eye."""

import io

import librosa
import numpy as np
import pytest

from menura.audio import (
    Clip,
    frames_png,
    hz_to_mel,
    mel_filter_bank,
    mel_to_hz,
    spectrogram_db,
    spectrograms_png,
)


@pytest.mark.parametrize(
    ("rate", "n_fft", "n_mels", "low", "high"),
    [
        (22_050, 2048, 128, 0.0, None),
        (44_100, 2048, 80, 30.0, 16_000.0),
        (8000, 256, 20, 0.0, None),
    ],
)
@pytest.mark.parametrize("norm", ["slaney", None])
def test_mel_filters_are_librosas(rate, n_fft, n_mels, low, high, norm) -> None:
    peer = librosa.filters.mel(
        sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=low, fmax=high, norm=norm, htk=False
    )
    assert np.allclose(mel_filter_bank(rate, n_fft, n_mels, low, high, norm), peer, atol=1e-6)


def test_the_mel_scale_is_librosas_and_turns_back() -> None:
    hz = np.linspace(0, 20_000, 999)
    assert np.allclose(hz_to_mel(hz), librosa.hz_to_mel(hz))
    assert np.allclose(mel_to_hz(hz_to_mel(hz)), hz)


def test_the_spectrogram_is_librosas() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 30_000)).astype(np.float32)
    peer = librosa.feature.melspectrogram(
        y=noise[0], sr=22_050, n_fft=1024, hop_length=256, n_mels=64, norm=None, window="hann"
    )
    level = librosa.filters.get_window("hann", 1024).sum() / 2
    expected = 10 * np.log10(np.maximum(peer / level**2, 1e-12))
    mine = spectrogram_db(Clip(noise, 22_050), n_mels=64)
    assert mine.shape == expected.shape
    assert np.abs(mine - expected).max() < 1e-3


def test_levels_are_relative_to_full_scale() -> None:
    t = np.arange(44_100) / 44_100
    for amplitude, db in ((1.0, 0.0), (0.01, -40.0)):
        wave = (amplitude * np.sin(2 * np.pi * 3000 * t)).astype(np.float32)
        for n_channels in (1, 2):
            clip = Clip(np.tile(wave, (n_channels, 1)), 44_100)
            assert spectrogram_db(clip)[:, 20:-20].max() == pytest.approx(db, abs=3)
    antiphase = Clip(np.stack([wave, -wave]), 44_100)
    assert spectrogram_db(antiphase).max() > -45


@pytest.mark.parametrize("n_samples", [0, 1, 100, 600_000])
@pytest.mark.parametrize("rate", [1000, 192_000])
def test_any_length(n_samples: int, rate: int) -> None:
    silence = Clip(np.zeros((2, n_samples), np.float32), rate)
    mels = spectrogram_db(silence, n_mels=16)
    assert mels.shape[0] == 16
    assert mels.shape[1] >= 1
    assert (mels == -120).all()


def pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return np.asarray(imread(io.BytesIO(png)))[..., :3]


def test_all_rows_share_one_scale_of_seconds() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    rows = [("two seconds", Clip(noise, 8000)), ("one second", Clip(noise[:, :8000], 8000))]
    image = pixels(spectrograms_png(rows))
    coloured = (image.min(axis=2) < 0.9)[:, : int(image.shape[1] * 0.9)]  # less the colour bar
    half = image.shape[0] // 2
    widths = [int((part.mean(axis=0) > 0.3).sum()) for part in (coloured[:half], coloured[half:])]
    assert widths[0] > 600
    assert widths[1] / widths[0] == pytest.approx(0.5, abs=0.02)


def test_all_rows_share_one_range_of_colours() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    rows = [("loud", Clip(noise, 8000)), ("30 dB quieter", Clip(noise * 0.03, 8000))]
    image = pixels(spectrograms_png(rows))
    half, inner = image.shape[0] // 2, slice(200, 800)
    assert image[:half, inner].mean(axis=2).mean() > image[half:, inner].mean(axis=2).mean() + 0.05


def test_titles_may_be_anything() -> None:
    clip = Clip(np.zeros((1, 800), np.float32), 8000)
    rows = [("$x_{ – 音楽 🎵 \n", clip), ("long " * 90, clip), ("", clip)]
    for columns in (1, 2, 9):
        assert spectrograms_png(rows, columns=columns).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="at least one"):
        spectrograms_png([])


@pytest.mark.parametrize("frame_rate_hz", [None, 86.1])
@pytest.mark.parametrize("n_frames", [1, 9000])
def test_frames(frame_rate_hz: float | None, n_frames: int) -> None:
    frames = np.random.default_rng(0).normal(size=(7, n_frames)).astype(np.float32)
    png = frames_png(frames, title="frames of $x", frame_rate_hz=frame_rate_hz)
    assert pixels(png).std() > 0.05
