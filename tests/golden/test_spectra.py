"""Spectra against librosa, an independent reference."""

import librosa
import numpy as np
import pytest
import torch

from menura.representations._stft import griffin_lim, istft, stft
from menura.representations.log_mel import LogMel
from menura.representations.log_power import LogPower
from menura.representations.power import Power
from tunes import tune

RATE = 22_050
SOUND = tune(1.5, RATE, seed=3)


@pytest.mark.parametrize(("n_fft", "hop_length"), [(1024, 256), (1024, 512), (2048, 300)])
def test_stft(n_fft: int, hop_length: int) -> None:
    ours = stft(torch.from_numpy(SOUND), n_fft, hop_length)[0].numpy()
    theirs = librosa.stft(SOUND[0], n_fft=n_fft, hop_length=hop_length, pad_mode="constant")
    np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_istft_is_its_inverse() -> None:
    back = istft(stft(torch.from_numpy(SOUND), 1024, 256), 1024, 256)
    np.testing.assert_allclose(back.numpy(), SOUND[:, : back.shape[1]], atol=1e-5)


def test_power_spectrogram() -> None:
    part = Power(Power.Config(normalisation="none"), RATE)
    theirs = np.abs(librosa.stft(SOUND[0], n_fft=1024, hop_length=256, pad_mode="constant")) ** 2
    ours = part.encode(torch.from_numpy(SOUND)[None])[0].numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_log_power_of_the_report_is_512_features() -> None:
    config = LogPower.Config(n_fft=1024, hop_length=512, drop_nyquist=True, normalisation="none")
    part = LogPower(config, RATE)
    magnitude = np.abs(librosa.stft(SOUND[0], n_fft=1024, hop_length=512, pad_mode="constant"))
    ours = part.encode(torch.from_numpy(SOUND)[None])[0].numpy()
    assert ours.shape[0] == 512
    np.testing.assert_allclose(
        ours, np.log(np.maximum(magnitude[:512] ** 2, part.floor)), atol=1e-2
    )


def test_a_full_scale_sine_is_0_db() -> None:
    t = torch.arange(8192) / RATE
    bin_hz = RATE / 1024 * 40  # in the middle of a bin
    part = LogPower(LogPower.Config(normalisation="none", floor_db=-1e-9), RATE)
    peak = part.encode(torch.sin(2 * torch.pi * bin_hz * t)[None, None])[:, :, 8].max()
    assert float(peak) == pytest.approx(np.log(part.floor), abs=0.01)


def test_log_mel() -> None:
    part = LogMel(LogMel.Config(n_fft=2048, n_mels=96, f_max_hz=9000.0, normalisation="none"), RATE)
    theirs = librosa.feature.melspectrogram(
        y=SOUND[0], sr=RATE, n_fft=2048, hop_length=256, n_mels=96, fmax=9000, pad_mode="constant"
    )
    ours = part.encode(torch.from_numpy(SOUND)[None])[0].numpy()
    np.testing.assert_allclose(ours, np.log(np.maximum(theirs, part.floor)), atol=2e-3)


def test_griffin_lim_is_as_good_as_librosas() -> None:
    magnitude = stft(torch.from_numpy(SOUND), 1024, 256).abs()
    ours = griffin_lim(magnitude, 1024, 256, n_iter=32)
    theirs = librosa.griffinlim(
        magnitude[0].numpy(), n_iter=32, hop_length=256, pad_mode="constant", random_state=0
    )
    assert inconsistency(ours, magnitude) < 1.1 * inconsistency(
        torch.from_numpy(theirs)[None], magnitude
    )


def inconsistency(sound: torch.Tensor, magnitude: torch.Tensor) -> float:
    """Spectral convergence: how far the sound's magnitudes are from those asked for."""
    made = stft(sound, 1024, 256).abs()
    n = min(made.shape[2], magnitude.shape[2])
    difference = made[:, :, :n] - magnitude[:, :, :n]
    return float(difference.norm() / magnitude.norm())
