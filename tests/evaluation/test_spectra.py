"""Spectra, cepstra and windows against librosa."""

import librosa
import numpy as np
import pytest

from menura.audio import Clip, resample
from menura.evaluation import spectra
from menura.evaluation.cepstra import cepstra
from menura.evaluation.windows import (
    N_DIMENSIONS,
    level_free_embeddings,
    log_mel_frames,
    sounding,
    window_embeddings,
)
from tunes import tune


def music(seconds: float = 3.0, seed: int = 0) -> np.ndarray:
    return tune(seconds, 16_000, seed)[0]


def clip_of(samples: np.ndarray) -> Clip:
    return Clip(samples[None].astype(np.float32), 16_000)


@pytest.mark.parametrize(("n_fft", "hop_length"), [(512, 128), (1024, 250), (2048, 2048)])
def test_magnitudes_equal_librosa(n_fft: int, hop_length: int) -> None:
    sound = music()
    expected = np.abs(librosa.stft(sound, n_fft=n_fft, hop_length=hop_length, center=False))
    found = spectra.magnitudes(sound, n_fft, hop_length)
    np.testing.assert_allclose(found, expected.T, atol=1e-4)
    expected = np.abs(librosa.stft(sound, n_fft=n_fft, hop_length=hop_length, pad_mode="constant"))
    found = spectra.magnitudes(spectra.centred(sound, n_fft), n_fft, hop_length)
    np.testing.assert_allclose(found, expected.T, atol=1e-4)


def test_blocks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = spectra.magnitudes(music(), 512, 128)
    monkeypatch.setattr(spectra, "FRAMES_AT_ONCE", 7)
    np.testing.assert_array_equal(spectra.magnitudes(music(), 512, 128), whole)


def test_sound_shorter_than_a_frame_gives_none() -> None:
    assert spectra.magnitudes(np.zeros(511, np.float32), 512, 128).shape == (0, 257)
    assert spectra.mel_power(np.zeros(9, np.float32), np.ones((5, 257), np.float32), 4).shape == (
        0,
        5,
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_cepstra_equal_librosa(seed: int) -> None:
    sound = music(seed=seed) * np.linspace(1, 1e-6, 48_000, dtype=np.float32)  # reaches the floor
    expected = librosa.feature.mfcc(y=sound, sr=16_000, n_mfcc=40)[:13].T
    found = cepstra(clip_of(sound))
    assert found.shape == expected.shape == (94, 13)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_cepstra_are_of_16_khz() -> None:
    clip = Clip(tune(2.0, 44_100, 3), 44_100)
    np.testing.assert_array_equal(cepstra(clip), cepstra(resample(clip, 16_000)))


def test_windows_equal_librosa() -> None:
    sound = music(3.5, seed=4)
    power = librosa.feature.melspectrogram(
        y=sound, sr=16_000, n_fft=1024, hop_length=250, n_mels=64, center=False, norm=None
    )
    logarithms = np.log(np.maximum(power / 256**2, 1e-8))
    np.testing.assert_allclose(log_mel_frames(clip_of(sound)), logarithms.T, atol=2e-3)
    found = window_embeddings(clip_of(sound))
    assert found.shape == (3, N_DIMENSIONS)
    for second in range(3):
        part = logarithms[:, 64 * second : 64 * second + 60]  # 60 frames lie wholly in a second
        expected = np.concatenate([part.mean(axis=1), part.std(axis=1)])
        np.testing.assert_allclose(found[second], expected, atol=2e-3)


def test_a_window_is_the_second_that_begins_there() -> None:
    clip = clip_of(music(4.0))
    for function in (window_embeddings, level_free_embeddings):
        windows = function(clip, 4)
        assert len(windows) == 13
        for number in (0, 5, 12):
            alone = function(clip.between(number / 4, number / 4 + 1))
            np.testing.assert_allclose(alone, windows[number : number + 1], atol=1e-6)


def test_a_full_scale_sine_reads_zero() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    assert log_mel_frames(clip_of(sine)).max() == pytest.approx(0.0, abs=0.7)


def test_only_whole_seconds_count() -> None:
    lengths = (15_700, 15_999, 16_000, 31_700, 31_999, 32_000)
    assert [len(window_embeddings(clip_of(np.zeros(n)))) for n in lengths] == [0, 1, 1, 1, 2, 2]
    assert len(level_free_embeddings(clip_of(np.zeros(500)))) == 0
    with pytest.raises(ValueError, match="must divide 64"):
        window_embeddings(clip_of(np.zeros(16_000)), 3)


def test_the_level_free_embedding_knows_no_level() -> None:
    sound = music(2.0)
    loud, soft = (level_free_embeddings(clip_of(gain * sound)) for gain in (1.0, 0.1))
    np.testing.assert_allclose(loud, soft, atol=1e-3)
    assert np.abs(window_embeddings(clip_of(sound)) - loud).max() > 1


def test_silent_windows_are_known() -> None:
    sound = music(4.0)
    sound[16_000:32_000] = 0
    sound[48_000:] *= 1e-4
    assert sounding(clip_of(sound)).tolist() == [True, False, True, False]
    assert sounding(clip_of(sound), 2).tolist() == [True, True, False, True, True, True, False]
