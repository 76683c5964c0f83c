"""FMA's 518 descriptors against their definitions, and at the edges of what sound can be."""

import warnings
from pathlib import Path

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float

from menura import audio
from menura.audio import Clip
from menura.evaluation.descriptors import COLUMNS, UndescribableError, describe
from menura.evaluation.descriptors.describe import statistics
from tunes import tune

Frames = Float[np.ndarray, "numbers frames"]


def constant_q_by_definition(sound: Float[np.ndarray, " time"], rate: int) -> dict[str, Frames]:
    """84 bins from C1 folded to pitch classes; CENS (Müller & Ewert 2011); Harte et al. 2006."""
    cqt = np.abs(librosa.cqt(sound, sr=rate, n_bins=84, tuning=None, pad_mode="reflect"))
    folded = cqt.reshape(7, 12, -1).sum(axis=0)
    shares = folded / folded.sum(axis=0)
    steps = 0.25 * sum((shares > least).astype(float) for least in (0.05, 0.1, 0.2, 0.4))
    window = np.hanning(43)
    smooth = np.stack([np.convolve(row, window / window.sum(), "same") for row in steps])
    cens = smooth / np.linalg.norm(smooth, axis=0)
    pitch = np.arange(12)
    circles = [(7 / 6, 1.0), (3 / 2, 1.0), (2 / 3, 0.5)]  # of fifths, minor and major thirds
    centroids = np.stack(
        [
            radius * wave(np.pi * step * pitch)
            for step, radius in circles
            for wave in (np.sin, np.cos)
        ]
    )
    return {
        "chroma_cqt": folded / folded.max(axis=0),
        "chroma_cens": cens,
        "tonnetz": centroids @ (cens / cens.sum(axis=0)),
    }


def frames_by_definition(sound: Float[np.ndarray, " time"], rate: int) -> dict[str, Frames]:
    """Straight calls of librosa on the sound, each making its own spectrum."""
    feature, edge = librosa.feature, "reflect"
    mirrored = librosa.util.frame(
        np.pad(sound, 1024, mode="reflect"), frame_length=2048, hop_length=512
    )
    hann = np.sin(np.pi * np.arange(2048) / 2048) ** 2
    power = np.abs(np.fft.rfft(mirrored * hann[:, None], axis=0)) ** 2
    signs = librosa.util.frame(np.pad(sound, 1024, mode="edge"), frame_length=2048, hop_length=512)
    return constant_q_by_definition(sound, rate) | {
        "chroma_stft": feature.chroma_stft(y=sound, sr=22050, pad_mode=edge),
        "mfcc": feature.mfcc(y=sound, sr=rate, pad_mode=edge, n_mfcc=20),
        "rmse": np.sqrt(power.mean(axis=0, keepdims=True)),
        "spectral_bandwidth": feature.spectral_bandwidth(y=sound, sr=22050, pad_mode=edge),
        "spectral_centroid": feature.spectral_centroid(y=sound, sr=22050, pad_mode=edge),
        "spectral_contrast": feature.spectral_contrast(y=sound, sr=22050, pad_mode=edge),
        "spectral_rolloff": feature.spectral_rolloff(y=sound, sr=22050, pad_mode=edge),
        "zcr": (np.diff(np.signbit(signs), axis=0) != 0).sum(axis=0, keepdims=True) / 2048,
    }


def moments(values: Frames) -> dict[str, Float[np.ndarray, " numbers"]]:
    values = values.astype(np.float64)
    mean = values.mean(axis=1)
    second, third, fourth = (((values.T - mean) ** power).mean(axis=0) for power in (2, 3, 4))
    return {
        "kurtosis": fourth / second**2 - 3,
        "max": values.max(axis=1),
        "mean": mean,
        "median": np.median(values, axis=1),
        "min": values.min(axis=1),
        "skew": third / second**1.5,
        "std": np.sqrt(second),
    }


