"""The codec beyond the contract: exact transforms, honest reach, critics that come late."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from menura.foundation.errors import UsageError
from menura.models import Batch
from menura.models._overlap import analyse, synthesise, turn_frames, turning
from menura.models._spectral_distance import SpectralDistance
from menura.models.spectral_codec import Places, SpectralCodec, SpectralCodecConfig
from menura.representations import Spec
from menura.representations._stft import stft
from tunes import tune

RATE = 8000


def build(n_channels: int = 1, config: SpectralCodecConfig = SpectralCodec.tiny) -> SpectralCodec:
    torch.manual_seed(0)
    return SpectralCodec(config, Spec(RATE, n_channels, 1)).eval()


def sound(seconds: float = 1.0, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(tune(seconds, RATE, seed))[None]


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("n_fft", "hop_length"), [(64, 16), (2048, 512), (256, 128)])
def test_overlap_add_is_exact(n_fft: int, hop_length: int) -> None:
    x = torch.randn(2, 8 * n_fft)
    spectrum = analyse(x, n_fft, hop_length)
    assert spectrum.shape == (2, n_fft // 2 + 1, x.shape[1] // hop_length)
    torch.testing.assert_close(synthesise(spectrum, n_fft, hop_length), x, atol=2e-5, rtol=0)


def test_its_spectra_are_those_of_torch_between_the_ends() -> None:
    """Half a hop later than centred frames: the same as centring on a shifted sound."""
    x, n_fft, hop = torch.randn(1, 4096), 256, 64
    ours = analyse(x, n_fft, hop)[:, :, 8:40].abs()
    shifted = torch.nn.functional.pad(x, (hop // 2, 0))
    theirs = stft(torch.roll(shifted, -hop, dims=1), n_fft, hop)[:, :, 8:40].abs()
    torch.testing.assert_close(ours, theirs, atol=1e-3, rtol=1e-3)


def test_the_distance_is_zero_for_equals_and_grows_with_noise() -> None:
    distance = SpectralDistance(RATE, (512, 256))
    x = sound()[0]
    assert float(distance(x, x)) < 1e-4
    noise = torch.randn(x.shape, generator=rng())
    values = [float(distance(x + level * noise, x)) for level in (1e-3, 1e-2, 1e-1)]
    assert 0 < values[0] < values[1] < values[2]


def test_the_distance_of_a_gain_is_known() -> None:
    """Twice as loud is ln 2 in log-mel, and everything once more in spectral convergence."""
    distance = SpectralDistance(RATE, (512,), floor_db=-200.0)
    x = 0.3 * torch.randn(1, 8192, generator=rng())
    assert float(distance(2 * x, x)) == pytest.approx(np.log(2) + 1, rel=1e-3)


def test_textures_are_alike_where_noise_is_only_drawn_anew() -> None:
    distance = SpectralDistance(RATE, (512, 256), floor_db=-200.0)
    one, other = (0.3 * torch.randn(1, 65_536, generator=rng(seed)) for seed in (1, 2))
    apart, texture = (float(value) for value in distance.both(one, other))
    assert texture < 0.1 * apart
    assert float(distance.both(one, one)[1]) == 0
    louder = float(distance.both(2 * one, one)[1])
    assert louder == pytest.approx(np.log(2), rel=1e-3)  # of the means; deviations are the same
    swelling = torch.sin(torch.arange(65_536) / 3000).exp()  # its logarithm deviates by 1/√2
    unsteady = float(distance.both(swelling * one, one)[1])
    assert 0.2 < unsteady < 1 / np.sqrt(2)


def test_a_weight_of_texture_is_what_it_adds() -> None:
    batch = Batch(sound())
    configs = [replace(SpectralCodec.tiny, texture_weight=weight) for weight in (0.0, 2.0)]
    with torch.no_grad():
        plain, heavy = (build(config=one).losses(batch, "codec", rng()) for one in configs)
    assert float(heavy["texture"]) == float(plain["texture"]) > 0
    added = float(heavy["total"] - plain["total"])
    assert added == pytest.approx(2 * float(plain["texture"]), rel=1e-4)


def test_what_is_below_the_floor_is_not_heard() -> None:
    soft = 1e-3 * torch.randn(1, 1, 4096, generator=rng())
    for floor_db, is_heard in ((-40.0, False), (-100.0, True)):
        model = build(config=replace(SpectralCodec.tiny, floor_db=floor_db))
        levels = model._level(soft[:, 0]), model._level(2 * soft[:, 0])
        assert (not torch.equal(*levels)) == is_heard
        made, real = soft[:, 0], torch.zeros(1, 4096)
        assert (float(model.distance.both(made, real)[1]) > 0.5) == is_heard


def test_it_begins_with_the_principal_components_of_its_data() -> None:
    """Latents of the data: mean 0, deviation 1, uncorrelated; those of greatest variance."""
    model = build()
    x = torch.cat([sound(seed=seed) for seed in range(8)])
    model.begin([Batch(x[:4]), Batch(x[4:])])
    with torch.no_grad():
        latents = model._encode(x.flatten(0, 1)).transpose(1, 2).flatten(0, 1)
        level = model._level(x.flatten(0, 1))
    torch.testing.assert_close(latents.mean(dim=0), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(latents.T.cov(), torch.eye(4), atol=0.02, rtol=0)
    steps = level.unflatten(2, (-1, model.config.stride)).transpose(1, 2).flatten(0, 1).flatten(1)
    centred = (steps - steps.mean(dim=0)).double()
    basis = torch.linalg.lstsq(latents.double(), centred).solution
    left = (centred - latents.double() @ basis).square().sum()
    best = torch.linalg.svdvals(centred)[4:].square().sum()
    assert float(left) == pytest.approx(float(best), rel=1e-3)


def test_what_components_leave_of_a_spectrum_comes_out_again() -> None:
    """Before anything is learnt: the magnitudes are those of the bands, as far as axes tell."""
    model = build()
    x = torch.cat([sound(seed=seed) for seed in range(8)])
    model.begin([Batch(x)])
    rows = x.flatten(0, 1)
    with torch.no_grad():
        latents, level = model._encode(rows), model._level(rows)
        magnitudes = model.outline(latents) - np.log(model.config.n_fft / 4)
        learnt = model.decoder(latents)[:, : magnitudes.shape[1]]
    assert float(learnt.abs().max()) == 0
    steps = level.unflatten(2, (-1, model.config.stride)).transpose(1, 2).flatten(0, 1).flatten(1)
    centre = steps.mean(dim=0)
    axes = torch.linalg.svd(steps - centre, full_matrices=False).Vh[:4]
    told = centre + (steps - centre) @ axes.T @ axes
    deviations = latents.std(dim=(0, 2))
    heard = model.steepness() * deviations
    moved = ((steps - centre) @ axes.T).std(dim=0)
    assert heard.argsort().tolist() == moved.argsort().tolist(), "as far as it moves the spectrum"
    told = told.unflatten(1, (-1, model.config.stride)).mean(dim=2)  # of the frames of a step
    inside = (model.filters == model.filters.amax(dim=1, keepdim=True)).float().argmax(dim=1)
    made = magnitudes.unflatten(2, (-1, model.config.stride)).mean(dim=3)[:, inside]
    # A bin at the top of a band, which others only touch, has the level of that band.
    apart = made.transpose(1, 2).flatten(0, 1) - (2.5 * told - 5)
    assert float(apart.abs().mean()) < 0.15
    assert float((2.5 * told - 5).std(dim=0).mean()) > 0.5


@pytest.mark.parametrize("middle", [65, 66, 67])
def test_a_steady_tone_needs_no_change_from_frame_to_frame(middle: int) -> None:
    """In the middle of any bin it is exact, though magnitude and phase are those of every frame."""
    n_fft, hop_length, n_frames = 512, 128, 40
    spectrum = torch.zeros(1, n_fft // 2 + 1, n_frames, dtype=torch.complex64)
    spectrum[0, middle] = 1
    turned = turning(n_frames, n_fft, hop_length)
    t = np.arange(n_frames * hop_length) * (2 * np.pi * middle / n_fft)
    waves = np.stack([np.sin(t), np.cos(t)])[:, n_fft:-n_fft].T

    def share_of_tone(phases: torch.Tensor) -> float:
        made = synthesise(spectrum * torch.polar(torch.ones(()), phases), n_fft, hop_length)
        inner = made[0, n_fft:-n_fft].double().numpy()
        left = inner - waves @ np.linalg.lstsq(waves, inner, rcond=None)[0]
        return float(1 - np.square(left).sum() / np.square(inner).sum())

    assert share_of_tone(turned) == pytest.approx(1, abs=1e-6)
    assert share_of_tone(torch.zeros_like(turned)) < 0.1  # equal frames: another pitch


def test_steady_latents_go_on_turning() -> None:
    """Their sound repeats after a turn, and not with every step."""
    model = build()
    latents = torch.randn(1, 4, 1, generator=rng()).expand(-1, -1, 60).contiguous()
    with torch.no_grad():
        made = model._decode(latents)[0].unflatten(0, (60, model.samples_per_step))
    assert model.turn_steps == 2
    torch.testing.assert_close(made[32], made[30], atol=1e-5, rtol=0)
    assert float((made[31] - made[30]).square().mean()) > 0.5 * float(made[30].square().mean())


def test_frames_are_told_where_in_a_turn_they_are() -> None:
    places = Places(3, 4)
    assert float(places.told.abs().max().detach()) == 0, "until it is learnt they hear nothing"
    places.told.data = torch.arange(12.0).reshape(3, 4)
    with torch.no_grad():
        told = places(torch.zeros(2, 3, 9))
    for frame in range(9):
        assert torch.equal(told[1, :, frame], places.told[:, frame % 4].detach())


def test_equal_seeds_begin_with_equal_phases() -> None:
    models = [build() for _ in range(2)]
    for number, model in enumerate(models):
        torch.manual_seed(number)  # what is drawn elsewhere must not matter
        model.begin([Batch(sound())])
    a, b = (model.state_dict() for model in models)
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_phases_come_round() -> None:
    n = turn_frames(512, 96)
    turned = turning(2 * n + 1, 512, 96)
    assert n == 16
    again = torch.polar(torch.ones(()), turned)
    torch.testing.assert_close(again[:, n : 2 * n], again[:, :n], atol=1e-4, rtol=0)
    assert all(float((again[:, k : k + n] - again[:, :n]).abs().max()) > 0.1 for k in range(1, n))


def test_it_begins_with_silence_too() -> None:
    model = build()
    model.begin([Batch(torch.zeros(2, 1, 1024))])
    assert model.reconstruct(torch.zeros(1, 1, 1024)).isfinite().all()
    assert model.to_latent(0.1 * torch.randn(1, 1, 1024)).abs().max() < 1e3


def test_the_distance_has_a_slope_where_nothing_is_wrong() -> None:
    for real in (torch.zeros(1, 4096), sound()[0, :, :4096]):
        made = real.clone().requires_grad_()
        SpectralDistance(RATE, (512,))(made, real).backward()
        assert made.grad is not None
        assert made.grad.isfinite().all()


@pytest.mark.parametrize("n_samples", [1, 31, 32, 1000, 4096])
def test_lengths_come_back(n_samples: int) -> None:
    model = build()
    x = sound()[:, :, :n_samples]
    latent = model.to_latent(x)
    assert latent.shape == (1, 4, -(-n_samples // model.samples_per_step))
    assert model.reconstruct(x).shape == x.shape


def test_channels_are_coded_one_by_one() -> None:
    model = build(2)
    x = torch.cat([sound(seed=1), sound(seed=2)], dim=1)
    both = model.to_latent(x)
    assert both.shape[1] == 8
    torch.testing.assert_close(both[:, :4], build(1).to_latent(x[:, :1]), atol=1e-5, rtol=1e-4)


def test_a_piece_with_its_reach_is_the_piece_of_the_whole() -> None:
    """To −80 dB of the loudest, there and back, from where phases are as within the whole."""
    model = build()
    x = sound(2.0)
    step, turn = model.samples_per_step, model.turn_steps
    reach = turn * -(-model.reach_steps // turn)
    whole = model.reconstruct(x)
    start, stop = 200, 260
    around = x[:, :, (start - reach) * step : (stop + reach) * step]
    piece = model.reconstruct(around)[:, :, reach * step : (reach + stop - start) * step]
    wanted = whole[:, :, start * step : stop * step]
    assert float((piece - wanted).abs().max().detach()) <= 1e-4 * float(whole.detach().abs().max())


def test_less_than_its_reach_is_not_enough() -> None:
    model = build()
    x = sound(2.0)
    step, reach = model.samples_per_step, model.turn_steps
    assert reach < model.reach_steps / 3
    whole = model.reconstruct(x)
    piece = model.reconstruct(x[:, :, (200 - reach) * step : (260 + reach) * step])
    inside = piece[:, :, reach * step : (reach + 60) * step]
    wanted = whole[:, :, 200 * step : 260 * step]
    assert float((inside - wanted).abs().max().detach()) > 1e-4 * float(whole.detach().abs().max())


def test_critics_have_no_say_until_they_have_begun() -> None:
    model = build().train()
    batch = Batch(sound())
    assert "fooling" not in model.losses(batch, "codec", rng())
    model.losses(batch, "critic", rng())
    said = ["fooling" in model.losses(batch, "codec", rng()) for _ in range(4)]
    assert said in ([True, False, True, False], [False, True, False, True])


def test_critics_learn_to_tell_made_from_real() -> None:
    model = build().train()
    batch = Batch(torch.cat([sound(seed=s) for s in range(4)]))
    optimizer = torch.optim.Adam(model.critics.parameters(), 3e-3)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = model.losses(batch, "critic", rng())["total"]
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]


def test_it_learns_samples_and_nothing_else() -> None:
    with pytest.raises(UsageError, match="waveform"):
        SpectralCodec(SpectralCodec.tiny, Spec(RATE, 24, 128))


def test_the_usual_size() -> None:
    model = SpectralCodec(SpectralCodecConfig(), Spec(32_000, 1, 1))
    assert model.samples_per_step == 1024  # 31.25 steps a second
    assert sum(p.numel() for p in model.parameters()) < 15e6
