"""Instantaneous frequency: GANSynth's definitions, exactly back, and its mel form."""

import numpy as np
import pytest
import torch

from menura.representations import keeps_promise, log_mel_db, round_trip, snr_db
from menura.representations._framed import framed_stft
from menura.representations._mel_image import means, mel_matrix, sizes_back
from menura.representations.magnitude_if import PRESETS, MagnitudeIF, MagnitudeIFConfig
from tunes import tune

RATE = 16_000
SOUND = torch.from_numpy(tune(4.0, RATE, 1))[None]
PLAIN = MagnitudeIFConfig(normalisation="none")


def sine(hz: float, seconds: float = 1.0) -> torch.Tensor:
    t = np.arange(round(seconds * RATE)) / RATE
    return torch.from_numpy(np.sin(2 * np.pi * hz * t).astype(np.float32))[None, None]


def smooth_noise() -> torch.Tensor:
    """Nothing at half the rate, which the images leave out."""
    white = torch.rand(1, 1, 64_001, generator=torch.Generator().manual_seed(0)) * 2 - 1
    return (white[:, :, 1:] + white[:, :, :-1]) / 2


@pytest.mark.parametrize("preset", PRESETS)
def test_four_seconds_at_16_khz_have_the_paper_s_shape(preset: str) -> None:
    part = MagnitudeIF(PRESETS[preset], RATE)
    part.fit([SOUND[0]])
    frames = part.encode(SOUND)
    assert part.image(frames).shape == (1, 1024, 128, 2)
    assert frames.abs().max() <= 1 + 1e-3


def test_steps_are_the_difference_of_numpy_s_unwrapped_phase() -> None:
    part = MagnitudeIF(PLAIN, RATE)
    frames = part.encode(SOUND)[0]
    n_frames = part.frames_for(SOUND.shape[2])
    spectrum = framed_stft(SOUND[0], 1024, 256, n_frames, 3)[0, :512].numpy()
    phase = np.unwrap(np.angle(spectrum.astype(np.complex128)), axis=1)
    theirs = np.diff(phase, axis=1, prepend=0) / np.pi
    # The phase of next to nothing depends on how it was rounded.
    loud = np.abs(spectrum) > 1e-2
    loud[:, 1:] &= loud[:, :-1]
    assert loud.mean() > 0.5
    np.testing.assert_allclose(frames[512:].numpy()[loud], theirs[loud], atol=1e-3)


def test_a_steady_sine_steps_evenly() -> None:
    part = MagnitudeIF(PLAIN, RATE)
    steps = part.image(part.encode(sine(1000.0)))[0, 62:67, 8:-8, 1]  # around bin 64
    turns = 1000 * 256 / RATE
    torch.testing.assert_close(
        steps, torch.full_like(steps, 2 * (turns - round(turns))), atol=1e-3, rtol=0
    )


@pytest.mark.parametrize(("seconds", "bound_db"), [(0.0001, 50), (0.01, 60), (4.0, 60)])
def test_the_way_back_is_exact_from_the_first_sample_on(seconds: float, bound_db: float) -> None:
    """Clips of a sample or two reach up to half the rate, which is left out."""
    part = MagnitudeIF(PLAIN, RATE)
    for sound in (SOUND, smooth_noise()):
        some = sound[:, :, : max(1, round(seconds * RATE))]
        back = part.decode(part.encode(some))[:, :, : some.shape[2]]
        assert snr_db(some[0].numpy(), back[0].numpy(), RATE) > bound_db


def test_silence_does_not_move() -> None:
    part = MagnitudeIF(PLAIN, RATE)
    assert (part.image(part.encode(torch.zeros(1, 1, 5000)))[..., 1] == 0).all()


def test_mel_bands_are_triangles_none_of_them_empty() -> None:
    mel = mel_matrix(RATE, 2048, 1024)
    assert mel.shape == (1024, 1024)
    assert mel.max() <= 1
    assert (mel.sum(axis=1) > 0).mean() > 0.99  # the very lowest would hold only DC
    assert (mel[:, 0] == 0).all()
    hz = np.arange(1024) * RATE / 2048
    centres = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 1026) / 2595) - 1)
    middle = (mel @ hz)[300:] / mel.sum(axis=1)[300:]
    np.testing.assert_allclose(middle, centres[301:-1], atol=6)


def test_spreading_bands_keeps_an_even_spectrum_even() -> None:
    mel = mel_matrix(RATE, 1024, 200)
    even = np.ones(512)
    np.testing.assert_allclose((sizes_back(mel) @ (mel @ even))[1:-1], 1, rtol=1e-5)
    np.testing.assert_allclose((means(mel.T) @ (means(mel) @ even))[1:-1], 1, rtol=1e-5)


def test_bands_keep_a_sine_s_pitch_and_level() -> None:
    """2 kHz is far above where a band is narrower than a bin."""
    part = MagnitudeIF(MagnitudeIFConfig(n_mels=512, normalisation="none"), RATE)
    back = part.decode(part.encode(sine(2000.0)))[0, 0, 4000:12_192].numpy()
    spectrum = np.abs(np.fft.rfft(back * np.hanning(len(back))))
    assert np.argmax(spectrum) * RATE / len(back) == pytest.approx(2000, abs=2)
    assert np.sqrt(np.mean(back**2)) == pytest.approx(np.sqrt(0.5), rel=0.3)


def test_bands_sound_alike_though_not_exact() -> None:
    part = MagnitudeIF(PRESETS["gansynth-mel"], RATE)
    part.fit([SOUND[0]])
    back = part.decode(part.encode(SOUND))[0, :, : SOUND.shape[2]].numpy()
    assert log_mel_db(SOUND[0].numpy(), back, RATE) < 6
    exact = MagnitudeIF(PRESETS["gansynth"], RATE)
    assert keeps_promise(exact, round_trip(exact, SOUND[0].numpy()))


def test_bands_have_a_gradient() -> None:
    part = MagnitudeIF(MagnitudeIFConfig(64, 16, n_mels=20), RATE)
    for level in (0.0, 1.0):
        sound = (level * (torch.rand(1, 1, 320) - 0.5)).requires_grad_()
        frames = part.encode(sound)
        (frames.sum() + part.decode(frames).square().sum()).backward()
        assert sound.grad is not None
        assert sound.grad.isfinite().all()
        assert (sound.grad.abs().max() > 0) == (level > 0)


@pytest.mark.parametrize("n_mels", [0, 513])
def test_an_impossible_number_of_bands_is_refused(n_mels: int) -> None:
    with pytest.raises(ValueError, match=f"n_mels must be 1…n_fft/2 = 512, not {n_mels}"):
        MagnitudeIFConfig(n_mels=n_mels)
