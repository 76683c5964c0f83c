"""The temperature of a model that hears itself: found where it was planted, kept, and obeyed."""

from itertools import islice

import pytest
import torch

from menura.evaluation.gaussian import frechet_distance, gaussian_of
from menura.foundation.seeds import derive
from menura.models import Batch
from menura.models._steadiness import N_FRAMES, TEMPERATURES, steadiest
from menura.models.contract import Sampling
from menura.models.frame_rnn import N_PIECES, FrameRnn, FrameRnnConfig
from menura.representations import Spec

SPEC = Spec(sample_rate=8000, n_channels=6, hop_length=128)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def build(**settings: object) -> FrameRnn:
    torch.manual_seed(0)
    settings = {"n_hidden": 8, "n_opening": 2, "steadied": True, **settings}
    return FrameRnn(FrameRnnConfig(**settings), SPEC).eval()  # type: ignore[arg-type]


def rngs(what: str, n: int) -> list[torch.Generator]:
    seeds = (derive(row, "calibrating", what) for row in range(n))
    return [torch.Generator().manual_seed(seed) for seed in seeds]


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
        found = model.steady_temperature
        model.steady.fill_(1.0)
        apart = {}
        for temperature in TEMPERATURES:
            sampling, n = Sampling(temperature), N_PIECES
            on = model.continue_(music[:n], N_FRAMES, rngs("on", n), sampling)
            from_nothing = model.generate(rngs("from nothing", n), N_FRAMES, sampling)
            made = torch.cat([on, from_nothing])
            ours, theirs = (
                x.transpose(1, 2).flatten(0, 1).numpy() for x in (made, music[:, :, ::4])
            )
            apart[temperature] = frechet_distance(gaussian_of(ours), gaussian_of(theirs))
    assert found == pytest.approx(min(apart, key=apart.__getitem__))


def test_where_nothing_gives_numbers_it_is_left_as_learnt() -> None:
    assert steadiest(lambda _: torch.full((2, 6, 50), torch.inf), noise(2, 6, 50)) == 1


def test_a_temperature_that_is_asked_for_multiplies_it() -> None:
    model = build(output="mixture")
    ways = []
    for steady, asked in ((1.0, 0.6), (1.2, 0.5)):
        model.steady.fill_(steady)
        rngs = [torch.Generator().manual_seed(0)]
        ways.append(next(islice(model.stream(None, rngs, Sampling(asked)), 1, None)))
    torch.testing.assert_close(*ways)


def test_it_sets_off_from_what_was_learnt_and_not_from_an_earlier_calibration() -> None:
    model, batches = build(output="mixture"), [Batch(noise(8, 6, 17))]
    with torch.no_grad():
        model.calibrate(batches)
        found = model.steady_temperature
        model.steady.fill_(0.3)
        model.calibrate(batches)
    assert model.steady_temperature == found


@pytest.mark.parametrize("theirs", [True, False])
@pytest.mark.parametrize("ours", [True, False])
def test_what_is_started_from_says_nothing_of_the_temperature(theirs: bool, ours: bool) -> None:
    other, model = build(steadied=theirs), build(steadied=ours)
    if theirs:
        other.steady.fill_(1.3)
    model.load_state_dict(model.adopted(other.state_dict(), SPEC), strict=True)
    assert model.steady_temperature == 1
