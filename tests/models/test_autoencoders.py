"""Autoencoders beyond the contract: the reports' sizes, windows, paths, and latents kept alive."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from menura.foundation.devices import Compute
from menura.foundation.errors import UsageError
from menura.models import Batch
from menura.models._autoencoder import FRAMES_PER_KNOT, Autoencoder
from menura.models._bottleneck import BottleneckConfig
from menura.models._linear_way import LinearWay
from menura.models._windowing import fades, hats, window_starts
from menura.models.contract import Sampling
from menura.models.conv1d_vae import Conv1dVae
from menura.models.conv2d_autoencoder import Conv2dAutoencoder, Conv2dAutoencoderConfig
from menura.models.dense_vae import DenseVae, DenseVaeConfig
from menura.models.inception_vae import InceptionVae
from menura.recipes import Training
from menura.representations import Spec
from menura.training.stepping import Stepper

KINDS: tuple[type[Autoencoder], ...] = (DenseVae, Conv2dAutoencoder, InceptionVae, Conv1dVae)
SPEC = DenseVae.tiny_spec


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rngs(n: int) -> list[torch.Generator]:
    return [rng(seed) for seed in range(n)]


def waves(n: int = 4, n_frames: int = 16, seed: int = 0) -> torch.Tensor:
    """Rows of different speed and phase, as the contract tests have them."""
    speed = torch.linspace(0.1, 0.6, SPEC.n_channels)[None, :, None]
    start = 6.28 * torch.rand(n, 1, 1, generator=rng(seed))
    return torch.sin(speed * torch.arange(n_frames) + start)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: str(kind.__name__))
def trained(request: pytest.FixtureRequest) -> Autoencoder:
    """A tiny model that has learnt something, so that its latents say something."""
    torch.manual_seed(0)
    kind: type[Autoencoder] = request.param
    return train(kind(kind.tiny, SPEC), 60).eval()


def train(model: Autoencoder, n_steps: int) -> Autoencoder:
    model.begin([Batch(waves(8, seed=seed)) for seed in range(4)])
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(n_steps):
        stepper.step(Batch(waves(seed=step)), step, rate=1.0)
    return model


def test_other_windows_are_refused_with_the_mend() -> None:
    model = DenseVae(DenseVae.tiny, SPEC)
    with pytest.raises(UsageError, match=r"batching\.n_frames must be 16, not 9"):
        model.losses(Batch(waves(n_frames=9)), "model", rng())


def test_sizes_that_do_not_halve_are_refused_with_the_mend() -> None:
    spec = Spec(8000, 25, 128)
    with pytest.raises(UsageError, match="25 features cannot be halved 2 times: multiples of 4"):
        Conv2dAutoencoder(Conv2dAutoencoder.tiny, spec)
    with pytest.raises(UsageError, match="4 columns do not make 3 places"):
        Conv2dAutoencoder(replace(Conv2dAutoencoder.tiny, n_places=3), SPEC)
    with pytest.raises(ValueError, match="no column may be lost"):
        Conv2dAutoencoderConfig(n_places=2)
    with pytest.raises(ValueError, match="a multiple of 4, not 18"):
        replace(Conv1dVae.tiny, n_window=18)


def test_audio_channels_are_channels_of_the_image() -> None:
    spec = Spec(8000, 48, 128, n_audio_channels=2)
    model = Conv2dAutoencoder(Conv2dAutoencoder.tiny, spec).eval()
    assert model.encoder.layers[0].in_channels == 2  # type: ignore[index, union-attr]
    assert model.reconstruct(torch.randn(1, 48, 30)).shape == (1, 48, 30)


@pytest.mark.parametrize("n_frames", [1, 15, 16, 17, 40, 100, 333])
def test_windows_cover_a_piece_and_their_shares_add_up(n_frames: int) -> None:
    starts = window_starts(n_frames, 16, 4)
    weights = fades(starts, 16)
    total = torch.zeros(max(16, n_frames))
    for start, weight in zip(starts, weights, strict=True):
        total[start : start + 16] += weight
    torch.testing.assert_close(total, torch.ones_like(total))
    assert all(later - earlier <= 12 for earlier, later in pairwise(starts))
    assert weights.min() >= 0


def test_a_window_gives_way_to_the_next_without_a_step() -> None:
    weights = fades([0, 12], 16)
    course = torch.cat([weights[0], torch.zeros(12)])
    assert (course.diff() <= 1e-6).all()
    assert course.diff().abs().max() < 0.3


def test_knots_hand_over_evenly() -> None:
    shares = hats(4, 31)
    torch.testing.assert_close(shares.sum(dim=0), torch.ones(31))
    assert shares[:, 0].tolist() == [1, 0, 0, 0]
    assert shares[:, -1].tolist() == [0, 0, 0, 1]
    torch.testing.assert_close(shares[:, 5], torch.tensor([0.5, 0.5, 0, 0]))


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_a_path_s_steps_are_even_and_lead_there(trained: Autoencoder, path: str) -> None:
    """In the latents by construction; in the frames no step is more than twice the mean one."""
    a, b = waves(1, 40, seed=1), waves(1, 40, seed=2)
    with torch.no_grad():
        to_a, to_b = trained.to_latent(a), trained.to_latent(b)
        latents = [
            trained.mixed(to_a, to_b, torch.full((40,), share), path)  # type: ignore[arg-type]
            for share in torch.linspace(0, 1, 9).tolist()
        ]
        stops = [trained.from_latent(latent, 40) for latent in latents]
    torch.testing.assert_close(stops[0], trained.reconstruct(a))
    torch.testing.assert_close(stops[-1], trained.reconstruct(b))
    steps = torch.tensor([float((y - x).detach().norm()) for x, y in pairwise(stops)])
    assert float(steps.max()) < 2 * float(steps.mean())
    assert float(steps.min()) > 0.3 * float(steps.mean())
    if path == "linear":
        apart = torch.tensor([float((y - x).norm()) for x, y in pairwise(latents)])
        torch.testing.assert_close(apart, apart.mean().expand(8), atol=1e-4, rtol=1e-3)


def test_a_circle_keeps_the_distance_from_the_centre(trained: Autoencoder) -> None:
    """As far as the ends have it; a line comes nearer."""
    a, b = (
        torch.randn(1, *trained._drawn(rngs(1), 1, 1.0).shape[1:], generator=rng(s)) for s in (1, 2)
    )
    a, b = (trained._centre + 2 * one / one.norm() for one in (a, b))
    half = torch.full((9,), 0.5)
    on_circle = trained.mixed(a, b, half, "spherical") - trained._centre
    on_line = trained.mixed(a, b, half, "linear") - trained._centre
    assert float(on_circle.norm()) == pytest.approx(2.0, rel=1e-3)
    assert float(on_line.norm()) < 1.95


def test_a_path_from_a_clip_to_itself_stays(trained: Autoencoder) -> None:
    a = waves(1, 40, seed=1)
    latent = trained.to_latent(a)
    for path in ("linear", "spherical"):
        shares = torch.linspace(0, 1, 40)
        stayed = trained.from_latent(trained.mixed(latent, latent, shares, path), 40)  # type: ignore[arg-type]
        torch.testing.assert_close(stayed, trained.reconstruct(a), atol=1e-4, rtol=1e-4)


def test_a_glide_is_at_every_knot_what_a_stop_is_there(trained: Autoencoder) -> None:
    """Within one window too: a single vector for all of it would stand still."""
    n = 1 + 2 * FRAMES_PER_KNOT
    a, b = waves(1, n, seed=1), waves(1, n, seed=2)
    to_a, to_b = trained.to_latent(a), trained.to_latent(b)
    shares = torch.linspace(0, 1, n)
    glide = trained.from_latent(trained.mixed(to_a, to_b, shares), n)
    torch.testing.assert_close(glide[:, :, 0], trained.reconstruct(a)[:, :, 0])
    torch.testing.assert_close(glide[:, :, -1], trained.reconstruct(b)[:, :, -1])
    stop = trained.from_latent(trained.mixed(to_a, to_b, torch.full((n,), float(shares[8]))), n)
    torch.testing.assert_close(glide[:, :, 8], stop[:, :, 8], atol=1e-5, rtol=1e-4)


def test_pieces_of_any_length_join_without_a_jump(trained: Autoencoder) -> None:
    """A long wave comes back with no greater step at a seam than within a window."""
    made = trained.generate(rngs(2), 60)
    steps = made.detach().diff(dim=2).abs().amax(dim=(0, 1))
    seams = torch.zeros(59, dtype=torch.bool)
    for start in (12, 24, 36):  # a hop of 12: where the next window comes in
        seams[start - 1 : start + 5] = True
    assert float(steps[seams].max()) <= 1.6 * float(steps[~seams].max())


def test_a_longer_piece_begins_as_a_shorter_one(trained: Autoencoder) -> None:
    short, long = trained.generate(rngs(1), 20), trained.generate(rngs(1), 70)
    torch.testing.assert_close(long[:, :, :12], short[:, :, :12])


@pytest.mark.parametrize(
    ("n_frames", "n_held"), [(64, 0), (65, 1), (76, 12), (77, 0), (96, 0), (108, 12), (109, 0)]
)
def test_a_spectrum_stands_for_a_moment_at_most(n_frames: int, n_held: int) -> None:
    """0.2 s are 12 frames; then another window is begun, though less than an overlap is missing."""
    torch.manual_seed(0)
    model = DenseVae(replace(DenseVae.tiny, n_window=64, n_overlap=32), SPEC).eval()
    made = model.generate(rngs(1), n_frames)[0].detach()
    stands = (made == made[:, -1:]).all(dim=0)
    assert int(stands.sum()) == 1 + n_held


def test_what_is_made_is_like_what_was_heard(trained: Autoencoder) -> None:
    """The Gaussian of the latents: as loud as training frames, where draws of a standard normal
    are what the model was never asked for."""
    made, heard = trained.generate(rngs(40), 16).detach(), waves(40, seed=9)
    assert float(made.std()) == pytest.approx(float(heard.std()), rel=0.4)
    dull = trained.generate(rngs(8), 16, Sampling(temperature=0.0)).detach()
    assert float(dull.std(dim=0).max()) < 1e-4


def test_varying_keeps_the_piece_at_0_and_little_of_it_at_1(trained: Autoencoder) -> None:
    frames = waves(2, 40, seed=3)
    kept = trained.vary(frames, 0.0, rngs(2))
    torch.testing.assert_close(kept, trained.reconstruct(frames), atol=1e-4, rtol=1e-4)
    with torch.no_grad():
        far = [float((trained.vary(frames, s, rngs(2)) - kept).norm()) for s in (0.1, 0.4, 1.0)]
    assert 0 < far[0] < far[1] < far[2]


def test_the_linear_way_begins_as_the_best_linear_autoencoder() -> None:
    """Latents of deviation 1; what is missed is what the singular values after the first leave."""
    way = LinearWay(24, 16, 5, 4, variational=True)
    frames = torch.randn(30, 24, 16, generator=rng()).cumsum(dim=2)
    way.begin(frames)
    with torch.no_grad():
        latents, back = way.encode(frames), way.decode(way.encode(frames))
    points = frames.reshape(30, 24, 4, 4).transpose(1, 2).flatten(2).flatten(0, 1)
    centred = (points - points.mean(dim=0)).double()
    left = torch.linalg.svdvals(centred)[5:].square().sum()
    assert float((frames - back).square().sum()) == pytest.approx(float(left), rel=1e-3)
    torch.testing.assert_close(
        latents.transpose(1, 2).flatten(0, 1).T.cov(), torch.eye(5), atol=1e-3, rtol=0
    )


def test_a_model_with_a_linear_way_begins_near_its_music() -> None:
    torch.manual_seed(0)
    model = Conv1dVae(Conv1dVae.tiny, SPEC).eval()
    batches = [Batch(waves(8, seed=seed)) for seed in range(4)]
    before = float(model.losses(batches[0], "model", rng())["error"].detach())
    model.begin(batches)
    assert float(model.losses(batches[0], "model", rng())["error"].detach()) < 0.5 * before


def test_a_varied_piece_is_as_wide_as_others() -> None:
    """At full strength nothing is left of the piece, however far out it lay."""
    torch.manual_seed(0)
    model = DenseVae(DenseVae.tiny, SPEC).eval()
    near, far = waves(1, seed=3), 50 * waves(1, seed=4)
    apart = model.vary(near, 1.0, rngs(1)) - model.vary(far, 1.0, rngs(1))
    assert float(apart.detach().abs().max()) < 1e-5


def test_held_out_values_have_the_full_weight_from_the_first_step() -> None:
    slow = replace(DenseVae.tiny.bottleneck, warmup_steps=1000)
    torch.manual_seed(0)
    model = DenseVae(replace(DenseVae.tiny, bottleneck=slow), SPEC)
    batch = Batch(waves(seed=5))
    warming = model.losses(batch, "model", rng())
    assert float(warming["total"].detach()) == pytest.approx(float(warming["error"].detach()))
    held_out = model.eval().losses(batch, "model", rng())
    assert float(held_out["total"].detach()) > float(held_out["error"].detach()) + 1e-4


def test_a_plane_has_a_place_for_every_piece() -> None:
    plane = replace(DenseVae.tiny, bottleneck=replace(DenseVae.tiny.bottleneck, n_latent=2))
    model = train(DenseVae(plane, SPEC), 40).eval()
    frames = waves(3, 16)
    points = model.to_plane(frames)
    assert model.is_plane()
    torch.testing.assert_close(points, model.to_latent(frames)[:, :, 0, 0, 0])
    torch.testing.assert_close(model.from_plane(points), model.reconstruct(frames))


def test_a_wider_latent_is_seen_along_its_widest_axes(trained: Autoencoder) -> None:
    assert not trained.is_plane()
    assert trained.to_plane(waves(3, 16)).shape == (3, 2)
    middle = trained.from_plane(torch.zeros(1, 2))
    nothing_drawn = trained.generate(rngs(1), 16, Sampling(temperature=0.0))
    torch.testing.assert_close(middle, nothing_drawn, atol=1e-5, rtol=1e-4)
    drawn = (
        trained._drawn(rngs(400), 1, 1.0)[..., 0, 0].flatten(1) - trained.bottleneck.gaussian.mean
    )
    axes = trained.bottleneck.gaussian.principal_axes(2)
    spread = (drawn @ axes.T).var(dim=0)
    assert spread[0] >= 0.9 * spread[1]
    assert float(spread.sum()) >= 2 / drawn.shape[1] * float(drawn.var(dim=0).sum())


def collapsed(bottleneck: BottleneckConfig) -> float:
    """The divergence after a short training, in nats: 0 where the latents say nothing."""
    torch.manual_seed(0)
    config = DenseVaeConfig(n_window=16, n_overlap=4, n_hidden=32, bottleneck=bottleneck)
    model = train(DenseVae(config, SPEC), 100).eval()
    return float(model.losses(Batch(waves(16, seed=99)), "model", rng())["kl"].detach())


def test_latents_fall_silent_without_what_keeps_them_alive_and_not_with_it() -> None:
    """A heavy divergence from the first step on is fled from by saying nothing."""
    heavy = BottleneckConfig(n_latent=4, kl_weight=400.0)
    assert collapsed(heavy) < 0.05
    assert collapsed(replace(heavy, free_nats=0.5)) > 1.0
    assert collapsed(replace(heavy, kl_weight=1.0, warmup_steps=50)) > 1.0


def test_it_learns_values_beyond_0_and_1() -> None:
    """Where sigmoid cross-entropy failed: the squared error of any range falls."""
    torch.manual_seed(0)
    model = DenseVae(DenseVae.tiny, SPEC)
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    loud = Batch(7 * waves(8) + 3)
    errors = [stepper.step(loud, step, rate=1.0)["model/error"] for step in range(120)]
    assert errors[-1] < 0.1 * errors[0]
