"""The recurrent model on sounds that go on in one right way: sines, a repeated bar, one clip."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from menura import recipes
from menura.foundation.devices import Compute
from menura.models import Batch, Model, Optimizer
from menura.models.contract import Sampling
from menura.models.frame_rnn import FrameRnn, FrameRnnConfig
from menura.recipes import Training
from menura.representations.log_power import LogPower
from menura.training.stepping import Stepper
from tunes import tune

RATE, HOP = 8000, 128
SINES = (240.0, 330.0, 450.0, 620.0, 850.0)
BAR = (262.0, 392.0, 330.0, 523.0)
NOTE_FRAMES = 8
LIKELIEST = Sampling(temperature=0.0)


def sine(hz: float, n_frames: int, phase: float = 0.0) -> torch.Tensor:
    t = torch.arange(n_frames * HOP) / RATE
    return 0.3 * torch.sin(2 * torch.pi * hz * t + phase)


def bar(n_times: int) -> torch.Tensor:
    """Four notes, over and over, each with an onset that says that it is new."""
    fade = torch.exp(-4 * torch.arange(NOTE_FRAMES * HOP) / RATE)
    return torch.cat([fade * sine(hz, NOTE_FRAMES) for _ in range(n_times) for hz in BAR])


def pitch(sound: torch.Tensor) -> float:
    """The strongest frequency, Hz."""
    spectrum = torch.fft.rfft(sound * torch.hann_window(len(sound)), n=1 << 15).abs()
    return float(spectrum.argmax()) * RATE / (1 << 15)


def fitted(sounds: torch.Tensor) -> LogPower:
    part = LogPower(LogPower.Config(n_fft=512, hop_length=HOP, n_iter=8), RATE)
    part.fit([sounds.reshape(1, -1)])
    return part


def learn(model: Model, frames: torch.Tensor, n_steps: int, clip_norm: float = 1.0) -> list[float]:
    """Losses while training on the same rows."""
    training = Training(clip_norm=clip_norm)
    stepper = Stepper(model, training, Compute("cpu", "float32"), seed=0)
    return [stepper.step(Batch(frames), n, 1.0)["model/total"] for n in range(n_steps)]


def build(cell: str, part: LogPower) -> FrameRnn:
    torch.manual_seed(0)
    config = FrameRnnConfig(
        cell=cell,  # type: ignore[arg-type]
        n_hidden=48,
        input_noise=0.2,
        optimizer=Optimizer("adam", learning_rate=5e-3),
    )
    return FrameRnn(config, part.spec)


def made(model: FrameRnn, part: LogPower, seed: torch.Tensor, n_frames: int) -> torch.Tensor:
    frames = model.eval().continue_(seed, n_frames, [torch.Generator()] * len(seed), LIKELIEST)
    with torch.no_grad():
        return part.decode(frames)[:, 0]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_sine_goes_on_at_its_pitch(cell: str) -> None:
    sounds = torch.stack([sine(hz, 40, phase) for hz in SINES for phase in (0.0, 2.0)])
    part = fitted(sounds)
    with torch.no_grad():
        frames = part.encode(sounds[:, None])[:, :, 3:-3]
    model = build(cell, part)
    losses = learn(model, frames, 250)
    assert losses[-1] < 0.1 * losses[0]
    heard = torch.stack([sine(hz, 24, phase=1.0) for hz in SINES])
    with torch.no_grad():
        seed = part.encode(heard[:, None])[:, :, 3:-3]
    for hz, sound in zip(SINES, made(model, part, seed, 40), strict=True):
        assert pitch(sound) == pytest.approx(hz, rel=0.03)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_repeated_bar_goes_on_with_its_next_note(cell: str) -> None:
    sound = bar(8)
    part = fitted(sound)
    with torch.no_grad():
        whole = part.encode(sound[None, None])[:, :, : len(BAR) * NOTE_FRAMES * 8]
    # Rows that set off at different notes.
    frames = torch.cat([whole[:, :, s : s + 96] for s in range(0, 64, 8)])
    model = build(cell, part)
    losses = learn(model, frames, 200)
    assert losses[-1] < 0.1 * losses[0]
    n_seed = 6 * NOTE_FRAMES  # after it comes the third note of the bar
    continued = made(model, part, whole[:, :, :n_seed], 4 * NOTE_FRAMES + 4)[0]
    notes = [
        pitch(continued[(n * NOTE_FRAMES + 3) * HOP : ((n + 1) * NOTE_FRAMES - 2) * HOP])
        for n in range(4)
    ]
    np.testing.assert_allclose(notes, [BAR[2], BAR[3], BAR[0], BAR[1]], rtol=0.03)


def overfitted(preset: recipes.Preset, n_steps: int) -> list[float]:
    assert preset.representation is not None
    n = preset.batching.n_frames
    sound = torch.from_numpy(tune(n * 512 / preset.sample_rate, preset.sample_rate))
    part = LogPower(preset.representation.config, preset.sample_rate)
    part.fit([sound])
    with torch.no_grad():
        frames = part.encode(sound[None])
    torch.manual_seed(0)
    model = FrameRnn(preset.model.config, part.spec)
    return learn(model, frames[:, :, :n], n_steps, preset.training.clip_norm)


def narrower(preset: recipes.Preset, n_hidden: int) -> recipes.Preset:
    config = replace(preset.model.config, n_hidden=n_hidden)
    return replace(preset, model=replace(preset.model, config=config))


def test_the_reports_training_overfits_one_clip_even_when_narrow() -> None:
    losses = overfitted(narrower(recipes.load("stft-lstm").preset("paper"), 128), 400)
    assert losses[-1] < 0.35 * losses[0]


@pytest.mark.slow
def test_the_reports_network_overfits_one_clip() -> None:
    losses = overfitted(recipes.load("stft-lstm").preset("paper"), 300)
    assert losses[-1] < 0.25 * losses[0]