def assert_as_defined(sound: Float[np.ndarray, " time"], rate: int) -> None:
    row = dict(zip(COLUMNS, describe(Clip(sound[None], rate)).values, strict=True))
    frames = frames_by_definition(sound, rate)
    assert sum(len(values) for values in frames.values()) * 7 == 518
    for feature, values in frames.items():
        for statistic, numbers in moments(values).items():
            for number, expected in enumerate(numbers, start=1):
                column = (feature, statistic, f"{number:02d}")
                # What is 0 but for rounding (a mean of tonal centroids, say) has no relative error.
                assert row.pop(column) == pytest.approx(expected, rel=1e-4, abs=2e-5), column
    [(column, tempo)] = row.items()
    assert column == ("tempo", "bpm", "01")
    assert tempo == pytest.approx(librosa.feature.tempo(y=sound, sr=rate)[0], rel=1e-4)


@pytest.mark.parametrize("rate", [22050, 44100, 11025])
def test_each_of_the_518_is_what_its_definition_says(rate: int) -> None:
    assert_as_defined(tune(3.0, rate, seed=4)[0], rate)


@pytest.mark.parametrize("genre", ["folk", "classical"])
def test_so_it_is_of_real_music(recordings: Path, genre: str) -> None:
    files = sorted((recordings / "clips").rglob(f"{genre}*.*"))
    clip = audio.read(next(file for file in files if file.is_file())).between(5.0, 13.0)
    assert_as_defined(audio.mix(clip.samples, 1)[0], clip.sample_rate)


def test_at_another_rate_it_is_the_resampled_clip() -> None:
    clip = Clip(tune(2.0, 32000), 32000)
    np.testing.assert_array_equal(
        describe(clip, 22050).values, describe(audio.resample(clip, 22050)).values
    )
    assert describe(clip).notes == ()


def test_a_low_rate_is_refused_with_its_mend_and_the_mend_works() -> None:
    clip = Clip(tune(1.0, 8000), 8000)
    with pytest.raises(UndescribableError, match=r"8000 Hz is too low.*--sample-rate 22050"):
        describe(clip)
    assert np.isfinite(describe(clip, 22050).values).all()


@pytest.mark.parametrize("n_samples", [1, 2047])
def test_less_than_a_window_is_refused(n_samples: int) -> None:
    with pytest.raises(UndescribableError, match=f"too short: {n_samples} samples"):
        describe(Clip(np.full((1, n_samples), 0.1, np.float32), 22050))


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(odd: float) -> None:
    samples = tune(1.0, 22050, n_channels=2)
    samples[1, 11025] = odd
    with pytest.raises(UndescribableError, match=r"not numbers \(first at 0.50 s\)"):
        describe(Clip(samples, 22050))


def test_silence_is_zeros_and_says_so() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        description = describe(Clip(np.zeros((2, 22050), np.float32), 22050))
    row = dict(zip(COLUMNS, description.values.tolist(), strict=True))
    assert np.isfinite(description.values).all()
    assert row["rmse", "max", "01"] == row["zcr", "kurtosis", "01"] == 0
    assert row["tempo", "bpm", "01"] == 0
    assert description.notes[0] == "silent"
    assert "do not vary, and stand as 0" in description.notes[1]


@settings(max_examples=12)
@given(
    n_samples=st.integers(2048, 30000),
    n_channels=st.integers(1, 8),
    rate=st.sampled_from([8500, 9973, 16000, 22050, 44100, 48000, 96000, 192000]),
    kind=st.sampled_from(["noise", "constant", "full scale", "one sample", "faint"]),
)
def test_whatever_the_sound_the_row_is_finite(
    n_samples: int, n_channels: int, rate: int, kind: str
) -> None:
    rng = np.random.default_rng(n_samples)
    samples = {
        "noise": 0.1 * rng.standard_normal((n_channels, n_samples)),
        "constant": np.full((n_channels, n_samples), 0.5),
        "full scale": np.sign(rng.standard_normal((n_channels, n_samples))),
        "one sample": np.eye(n_channels, n_samples),
        "faint": 1e-30 * rng.standard_normal((n_channels, n_samples)),
    }[kind].astype(np.float32)
    values = describe(Clip(samples, rate)).values
    assert values.shape == (519,)
    assert np.isfinite(values).all()


def test_statistics_of_what_does_not_vary_are_undefined() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = statistics(np.full((1, 9), 0.1, np.float32))[:, 0]
    assert np.isnan(found[[0, 5]]).all()
    assert found[[1, 2, 3, 4, 6]].tolist() == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.0])
