"""The temperature of a model that hears itself: found where it was planted, kept, and obeyed."""

from itertools import islice

import pytest
import torch

from menura.evaluation.gaussian import frechet_distance, gaussian_of
from menura.models import Batch
from menura.models._steadiness import N_FRAMES, TEMPERATURES, steadiest
from menura.models.contract import Sampling
from menura.models.frame_rnn import FrameRnn, FrameRnnConfig
from menura.representations import Spec

SPEC = Spec(sample_rate=8000, n_channels=6, hop_length=128)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def build(**settings: object) -> FrameRnn:
    torch.manual_seed(0)
    return FrameRnn(FrameRnnConfig(n_hidden=8, n_opening=2, **settings), SPEC).eval()  # type: ignore[arg-type]


@pytest.mark.parametrize("planted", [0.7, 0.85, 1.0, 1.25, 1.4])
def test_the_temperature_is_found_at_which_noise_is_as_wide_as_the_music(planted: float) -> None:
    music, drawn = planted * noise(4, 6, 500) + 3, noise(4, 6, 500, seed=1)
    assert steadiest(lambda temperature: temperature * drawn + 3, music) == pytest.approx(planted)


def test_the_temperature_is_found_at_which_music_is_as_loud() -> None:
    """Where the mean moves with the temperature, as it does in a model that dies away."""
    drawn = noise(4, 6, 500, seed=1)
    music = noise(4, 6, 500)
    assert steadiest(lambda temperature: drawn + 20 * (temperature - 1.15), music) == 1.15


def test_noise_of_single_features_is_not_taken_for_loudness() -> None:
    """60 features that rise and fall together, and a little each by itself, which the music does
    not: nearest in all of them is 1.05, in loudness 1.2."""
    loud, drawn = noise(4, 1, 500).repeat(1, 60, 1), noise(4, 60, 500, seed=1)
    assert steadiest(lambda t: t * (loud + 0.4 * drawn), 1.2 * loud + 0.01 * drawn) >= 1.1


def test_what_swells_beyond_all_numbers_is_not_taken() -> None:
    def made(temperature: float) -> torch.Tensor:
        return noise(2, 6, 50) * (float("nan") if temperature < 1.3 else 100.0)

    assert steadiest(made, noise(2, 6, 50)) >= 1.3


@pytest.mark.parametrize("output", ["mean", "mixture"])
def test_a_model_is_played_at_the_best_of_all_temperatures(output: str) -> None:
    model = build(output=output)
    music = 0.5 * noise(40, 6, 17)
    batches = [Batch(part) for part in music.split(20)]
    with torch.no_grad():
        model.calibrate(batches)
        found = float(model.steady_temperature)
        model.steady_temperature.fill_(1.0)
        apart = {}
        for temperature in TEMPERATURES:
            rngs = [torch.Generator().manual_seed(row) for row in range(16)]
            made = model.continue_(music[:16], N_FRAMES, rngs, Sampling(temperature))
            ours, theirs = (x.transpose(1, 2).flatten(0, 1).numpy() for x in (made, music))
            apart[temperature] = frechet_distance(gaussian_of(ours), gaussian_of(theirs))
    assert found == pytest.approx(min(apart, key=apart.__getitem__))


def test_a_temperature_that_is_asked_for_multiplies_it() -> None:
    model = build(output="mixture")
    ways = []
    for steady, asked in ((1.0, 0.6), (1.2, 0.5)):
        model.steady_temperature.fill_(steady)
        rngs = [torch.Generator().manual_seed(0)]
        ways.append(next(islice(model.stream(None, rngs, Sampling(asked)), 1, None)))
    torch.testing.assert_close(*ways)


def test_it_sets_off_from_what_was_learnt_and_not_from_an_earlier_calibration() -> None:
    model, batches = build(output="mixture"), [Batch(noise(8, 6, 17))]
    with torch.no_grad():
        model.calibrate(batches)
        found = float(model.steady_temperature)
        model.steady_temperature.fill_(0.3)
        model.calibrate(batches)
    assert float(model.steady_temperature) == found
