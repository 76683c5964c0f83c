"""Blocks: the Fourier transform they are, exactly back, and no clicks where they join."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.foundation.errors import UsageError
from menura.representations import snr_db
from menura.representations.fft_blocks import PRESETS, FFTBlocks, FFTBlocksConfig
from tunes import tune

RATE = 8000
SOUND = torch.from_numpy(tune(2.0, RATE, 4))[None]


def plain(overlap: float, kind: str = "fft", block_s: float = 0.25) -> FFTBlocks:
    config = FFTBlocksConfig(block_s, kind, overlap, "none")  # type: ignore[arg-type]
    return FFTBlocks(config, RATE)


def test_the_report_s_blocks_are_their_transform() -> None:
    frames = plain(0.0).encode(SOUND)[0].numpy()
    assert frames.shape == (2 * 1001, 8)
    for t in range(8):
        theirs = np.fft.rfft(SOUND[0, 0, t * 2000 : (t + 1) * 2000].numpy()) / np.sqrt(2000)
        np.testing.assert_allclose(frames[:1001, t], theirs.real, atol=1e-5)
        np.testing.assert_allclose(frames[1001:, t], theirs.imag, atol=1e-5)


def test_raw_blocks_are_the_samples() -> None:
    frames = plain(0.0, "raw").encode(SOUND)[0]
    torch.testing.assert_close(frames.T.reshape(1, -1), SOUND[0])


@pytest.mark.parametrize(("preset", "n_features"), [("gruv", 11_026), ("gruv-raw", 11_025)])
def test_the_report_s_rate(preset: str, n_features: int) -> None:
    part = FFTBlocks(PRESETS[preset], 44_100)
    assert part.spec.n_channels == n_features
    assert part.spec.frame_rate_hz == 4
    sound = torch.rand(1, 1, 50_000)
    assert part.encode(sound).shape == (1, n_features, 5)


@pytest.mark.parametrize("kind", ["fft", "raw"])
@given(
    overlap=st.floats(0, 0.5),
    n_block=st.integers(2, 300),
    n_samples=st.integers(1, 2000),
)
def test_every_sample_comes_back(kind: str, overlap: float, n_block: int, n_samples: int) -> None:
    part = plain(overlap, kind, n_block / RATE)
    assert part.n_block == n_block
    back = part.decode(part.encode(SOUND[:, :, :n_samples]))
    torch.testing.assert_close(back[:, :, :n_samples], SOUND[:, :, :n_samples], atol=1e-5, rtol=0)
    assert not back[:, :, n_samples:].abs().gt(1e-5).any()


@pytest.mark.parametrize("kind", ["fft", "raw"])
def test_scaled_per_bin_it_is_exact_to_80_db(kind: str) -> None:
    part = FFTBlocks(FFTBlocksConfig(kind=kind), RATE)  # type: ignore[arg-type]
    part.fit([torch.from_numpy(tune(4.0, RATE, seed)) for seed in (1, 2)])
    back = part.decode(part.encode(SOUND))[:, :, : SOUND.shape[2]]
    assert snr_db(SOUND[0].numpy(), back[0].numpy(), RATE) > 80


def worst_step(overlap: float) -> float:
    """The largest jump between neighbouring samples that errors in the frames add."""
    part = plain(overlap)
    t = torch.arange(6 * 2000) / RATE
    slow = 0.5 * torch.sin(2 * torch.pi * 30 * t)[None, None]
    frames = part.encode(slow)
    rng = torch.Generator().manual_seed(0)
    # Each block a little too loud or too soft, and off its zero, as a network would have it.
    frames = frames * (1 + 0.3 * torch.randn(1, 1, frames.shape[2], generator=rng))
    frames[:, 0] += 5 * torch.randn(frames.shape[2], generator=rng)
    return float(part.decode(frames)[0, 0, :12_000].diff().abs().max())


def test_overlap_leaves_no_step_where_blocks_join() -> None:
    natural = 0.5 * 2 * np.pi * 30 / RATE
    assert worst_step(0.0) > 5 * natural
    assert worst_step(0.5) < 2 * natural
    assert worst_step(0.1) < 2 * natural


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"block_s": 0.0}, "block_s must be above 0 and at most 60, not 0"),
        ({"overlap": 0.6}, "overlap must be 0…0.5, not 0.6"),
        ({"bounds": (1.0, 1.0)}, "bounds must rise, not 1…1"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FFTBlocksConfig(**settings)  # type: ignore[arg-type]


def test_a_block_of_less_than_two_samples_is_refused() -> None:
    with pytest.raises(UsageError, match="less than two samples at 8000 Hz: give a longer one"):
        FFTBlocks(FFTBlocksConfig(block_s=0.0001), RATE)
