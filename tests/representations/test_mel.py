"""Mel bands and back: filters in blocks, three inverses, log-mel on any sound."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.audio import mel_filter_bank
from menura.foundation.errors import UsageError
from menura.representations import log_mel_db
from menura.representations._mel_filters import MelFilters
from menura.representations._mel_inverse import UNMEL, Unmel
from menura.representations._phase.coarse import coarse
from menura.representations._phase.griffin_lim import griffin_lim
from menura.representations._stft import stft
from menura.representations.log_mel import PRESETS, LogMel
from tunes import tune

RATE = 22_050
MATRIX = mel_filter_bank(RATE, 1024, 100)
FILTERS = MelFilters(MATRIX)


def power(seed: int = 0, n_rows: int = 2, n_frames: int = 5) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(np.exp(rng.normal(0, 2, (n_rows, 513, n_frames)))).float()


def test_products_in_blocks_are_products() -> None:
    bins, whole = power(), torch.from_numpy(MATRIX)
    torch.testing.assert_close(FILTERS(bins), whole @ bins)
    torch.testing.assert_close(FILTERS.transposed(FILTERS(bins)), whole.T @ (whole @ bins))


def test_the_pseudo_inverse_is_numpys() -> None:
    mel = FILTERS(power())
    theirs = np.linalg.pinv(MATRIX.astype(np.float64)) @ mel.double().numpy()
    ours = FILTERS.pseudo_inverse(mel).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())


def mismatch(unmel: Unmel, mel: torch.Tensor) -> float:
    """Mean |difference| of the logarithms of the bands that come back."""
    back = FILTERS(UNMEL[unmel](FILTERS, mel)).clamp_min(1e-6)
    return float((back.log() - mel.log()).abs().mean())


def test_inverses_stand_in_the_order_of_their_cost() -> None:
    mel = FILTERS(power())
    rough, fast, exact = (mismatch(name, mel) for name in ("pinv", "multiplicative", "nnls"))
    assert exact < 1e-2
    assert fast < 0.3 * rough


@pytest.mark.parametrize("unmel", list(UNMEL))
def test_inverses_are_finite_and_mind_their_own_frames(unmel: Unmel) -> None:
    mel = FILTERS(power())
    mel[:, :, 2] = 0
    mel[0, :, 3] = 1e12
    mel[1, ::3, 3] = 0
    together = UNMEL[unmel](FILTERS, mel)
    assert together.isfinite().all()
    assert together.min() >= 0
    assert together[:, :, 2].abs().max() == 0
    alone = UNMEL[unmel](FILTERS, mel[1:, :, 1:2])
    torch.testing.assert_close(together[1:, :, 1:2], alone, rtol=1e-4, atol=1e-4)


def test_empty_triangles_do_no_harm() -> None:
    matrix = mel_filter_bank(8000, 128, 20)
    matrix[::7] = 0
    filters = MelFilters(matrix)
    for unmel in UNMEL.values():
        back = unmel(filters, torch.ones(1, 20, 3))
        assert back.isfinite().all()
        assert filters(back)[filters.band_sums.T > 0].max() < 10


@pytest.mark.parametrize("unmel", list(UNMEL))
def test_each_inverse_brings_sound_back(unmel: Unmel) -> None:
    config = LogMel.Config(n_fft=2048, hop_length=512, n_iter=8, unmel=unmel, normalisation="none")
    part = LogMel(config, RATE)
    sound = tune(1.0, RATE, seed=2)
    back = part.decode(part.encode(torch.from_numpy(sound)[None]))[0].numpy()
    assert log_mel_db(sound[:, : back.shape[1]], back, RATE) < 3.5


@settings(max_examples=30)
@given(
    n=st.integers(1, 3000),
    n_channels=st.integers(1, 8),
    rate=st.sampled_from([8000, 11_025, 22_050, 44_101, 96_000]),
    kind=st.sampled_from(["silence", "constant", "square", "noise"]),
)
def test_any_sound(n: int, n_channels: int, rate: int, kind: str) -> None:
    part = LogMel(LogMel.Config(n_fft=512, hop_length=128, n_mels=40, n_iter=2), rate, n_channels)
    sound = any_sound(kind, n_channels, n)
    frames = part.encode(sound)
    assert frames.shape == (1, 40 * n_channels, part.frames_for(n))
    assert frames.isfinite().all()
    back = part.decode(frames)
    assert back.shape == (1, n_channels, part.samples_for(frames.shape[2]))
    assert back.isfinite().all()


def any_sound(kind: str, n_channels: int, n: int) -> torch.Tensor:
    if kind == "noise":
        values = np.random.default_rng(n).uniform(-1, 1, (1, n_channels, n))
        return torch.from_numpy(values).float()
    sound = torch.full((1, n_channels, n), 0.0 if kind == "silence" else 1.0)
    if kind == "square":
        sound[:, :, ::2] = -1
    return sound


def test_gradients_flow() -> None:
    part = LogMel(LogMel.Config(n_mels=40), RATE)
    sound = torch.from_numpy(tune(0.2, RATE))[None].requires_grad_()
    part.encode(sound).square().mean().backward()
    assert sound.grad is not None
    assert sound.grad.isfinite().all()
    assert sound.grad.abs().max() > 0


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ({"n_mels": 600}, "n_mels must be"),
        ({"drop_nyquist": True}, "f_max_hz"),
        ({"f_min_hz": 900.0, "f_max_hz": 800.0}, "f_min_hz must be"),
        ({"template": "a.wav", "normalisation": "none"}, "template"),
    ],
)
def test_impossible_settings_are_refused(refused: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        LogMel.Config(**refused)


def test_bands_above_half_the_rate_are_refused() -> None:
    with pytest.raises(UsageError, match="do not fit a rate of 8000 Hz"):
        LogMel(PRESETS["vocoder"], 8000)


def test_fewer_frames_find_a_better_start() -> None:
    """At 4096/256 two rounds from the coarse start are worth more than eight from noise."""
    magnitude = stft(torch.from_numpy(tune(1.5, RATE, seed=5)), 4096, 256).abs()

    def off(sound: torch.Tensor) -> float:
        back = stft(sound, 4096, 256).abs()
        n = back.shape[2]
        return float((back - magnitude[:, :, :n]).norm() / magnitude.norm())

    start = coarse(magnitude, 4096, 256)
    assert start.shape == magnitude.shape
    far = off(griffin_lim(magnitude, 4096, 256, 8))
    assert off(griffin_lim(magnitude, 4096, 256, 2, start=start)) < 0.9 * far


@pytest.mark.parametrize("n_frames", [1, 2, 3, 4, 5, 9])
def test_the_coarse_start_fits_any_number_of_frames(n_frames: int) -> None:
    angles = coarse(torch.ones(2, 129, n_frames), 256, 16)
    assert angles.shape == (2, 129, n_frames)
    assert angles.isfinite().all()
