"""Mel filters, log-mel and MFCC against librosa; the exact inverse against scipy."""

from typing import Literal

import librosa
import numpy as np
import pytest
import scipy.fft
import scipy.optimize
import torch

from menura.audio import hz_to_mel, mel_filter_bank, mel_to_hz
from menura.representations._mel_filters import MelFilters
from menura.representations._mel_nnls import nnls
from menura.representations.log_mel import PRESETS, LogMel
from menura.representations.mfcc import Mfcc
from tunes import tune

RATE = 22_050
SOUND = tune(1.5, RATE, seed=3)
Scale = Literal["slaney", "htk"]
SCALES: tuple[Scale, ...] = ("slaney", "htk")


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference, relative to the largest value."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


@pytest.mark.parametrize("mel_scale", SCALES)
@pytest.mark.parametrize("norm", ["slaney", None])
def test_filters(mel_scale: Scale, norm: Literal["slaney"] | None) -> None:
    for rate, n_fft, n_mels in ((22_050, 2048, 128), (44_100, 1024, 40)):
        theirs = librosa.filters.mel(
            sr=rate, n_fft=n_fft, n_mels=n_mels, htk=mel_scale == "htk", norm=norm
        )
        ours = mel_filter_bank(rate, n_fft, n_mels, norm=norm, mel_scale=mel_scale)
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6 * theirs.max())


def test_the_htk_scale_is_librosas_and_turns_back() -> None:
    hz = np.linspace(0, 20_000, 999)
    np.testing.assert_allclose(hz_to_mel(hz, "htk"), librosa.hz_to_mel(hz, htk=True), rtol=1e-9)
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz, "htk"), "htk"), hz, atol=1e-6)


def librosas_mel(config: LogMel.Config, rate: int = RATE) -> np.ndarray:
    return librosa.feature.melspectrogram(
        y=SOUND[0],
        sr=rate,
        n_fft=config.n_fft,
        hop_length=config.hop_length,
        n_mels=config.n_mels,
        fmin=config.f_min_hz,
        fmax=config.f_max_hz,
        htk=config.mel_scale == "htk",
        norm=None if config.norm == "none" else "slaney",
        pad_mode="constant",
    )


@pytest.mark.parametrize("mel_scale", SCALES)
@pytest.mark.parametrize("norm", ["slaney", "none"])
def test_log_mel(mel_scale: Scale, norm: Literal["slaney", "none"]) -> None:
    config = LogMel.Config(
        n_fft=2048, n_mels=96, f_max_hz=9000, mel_scale=mel_scale, norm=norm, normalisation="none"
    )
    part, theirs = LogMel(config, RATE), librosas_mel(config)
    ours = part.encode(torch.from_numpy(SOUND)[None])[0].numpy()
    np.testing.assert_allclose(np.exp(ours), np.maximum(theirs, part.floor), rtol=1e-3)
    assert relative(ours, np.log(np.maximum(theirs, part.floor))) < 1e-4


@pytest.mark.filterwarnings("ignore:Empty filters")
def test_the_form_of_the_interpolation_report() -> None:
    config, rate = PRESETS["mel-interpolation"], 32_768
    part = LogMel(config, rate)
    frames = part.encode(torch.zeros(1, 1, 5 * rate))
    assert frames.shape == (1, 512, 640 + 1)  # the last is centred on the end of the clip
    ours = part.to_mel(part.filters.matrix.new_ones(1, 2049, 2))[0, :, 0].numpy()
    theirs = librosa.filters.mel(sr=rate, n_fft=4096, n_mels=512).sum(axis=1)
    np.testing.assert_allclose(ours, np.maximum(theirs, part.floor), rtol=1e-4)


@pytest.mark.parametrize(("n_mfcc", "lifter"), [(13, 0), (20, 0), (40, 0), (128, 0), (20, 22)])
def test_mfcc(n_mfcc: int, lifter: int) -> None:
    config = Mfcc.Config(n_mfcc=n_mfcc, lifter=lifter, normalisation="none")
    part = Mfcc(config, RATE)
    decibels = librosa.power_to_db(librosas_mel(config), amin=part.floor, top_db=None)
    theirs = librosa.feature.mfcc(S=decibels, n_mfcc=n_mfcc, lifter=lifter)
    ours = part.encode(torch.from_numpy(SOUND)[None])[0].numpy()
    assert relative(ours, theirs) < 1e-4


def test_the_inverse_of_all_coefficients_is_scipys() -> None:
    part = Mfcc(Mfcc.Config(n_mfcc=128, floor_db=-150.0), RATE)
    power = np.exp(np.random.default_rng(0).normal(0, 2, (part.n_bins, 5))).astype(np.float32)
    decibels = 10 * np.log10(librosa.filters.mel(sr=RATE, n_fft=2048) @ power)
    coefficients = scipy.fft.dct(decibels, axis=0, type=2, norm="ortho")
    bands = part.filters(part.to_power(torch.from_numpy(coefficients)[None]))[0].numpy()
    assert np.median(np.abs(10 * np.log10(bands) - decibels)) < 0.1


@pytest.mark.parametrize("possible", [True, False])
@pytest.mark.parametrize(
    ("mel_scale", "n_fft", "n_mels"), [("slaney", 1024, 128), ("htk", 512, 40)]
)
def test_nnls_is_scipys(mel_scale: Scale, n_fft: int, n_mels: int, possible: bool) -> None:
    matrix = mel_filter_bank(RATE, n_fft, n_mels, mel_scale=mel_scale)
    rng = np.random.default_rng(0)
    mel = matrix @ np.exp(2 * rng.standard_normal((matrix.shape[1], 6))).astype(np.float32)
    if not possible:
        mel *= np.exp(rng.standard_normal(mel.shape)).astype(np.float32)
    found = nnls(MelFilters(matrix), torch.from_numpy(mel)[None])[0].numpy()
    assert found.min() >= 0
    exact = matrix.astype(np.float64)
    ours = np.linalg.norm(exact @ found - mel, axis=0)
    theirs = [scipy.optimize.nnls(exact, m.astype(np.float64), maxiter=10_000)[1] for m in mel.T]
    if possible:
        assert (np.abs(ours - theirs) <= 1e-4 * np.linalg.norm(mel, axis=0)).all()
    else:
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)
