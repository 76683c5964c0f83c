"""A small WaveNet, trained for some seconds, goes on as what it was trained on does."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from menura.foundation.devices import Compute
from menura.models import Batch, Optimizer
from menura.models.contract import Sampling
from menura.models.wavenet import Wavenet, WavenetConfig
from menura.recipes import Training
from menura.representations import Spec
from menura.representations.mu_law import MuLaw
from menura.training.stepping import Stepper

pytestmark = pytest.mark.slow
RATE, N_CLASSES, WINDOW, N_STEPS, N_NEW = 2000, 64, 512, 300, 400
MU_LAW = MuLaw(MuLaw.Config(N_CLASSES), RATE)
SECONDS = 8.0


def sine_sweep() -> np.ndarray:
    """From 100 to 200 Hz."""
    hz = np.linspace(100, 200, int(SECONDS * RATE))
    return 0.6 * np.sin(2 * np.pi * np.cumsum(hz) / RATE)


def plucked_string() -> np.ndarray:
    """By the algorithm of Karplus and Strong (1983), about 114 Hz."""
    line = np.random.default_rng(0).uniform(-0.8, 0.8, 17)
    sound = []
    for _ in range(RATE):
        sound.append(line[0])
        line = np.append(line[1:], 0.998 * 0.5 * (line[0] + line[1]))
    return np.array(sound)


def numbers(sound: np.ndarray) -> torch.Tensor:
    return MU_LAW.encode(torch.tensor(sound, dtype=torch.float32)[None, None])


def pitch_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft((sound - sound.mean()) * np.hanning(len(sound)), 8 * len(sound)))
    return float(spectrum.argmax() * RATE / (8 * len(sound)))


@pytest.fixture(scope="module")
def model() -> Wavenet:
    torch.manual_seed(0)
    config = WavenetConfig(
        width=16, n_skip=32, n_cycles=2, n_doublings=7, optimizer=Optimizer(learning_rate=5e-3)
    )
    model = Wavenet(config, Spec(RATE, 1, 1, n_classes=N_CLASSES))
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    music, rng = [numbers(sine_sweep()), numbers(plucked_string())], torch.Generator()
    rng.manual_seed(0)
    for step in range(N_STEPS):
        rows = []
        for row in range(8):
            sound = music[row % 2][0]
            start = int(torch.randint(sound.shape[1] - WINDOW, (), generator=rng))
            rows.append(sound[:, start : start + WINDOW])
        stepper.step(Batch(torch.stack(rows)), step, rate=min(1.0, 4 * (1 - step / N_STEPS)))
    return model.eval()


def continued(model: Wavenet, sound: np.ndarray) -> list[np.ndarray]:
    """Nine ways in which it goes on."""
    seeds = numbers(sound).expand(9, -1, -1)
    rngs = [torch.Generator().manual_seed(number) for number in range(9)]
    made = model.continue_(seeds, N_NEW, rngs, Sampling(temperature=0.5))
    return [one[0].numpy() for one in MU_LAW.decode(made)]


def of_most(measure: Callable[[np.ndarray], float], sounds: list[np.ndarray]) -> float:
    """The median: a draw may go astray."""
    return float(np.median([measure(sound) for sound in sounds]))


@pytest.mark.parametrize("at_s", [2.0, 4.0, 6.0])
def test_it_goes_on_with_a_sine_sweep(model: Wavenet, at_s: float) -> None:
    sweep, start = sine_sweep(), int(at_s * RATE)
    made, real = continued(model, sweep[:start]), sweep[start : start + N_NEW]
    assert of_most(pitch_hz, made) == pytest.approx(pitch_hz(real), rel=0.1)
    assert of_most(np.std, made) == pytest.approx(real.std(), rel=0.15)


def test_it_goes_on_with_a_plucked_string(model: Wavenet) -> None:
    string, start = plucked_string(), RATE // 4
    made, real = continued(model, string[:start]), string[start : start + N_NEW]
    assert of_most(pitch_hz, made) == pytest.approx(pitch_hz(real), rel=0.03)
    assert of_most(np.std, made) == pytest.approx(real.std(), rel=0.25)
    third = N_NEW // 3
    fading = of_most(lambda sound: float(sound[-third:].std() / sound[:third].std()), made)
    assert fading < 0.9, "a string dies away"
