"""What the representations that lose no phase share: any sound in, the same sound out."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.representations import Representation, build, decode_chunked, snr_db
from tunes import tune

SETTINGS: dict[str, dict[str, Any]] = {
    "mu-law": {},
    "magnitude-phase": {"n_fft": 64, "hop_length": 16},
    "magnitude-if": {"n_fft": 64, "hop_length": 16},
    "phase-vocoder": {"n_fft": 64, "hop_length": 16},
    "fft-blocks": {"block_s": 0.01},
}
NAMES = sorted(SETTINGS)
WITH_GRADIENT = [name for name in NAMES if name != "mu-law"]
MELS = {**SETTINGS["magnitude-if"], "n_mels": 20}


def part(name: str, sample_rate: int = 8000, n_channels: int = 1) -> Representation:
    return build(name, SETTINGS[name], sample_rate, n_channels)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    """Nothing at half the rate, which images of the phase leave out."""
    n = shape[-1]
    white = torch.rand(*shape[:-1], n + 4, generator=torch.Generator().manual_seed(seed)) - 0.5
    weights = (1, 4, 6, 4, 1)
    smooth: torch.Tensor = sum(w / 16 * white[..., k : k + n] for k, w in enumerate(weights))  # type: ignore[assignment]
    return smooth


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(
    n_samples=st.integers(1, 700),
    n_channels=st.integers(1, 8),
    sample_rate=st.sampled_from([8000, 11_025, 22_050, 44_100, 96_001]),
    level=st.sampled_from([0.0, 1e-6, 0.5, 1.0, -1.0]),
)
def test_any_sound_gives_finite_frames_of_the_right_shape(
    name: str, n_samples: int, n_channels: int, sample_rate: int, level: float
) -> None:
    some = part(name, sample_rate, n_channels)
    for sound in (
        torch.full((2, n_channels, n_samples), level),
        level * noise(2, n_channels, n_samples),
    ):
        frames = some.encode(sound)
        assert frames.shape == (2, some.spec.n_channels, some.frames_for(n_samples))
        assert frames.isfinite().all()
        back = some.decode(frames)
        assert back.shape == (2, n_channels, some.samples_for(frames.shape[2]))
        assert back.shape[2] >= n_samples
        assert back.isfinite().all()
        if level == 0:
            assert back.abs().max() < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stays_nothing(name: str) -> None:
    frames = part(name).analyse(torch.zeros(1, 0))
    assert frames.shape[2] == part(name).frames_for(0) == part(name).samples_for(0) == 0
    assert part(name).synthesise(frames).shape == (1, 0)


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_gradients_flow_through_both_ways(name: str) -> None:
    sound = noise(1, 1, 640).requires_grad_()
    frames = part(name).encode(sound)
    part(name).decode(frames).square().sum().backward()
    assert sound.grad is not None
    assert sound.grad.isfinite().all()
    # Decoding undoes encoding, so this is the gradient of the sum of squares of the sound.
    torch.testing.assert_close(
        sound.grad[:, :, 64:], 2 * sound.detach()[:, :, 64:], atol=2e-2, rtol=0
    )


@pytest.mark.parametrize("name", WITH_GRADIENT)
@pytest.mark.parametrize("level", [0.0, 1e-30, 1e-6])
def test_gradients_are_finite_at_silence(name: str, level: float) -> None:
    sound = (level * noise(1, 1, 320)).requires_grad_()
    frames = part(name).encode(sound)
    (frames.sum() + part(name).decode(frames).sum()).backward()
    assert sound.grad is not None
    assert sound.grad.isfinite().all()


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_channels_are_told_apart(name: str) -> None:
    sound = noise(2, 3, 640)
    some = part(name, n_channels=3)
    back = some.decode(some.encode(sound))[:, :, 64:640]
    torch.testing.assert_close(back, sound[:, :, 64:], atol=2e-3, rtol=0)


@pytest.mark.parametrize("name", ["magnitude-phase", "magnitude-if", "phase-vocoder"])
@pytest.mark.parametrize("hop_length", [7, 20, 31, 32])
def test_any_hop_comes_back(name: str, hop_length: int) -> None:
    """Windows that do not add up to the same everywhere."""
    some = build(name, {"n_fft": 64, "hop_length": hop_length}, 8000)
    sound = noise(1, 1, 2000)
    back = some.decode(some.encode(sound))[:, :, :2000]
    torch.testing.assert_close(back[:, :, 64:], sound[:, :, 64:], atol=1e-2, rtol=0)


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_sound_after_digital_silence_comes_back(name: str) -> None:
    sound = noise(1, 1, 3000)
    sound[:, :, 900:2100] = 0
    some = part(name)
    back = some.decode(some.encode(sound))[:, :, :3000]
    torch.testing.assert_close(back[:, :, 64:], sound[:, :, 64:], atol=1e-2, rtol=0)


@pytest.mark.parametrize("name", ["magnitude-if", "phase-vocoder"])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_piece_begins_at_the_phase_reached(name: str, n_channels: int) -> None:
    sound = torch.from_numpy(tune(2.0, 8000, 5, n_channels))[None]
    sound[:, :, 6000:9000] = 0  # phases start again
    some = part(name, n_channels=n_channels)
    some.fit([sound[0]])
    frames = some.encode(sound)
    whole = some.decode(frames)
    for start, stop in [(0, 30), (1, 40), (300, 420), (500, 700)]:
        piece = some.decode(some.cut(frames, start, stop))
        expected = whole[:, :, start * 16 : start * 16 + piece.shape[2]]
        # The first and last windows of a piece miss their neighbours.
        torch.testing.assert_close(piece[:, :, 64:-64], expected[:, :, 64:-64], atol=1e-5, rtol=0)


def test_bands_decode_in_chunks_as_whole() -> None:
    some = build("magnitude-if", MELS, 8000)
    frames = some.encode(torch.from_numpy(tune(3.0, 8000, 2))[None])
    whole = some.decode(frames)[0].numpy()
    np.testing.assert_allclose(decode_chunked(some, frames, 200), whole, atol=1e-4)


@pytest.mark.parametrize("name", ["magnitude-if", "phase-vocoder"])
def test_phases_added_up_over_thousands_of_frames_stay_true(name: str) -> None:
    t = torch.arange(16 * 20_000)
    sound = (0.5 * torch.sin(2 * torch.pi * torch.remainder(t * 0.1234, 1.0)))[None, None]
    some = part(name)
    back = some.decode(some.encode(sound))
    last = slice(-3000, sound.shape[2])
    assert snr_db(sound[0, :, last].numpy(), back[0, :, last].numpy(), 8000) > 60
