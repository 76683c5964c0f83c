"""MFCC: frames that stand alone, liftering undone, sound that comes back."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.representations import log_mel_db
from menura.representations.mfcc import PRESETS, Mfcc
from tunes import tune

RATE = 22_050


def raw(n_mfcc: int = 20, lifter: int = 0, n_iter: int = 8) -> Mfcc:
    config = Mfcc.Config(n_mfcc=n_mfcc, lifter=lifter, n_iter=n_iter, normalisation="none")
    return Mfcc(config, RATE)


def test_a_frame_does_not_depend_on_the_loudest_one() -> None:
    """librosa's top_db would cut the quiet half by what follows it."""
    sound = torch.from_numpy(1e-3 * tune(2.0, RATE, seed=1))[None]
    followed = torch.cat([sound, torch.ones_like(sound)], dim=2)
    n = sound.shape[2] // 512 - 4
    ours = raw().encode(followed)[:, :, :n]
    torch.testing.assert_close(ours, raw().encode(sound)[:, :, :n])


def test_liftering_is_undone() -> None:
    sound = torch.from_numpy(tune(0.5, RATE, seed=2))[None]
    plain, liftered = raw(), raw(lifter=22)
    assert not torch.allclose(plain.encode(sound), liftered.encode(sound), rtol=0.1)
    powers = [part.to_power(part.encode(sound)) for part in (plain, liftered)]
    torch.testing.assert_close(powers[0], powers[1], rtol=1e-2, atol=1e-3)


def distance(part: Mfcc, sound: np.ndarray) -> float:
    back = part.decode(part.encode(torch.from_numpy(sound)[None]))[0].numpy()
    return log_mel_db(sound[:, : back.shape[1]], back, RATE)


def test_more_coefficients_bring_more_back() -> None:
    sound = tune(1.0, RATE, seed=4)
    few, more, all_ = (distance(raw(n), sound) for n in (20, 40, 128))
    assert all_ < more < few < Mfcc.promise.bound


@settings(max_examples=30)
@given(
    n=st.integers(1, 3000),
    n_channels=st.integers(1, 8),
    rate=st.sampled_from([8000, 22_050, 44_101, 96_000]),
    level=st.sampled_from([0.0, 1.0, -1.0, 1e-6]),
)
def test_any_sound(n: int, n_channels: int, rate: int, level: float) -> None:
    config = Mfcc.Config(n_fft=512, hop_length=128, n_mels=40, n_iter=2, normalisation="none")
    part = Mfcc(config, rate, n_channels)
    frames = part.encode(torch.full((1, n_channels, n), level))
    assert frames.shape == (1, 20 * n_channels, part.frames_for(n))
    assert frames.isfinite().all()
    back = part.decode(frames)
    assert back.shape == (1, n_channels, part.samples_for(frames.shape[2]))
    assert back.isfinite().all()


def test_gradients_flow() -> None:
    sound = torch.from_numpy(tune(0.2, RATE))[None].requires_grad_()
    raw().encode(sound).square().mean().backward()
    assert sound.grad is not None
    assert sound.grad.isfinite().all()
    assert sound.grad.abs().max() > 0


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ({"n_mfcc": 129}, "n_mfcc must be"),
        ({"n_mfcc": 0}, "n_mfcc must be"),
        ({"lifter": -1}, "must not be negative"),
        ({"n_mfcc": 40, "lifter": 22}, "cannot be undone"),
    ],
)
def test_impossible_settings_are_refused(refused: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Mfcc.Config(**refused)


def test_the_report_has_20_coefficients_of_1293_frames() -> None:
    part = Mfcc(PRESETS["20"], RATE)
    assert (part.spec.n_channels, part.frames_for(30 * RATE)) == (20, 1292)
