"""Log-magnitude and phase: GANSynth's shapes, the definition, and exactly back."""

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.representations import snr_db
from menura.representations.magnitude_phase import PRESETS, MagnitudePhase, MagnitudePhaseConfig
from tunes import tune

RATE = 16_000
SOUND = torch.from_numpy(tune(4.0, RATE, 1))[None]


def smooth_noise() -> torch.Tensor:
    """Nothing at half the rate, which the images leave out."""
    white = torch.rand(1, 1, 64_001, generator=torch.Generator().manual_seed(0)) * 2 - 1
    return (white[:, :, 1:] + white[:, :, :-1]) / 2


@pytest.mark.parametrize(
    ("preset", "shape"), [("gansynth", (1, 1024, 128, 2)), ("gansynth-1024", (1, 512, 256, 2))]
)
def test_four_seconds_at_16_khz_have_the_report_s_shape(
    preset: str, shape: tuple[int, ...]
) -> None:
    part = MagnitudePhase(PRESETS[preset], RATE)
    part.fit([SOUND[0]])
    frames = part.encode(SOUND)
    assert part.image(frames).shape == shape
    assert float(frames.min()) == pytest.approx(-1, abs=1e-3)
    assert float(frames.max()) == pytest.approx(1, abs=1e-3)


def test_it_equals_scipy() -> None:
    part = MagnitudePhase(MagnitudePhaseConfig(normalisation="none"), RATE)
    frames = part.encode(SOUND)[0]
    window = scipy.signal.get_window("hann", 1024)
    for t in (0, 7, 100):
        samples = SOUND[0, 0, t * 256 : t * 256 + 1024].numpy().astype(np.float64)
        theirs = np.fft.rfft(window * samples)[:512]
        loud = np.abs(theirs) > 1e-2
        magnitude, phase = frames[:512, t].numpy(), frames[512:, t].numpy() * np.pi
        np.testing.assert_allclose(np.exp(magnitude[loud]), np.abs(theirs[loud]), rtol=1e-3)
        turned = np.exp(1j * (phase - np.angle(theirs)))[loud]
        np.testing.assert_allclose(turned, 1, atol=5e-3)


@given(
    n_samples=st.integers(1, 100_000),
    n_fft=st.integers(2, 600),
    multiple=st.sampled_from([1, 7, 128]),
    share=st.floats(0.01, 0.5),
)
def test_frames_are_the_hops_up_to_the_multiple(
    n_samples: int, n_fft: int, multiple: int, share: float
) -> None:
    hop = max(1, int(2 * n_fft * share))
    part = MagnitudePhase(MagnitudePhaseConfig(2 * n_fft, hop, frame_multiple=multiple), RATE)
    n_frames = part.frames_for(n_samples)
    assert n_frames % multiple == 0
    assert 0 <= n_frames - np.ceil(n_samples / hop) < multiple
    assert part.samples_for(n_frames) == n_frames * hop


@pytest.mark.parametrize("preset", PRESETS)
def test_the_way_back_is_exact_to_60_db_after_the_edge(preset: str) -> None:
    part = MagnitudePhase(PRESETS[preset], RATE)
    part.fit([torch.from_numpy(tune(2.0, RATE, seed)) for seed in (5, 6)])
    edge = part.config.n_fft - part.config.hop_length
    for sound in (SOUND, smooth_noise()):
        back = part.decode(part.encode(sound))[:, :, : sound.shape[2]]
        assert snr_db(sound[0, :, edge:].numpy(), back[0, :, edge:].numpy(), RATE) > 60


def test_an_error_at_the_very_start_does_not_become_a_click() -> None:
    part = MagnitudePhase(MagnitudePhaseConfig(normalisation="none"), RATE)
    frames = part.encode(SOUND)
    rng = torch.Generator().manual_seed(0)
    frames[:, 512:] += 0.1 * torch.randn(frames[:, 512:].shape, generator=rng)
    wrong = part.decode(frames)[0, 0, : SOUND.shape[2]] - SOUND[0, 0]
    assert wrong[:768].abs().max() < 5 * wrong[768:].abs().max()


def test_silence_has_phase_0_and_stays_silent() -> None:
    part = MagnitudePhase(MagnitudePhaseConfig(normalisation="none"), RATE)
    frames = part.encode(torch.zeros(1, 1, 5000))
    assert (part.image(frames)[..., 1] == 0).all()
    assert (part.decode(frames) == 0).all()


def test_phases_are_not_scaled() -> None:
    config = MagnitudePhaseConfig(bounds=(-7.0, 7.0))
    part = MagnitudePhase(config, RATE)
    part.fit([SOUND[0]])
    image = part.image(part.encode(SOUND))
    assert float(image[..., 0].abs().max()) == pytest.approx(7, abs=1e-3)
    assert image[..., 1].abs().max() <= 1


def test_an_image_has_a_row_for_each_channel() -> None:
    part = MagnitudePhase(MagnitudePhaseConfig(normalisation="none"), RATE, 2)
    sound = torch.cat([SOUND, torch.zeros_like(SOUND)], dim=1)
    image = part.image(part.encode(sound))
    alone = MagnitudePhase(MagnitudePhaseConfig(normalisation="none"), RATE)
    torch.testing.assert_close(image[:1], alone.image(alone.encode(SOUND)))
    assert (image[1, ..., 1] == 0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_fft": 7}, "n_fft must be even"),
        ({"hop_length": 600}, "hop_length must be 1…n_fft/2 = 512"),
        ({"frame_multiple": 0}, "frame_multiple must be at least 1"),
        ({"floor_db": 3.0}, "floor_db must be −200…0, not 3"),
        ({"bounds": (1.0, -1.0)}, "bounds must rise, not 1…-1"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MagnitudePhaseConfig(**settings)  # type: ignore[arg-type]
