"""Images as frames: the report's shapes, the definition, and what either way back does to time."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.representations import keeps_promise, log_mel_db, round_trip, snr_db
from menura.representations.magnitude_phase import MagnitudePhase, MagnitudePhaseConfig
from menura.representations.spectrogram_images import (
    PRESETS,
    SpectrogramImages,
    SpectrogramImagesConfig,
)
from tunes import tune

RATE, FADE = 16_000, 768
SOUND = torch.from_numpy(tune(13.0, RATE, 1))[None]
SMALL = SpectrogramImagesConfig(n_fft=256, hop_length=64, n_columns=32, n_padding=3)


def fitted(config: SpectrogramImagesConfig = PRESETS["bilstm"]) -> SpectrogramImages:
    part = SpectrogramImages(config, RATE)
    part.fit([SOUND[0]])
    return part


def test_a_file_of_four_seconds_is_the_report_s_image() -> None:
    part = fitted()
    frames = part.encode(SOUND[:, :, :64_000])
    image = part.image(frames)
    assert image.shape == (1, 1, 512, 256, 2)
    assert part.spec.n_channels == 262_144
    assert (part.n_filled, part.samples_for(1), part.frames_for(64_000)) == (247, 64_000, 1)
    silent = part.normaliser(torch.full((1, part.spec.n_channels, 1), np.log(part.floor)))[0, 0, 0]
    assert (image[0, 0, :, 247:, 0] == silent).all()
    assert (image[0, 0, :, 247:, 1] == 0).all()
    assert float(image.min()) == pytest.approx(-1, abs=1e-3)
    assert float(image.max()) == pytest.approx(1, abs=1e-3)


def test_a_column_equals_scipy() -> None:
    part = SpectrogramImages(SpectrogramImagesConfig(normalisation="none"), RATE)
    images = part.image(part.encode(SOUND))[0]
    window = scipy.signal.get_window("hann", 1024)
    for number, column in ((0, 0), (1, 7), (2, 246)):
        start = number * 247 * 256 + column * 256
        samples = SOUND[0, 0, start : start + 1024].numpy().astype(np.float64)
        theirs = np.fft.rfft(window * samples)[:512]
        loud = np.abs(theirs) > 1e-2
        magnitude, phase = images[number, :, column].numpy().T
        np.testing.assert_allclose(np.exp(magnitude[loud]), np.abs(theirs[loud]), rtol=2e-3)
        turned = np.exp(1j * (phase * np.pi - np.angle(theirs)))[loud]
        np.testing.assert_allclose(turned, 1, atol=5e-3)


def test_joined_images_are_one_unbroken_transform() -> None:
    part = SpectrogramImages(SpectrogramImagesConfig(normalisation="none"), RATE)
    images = part.image(part.encode(SOUND))[0, :3, :, :247]
    columns = images.permute(3, 1, 0, 2).reshape(2 * 512, 3 * 247)
    plain = MagnitudePhase(MagnitudePhaseConfig(normalisation="none"), RATE)
    torch.testing.assert_close(columns, plain.encode(SOUND)[0, :, : 3 * 247])


def test_images_of_either_way_begin_where_it_is_said() -> None:
    joined, apart = fitted(), fitted(PRESETS["bilstm-per-image"])
    assert (joined.image_hop, apart.image_hop) == (63_232, 64_000)
    assert (joined.samples_for(5), apart.samples_for(5)) == (4 * 63_232 + 64_000, 20 * RATE)
    for part in (joined, apart):
        hop = part.image_hop
        frames = part.encode(SOUND)
        alone = part.encode(SOUND[:, :, hop : hop + 64_000])
        torch.testing.assert_close(frames[:, :, 1:2], alone)
        assert part.decode(frames).shape[2] == part.samples_for(frames.shape[2])


def test_joined_is_exact_to_60_db_also_where_images_meet() -> None:
    part = fitted()
    back = part.decode(part.encode(SOUND))[:, :, : SOUND.shape[2]]
    assert snr_db(SOUND[0, :, FADE:].numpy(), back[0, :, FADE:].numpy(), RATE) > 60


def test_per_image_is_exact_to_60_db_between_its_borders() -> None:
    part = fitted(PRESETS["bilstm-per-image"])
    sound, back = SOUND[0, 0], part.decode(part.encode(SOUND))[0, 0]
    for number in range(3):
        inside = slice(number * 64_000 + FADE, (number + 1) * 64_000 - FADE)
        assert snr_db(sound[None, inside].numpy(), back[None, inside].numpy(), RATE) > 60


def border_errors(config: SpectrogramImagesConfig) -> tuple[float, float]:
    """The largest error near borders of images and away from them, of frames that are a bit off."""
    part = SpectrogramImages(replace(config, normalisation="none"), RATE)
    frames = part.encode(SOUND)
    wrong = 0.05 * torch.randn(frames.shape, generator=torch.Generator().manual_seed(0))
    error = (part.decode(frames + wrong) - part.decode(frames))[0, 0, : 3 * part.image_hop].abs()
    at = torch.arange(error.shape[0]) % part.image_hop
    near = (at < FADE) | (at > part.image_hop - FADE)
    near[:FADE] = False  # where the sound begins, either way fades in
    away = ~near
    away[:FADE] = False
    return float(error[near].max()), float(error[away].max())


def test_joined_has_no_click_where_images_meet_and_per_image_has() -> None:
    near, away = border_errors(PRESETS["bilstm"])
    assert near < 1.2 * away
    near, away = border_errors(PRESETS["bilstm-per-image"])
    assert near > 1.5 * away


def test_images_of_other_sounds_are_cross_faded() -> None:
    """Two files in a row: no step in the wave, and no hole between them."""
    t = torch.arange(64_000) / RATE
    tones = [0.5 * torch.sin(2 * torch.pi * hz * t)[None, None] for hz in (200.0, 310.0)]
    steps, levels = {}, {}
    for name, config in PRESETS.items():
        part = SpectrogramImages(replace(config, normalisation="none"), RATE)
        frames = torch.cat([part.encode(tone) for tone in tones], dim=2)
        back = part.decode(frames)[0, 0]
        around = back[part.image_hop - 200 : part.image_hop + FADE + 200]
        steps[name] = float(around.diff().abs().max())
        levels[name] = float(around.unfold(0, 160, 40).abs().amax(1).min())
    largest_inside = 0.5 * 2 * np.pi * 310 / RATE
    assert steps["bilstm"] < 1.1 * largest_inside
    assert levels["bilstm"] > 0.2
    assert levels["bilstm-per-image"] < 0.5 * levels["bilstm"], (
        "the hole that the report's way leaves"
    )


@pytest.mark.parametrize("phase", ["kept", "found"])
@pytest.mark.parametrize("decode", ["joined", "per-image"])
def test_every_form_keeps_the_promise(phase: Any, decode: Any) -> None:
    part = fitted(SpectrogramImagesConfig(phase=phase, decode=decode, floor_db=-80.0))
    value = round_trip(part, SOUND[0].numpy())
    assert keeps_promise(part, value)
    assert value < 0.5


def test_found_phases_need_magnitudes_alone() -> None:
    part = fitted(replace(SMALL, phase="found"))
    frames = part.encode(SOUND)
    assert part.image(frames).shape[2:] == (128, 32, 1)
    assert frames.shape[1] == part.spec.n_channels == 128 * 32
    back = part.decode(frames)[0, :, : SOUND.shape[2]].numpy()
    assert log_mel_db(SOUND[0].numpy(), back, RATE) < 1.0


@given(
    n_fft=st.integers(2, 40),
    n_columns=st.integers(1, 12),
    padding=st.floats(0, 0.99),
    n_samples=st.integers(1, 5000),
    decode=st.sampled_from(["joined", "per-image"]),
)
def test_images_cover_the_sound_and_no_more(
    n_fft: int, n_columns: int, padding: float, n_samples: int, decode: Any
) -> None:
    config = SpectrogramImagesConfig(
        2 * n_fft, max(1, n_fft // 2), n_columns, int(padding * n_columns), decode
    )
    part = SpectrogramImages(config, RATE)
    n_images = part.frames_for(n_samples)
    assert part.samples_for(n_images) >= n_samples
    assert n_images == 1 or part.samples_for(n_images - 1) < n_samples
    assert part.frames_for(part.samples_for(n_images)) == n_images
    assert part.encode(torch.zeros(1, 1, n_samples)).shape == (1, part.spec.n_channels, n_images)
    assert (part.frames_for(0), part.samples_for(0)) == (0, 0)


def test_two_channels_are_two_images() -> None:
    part = SpectrogramImages(replace(SMALL, normalisation="none"), RATE, 2)
    sound = torch.cat([SOUND, torch.zeros_like(SOUND)], dim=1)
    alone = SpectrogramImages(replace(SMALL, normalisation="none"), RATE)
    images = part.image(part.encode(sound))
    torch.testing.assert_close(images[:1], alone.image(alone.encode(SOUND)))
    assert (images[1, ..., 1] == 0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_fft": 7}, "n_fft must be even"),
        ({"hop_length": 600}, "hop_length must be 1…n_fft/2 = 512"),
        ({"n_columns": 9}, "n_padding must be 0…n_columns − 1 = 8, not 9"),
        ({"n_iter": -1}, "n_iter must not be negative, not -1"),
        ({"floor_db": 3.0}, "floor_db must be −200…0, not 3"),
        ({"bounds": (1.0, -1.0)}, "bounds must rise, not 1…-1"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpectrogramImagesConfig(**settings)
