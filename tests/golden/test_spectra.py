"""Spectra against librosa, an independent reference."""

import librosa
import numpy as np
import pytest
import torch

from menura.representations._stft import istft, stft
from menura.representations.log_mel import LogMel
from menura.representations.log_power import LogPower
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
