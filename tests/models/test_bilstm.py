"""The window model beyond the contract: the report's sizes, a recursion by hand, its openings."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from menura import recipes
from menura.foundation.devices import Compute
from menura.foundation.errors import UsageError
from menura.models import Batch
from menura.models._clusters import k_means
from menura.models._opening import Opening
from menura.models._window_reader import WindowReader
from menura.models.bilstm import Bilstm, BilstmConfig
from menura.models.contract import Sampling
from menura.recipes import Training
from menura.representations import Spec, build
from menura.training.stepping import Stepper
from tunes import tune

N_ROWS, N_COLUMNS = 6, 4
SPEC = Spec(sample_rate=8000, n_channels=N_ROWS * N_COLUMNS, hop_length=512, n_columns=N_COLUMNS)
SMALL = BilstmConfig(n_window=5, n_layers=2, n_hidden=3, n_opening=4)
FACTORED = replace(SMALL, n_read=2, rank=2, n_held=2)
MODES = replace(FACTORED, n_modes=3)
LIKELIEST = Sampling(temperature=0.0)


def model_of(config: BilstmConfig, seed: int = 0) -> Bilstm:
    torch.manual_seed(seed)
    return Bilstm(config, SPEC)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def frames(n_frames: int, n: int = 2, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, SPEC.n_channels, n_frames, generator=rng(seed))


def test_the_paper_preset_has_the_report_s_parameters() -> None:
    """Counted without being allocated. Keras has one bias a gate where PyTorch has two."""
    preset = recipes.load("spectrogram-bilstm").preset("paper")
    assert preset.representation is not None
    part = build(preset.representation.name, preset.representation.config, preset.sample_rate)
    with torch.device("meta"):
        model = Bilstm(preset.model.config, part.spec)
    n_image, n_hidden = 256 * 512 * 2, 128

    def both_directions(n_in: int) -> int:
        return 2 * 4 * n_hidden * (n_in + n_hidden + 1)

    layers = both_directions(n_image) + 4 * both_directions(2 * n_hidden)
    dense = (2 * n_hidden + 1) * n_image
    assert (layers, dense, layers + dense) == (270_144_512, 67_371_008, 337_515_520)
    second_biases = 5 * 2 * 4 * n_hidden
    assert sum(p.numel() for p in model.parameters()) == layers + dense + second_biases


def test_the_laptop_preset_is_a_hundredth_of_it() -> None:
    preset = recipes.load("spectrogram-bilstm").preset("laptop")
    assert preset.representation is not None
    part = build(preset.representation.name, preset.representation.config, preset.sample_rate)
    with torch.device("meta"):
        model = Bilstm(preset.model.config, part.spec)
    assert sum(p.numel() for p in model.parameters()) < 337_515_520 / 100


def lstm_by_hand(inputs: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    """(time, features) → hidden states, gates in PyTorch's order."""
    w_ih, w_hh = weights[f"weight_ih_{name}"], weights[f"weight_hh_{name}"]
    bias = weights[f"bias_ih_{name}"] + weights[f"bias_hh_{name}"]
    h = c = np.zeros(w_hh.shape[1])
    states = []
    for x in inputs:
        i, f, g, o = np.split(w_ih @ x + w_hh @ h + bias, 4)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
        states.append(h)
    return np.array(states)


def predicted_by_hand(model: Bilstm, window: np.ndarray) -> np.ndarray:
    """(window, features) → the next frame."""
    weights = {k: v.detach().double().numpy() for k, v in model.named_parameters()}
    own = {k.removeprefix("network."): v for k, v in weights.items()}
    inputs, images = window, window.reshape(-1, N_ROWS, N_COLUMNS)
    if model.config.n_read:
        map_, bias = weights["reader.map.weight"], weights["reader.map.bias"]
        inputs = np.stack([(image.T @ map_.T + bias).reshape(-1) for image in images])
    for layer in range(model.config.n_layers):
        forward = lstm_by_hand(inputs, own, f"l{layer}")
        backward = lstm_by_hand(inputs[::-1], own, f"l{layer}_reverse")
        inputs = np.concatenate([forward, backward[::-1]], axis=1)
    state = np.concatenate([forward[-1], backward[-1]])
    if not model.config.rank:
        return weights["writer.weight"] @ state + weights["writer.bias"]
    own = {k.removeprefix("writer."): v for k, v in weights.items()}
    template = 0.0
    if model.config.n_modes > 1:
        mode = int((own["likely.weight"] @ state + own["likely.bias"]).argmax())
        state = np.tanh(own["mix.weight"] @ state + own["mix.bias"] + own["modes"][mode])
        template = own["templates"][mode]
    spectra, courses = (
        (own[f"{name}.weight"] @ state + own[f"{name}.bias"]).reshape(2, -1)
        for name in ("spectra", "courses")
    )
    held = (images[-1] - own["mean"])[:, -2:].mean(axis=1, keepdims=True)
    image = own["mean"] + own["holding"] * held + spectra.T @ courses + template
    return np.asarray(image.reshape(-1))


@pytest.mark.parametrize("config", [SMALL, FACTORED, MODES])
def test_it_equals_a_recursion_by_hand(config: BilstmConfig) -> None:
    model = model_of(config).eval()
    if config.rank:
        model.begin([Batch(frames(6))])  # a mean image that is not zero
    seed = frames(5, 1)
    made = model.continue_(seed, 1, [rng()], LIKELIEST)[0, :, 0]
    by_hand = predicted_by_hand(model, seed[0].T.double().numpy())
    if config.rank:
        by_hand = by_hand.clip(model.bounds.lowest.numpy(), model.bounds.highest.numpy())
    np.testing.assert_allclose(made.numpy(), by_hand, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("n_layers", "n_hidden", "n_in"), [(1, 3, 5), (2, 32, 40), (5, 8, 7)])
def test_a_window_is_read_as_the_network_reads_it(n_layers: int, n_hidden: int, n_in: int) -> None:
    torch.manual_seed(1)
    network = nn.LSTM(n_in, n_hidden, n_layers, batch_first=True, bidirectional=True)
    reader = WindowReader(network)
    window = torch.randn(3, 6, n_in)
    with torch.no_grad():
        _, (hidden, _) = network(window)
        heard = torch.cat([reader.hear(part) for part in window.split(2, dim=1)], dim=1)
    read = reader.read(heard)
    torch.testing.assert_close(read, torch.cat([hidden[-2], hidden[-1]], dim=1))
    assert torch.equal(read[1:2], reader.read(heard[1:2]))  # as if it were alone
    assert torch.equal(read, reader.read(heard))  # what was heard is left as it is


def test_what_is_learnt_is_what_is_played() -> None:
    """Learning goes through PyTorch's network, playing through our loop."""
    model = model_of(SMALL).eval()
    window = frames(6, 1)
    made = model.continue_(window[:, :, :5], 1, [rng()], LIKELIEST)
    with torch.no_grad():
        error = model.losses(Batch(window), "model", rng())["total"]
    torch.testing.assert_close(error, (window[:, :, 5:] - made).square().mean())


def test_what_is_made_is_fed_back() -> None:
    model = model_of(FACTORED).eval()
    seed = frames(5)
    both = model.continue_(seed, 2, [rng(0), rng(1)], LIKELIEST)
    window = torch.cat([seed[:, :, 1:], both[:, :, :1]], dim=2)
    again = model.continue_(window, 1, [rng(0), rng(1)], LIKELIEST)
    torch.testing.assert_close(both[:, :, 1:], again)


def test_a_seed_shorter_than_the_window_is_repeated_up_to_its_end() -> None:
    model = model_of(FACTORED)
    a, b = frames(2)[:1].split(1, dim=2)
    short = model.continue_(torch.cat([a, b], dim=2), 3, [rng()], LIKELIEST)
    filled = model.continue_(torch.cat([b, a, b, a, b], dim=2), 3, [rng()], LIKELIEST)
    assert torch.equal(short, filled)


def test_only_the_last_window_of_a_long_seed_is_heard() -> None:
    model = model_of(FACTORED)
    seed = frames(9, 1)
    whole = model.continue_(seed, 3, [rng()], LIKELIEST)
    assert torch.equal(whole, model.continue_(seed[:, :, -5:], 3, [rng()], LIKELIEST))
    assert not torch.equal(whole, model.continue_(seed[:, :, -4:], 3, [rng()], LIKELIEST))


def test_dropout_is_for_training_alone_and_goes_by_the_generator() -> None:
    model = model_of(SMALL)
    batch = Batch(frames(6))
    first, again, other = (model.losses(batch, "model", rng(s))["total"] for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    made = model.continue_(frames(5), 2, [rng(0), rng(1)], LIKELIEST)
    assert model.training, "making music must not end the training"
    assert torch.equal(made, model.eval().continue_(frames(5), 2, [rng(0), rng(1)], LIKELIEST))


def test_batches_of_another_length_are_refused_with_the_mend() -> None:
    with pytest.raises(UsageError, match=r"batching\.n_frames must be 6, not 9"):
        model_of(SMALL).losses(Batch(frames(9)), "model", rng())


def test_the_first_weights_are_keras_s() -> None:
    model = model_of(BilstmConfig(n_window=5, n_layers=1, n_hidden=32, n_opening=2))
    weights = {name: p.detach() for name, p in model.network.named_parameters()}
    bound = (6 / (SPEC.n_channels + 4 * 32)) ** 0.5
    assert float(weights["weight_ih_l0"].abs().max()) == pytest.approx(bound, rel=0.02)
    square = weights["weight_hh_l0_reverse"].T @ weights["weight_hh_l0_reverse"]
    torch.testing.assert_close(square, torch.eye(32), atol=1e-5, rtol=0)
    assert (weights["bias_ih_l0"][32:64] == 1).all()
    assert float(weights["bias_ih_l0"].sum() + weights["bias_hh_l0"].abs().sum()) == 32


def test_the_opening_is_the_gaussian_of_what_was_heard() -> None:
    """Windows of a known width and correlation, in two of 24 directions, around a known mean."""
    generator = np.random.default_rng(0)
    axes = np.linalg.qr(generator.standard_normal((24, 2)))[0].T
    codes = np.zeros((100, 8, 2))
    lags, widths, mean = np.array([0.9, 0.2]), np.array([3.0, 1.0]), np.arange(24.0)
    codes[:, 0] = generator.standard_normal((100, 2))
    for t in range(1, 8):
        new = generator.standard_normal((100, 2))
        codes[:, t] = lags * codes[:, t - 1] + np.sqrt(1 - lags**2) * new
    heard = (mean + (codes * widths) @ axes).astype(np.float32)
    opening = Opening(24, 2)
    opening.fit(torch.from_numpy(heard))
    # The widest direction is the last.
    np.testing.assert_allclose(opening.widths, widths[::-1], rtol=0.15)
    np.testing.assert_allclose(opening.lags, lags[::-1], atol=0.1)
    np.testing.assert_allclose(np.abs((opening.axes.numpy() @ axes.T)[::-1]), np.eye(2), atol=0.1)
    drawn = opening.draw([rng(seed) for seed in range(100)], 8).numpy()
    np.testing.assert_allclose(drawn.mean((0, 1)), mean, atol=0.6)
    again = Opening(24, 2)
    again.fit(torch.from_numpy(drawn))
    np.testing.assert_allclose(again.widths, opening.widths, rtol=0.2)
    np.testing.assert_allclose(again.lags, opening.lags, atol=0.15)


def test_fewer_frames_than_directions_are_enough() -> None:
    model = model_of(SMALL)
    model.begin([Batch(frames(2, 1))])
    assert model.generate([rng()], 3).isfinite().all()


@pytest.mark.parametrize("config", [SMALL, MODES])
def test_it_learns_what_comes_after_what(config: BilstmConfig) -> None:
    """Three images in turn, begun anywhere: the continuation goes on with the right one."""
    images = frames(3, 1, seed=7)[0]

    def turns(start: int, n: int) -> torch.Tensor:
        return images[:, [(start + t) % 3 for t in range(n)]]

    model = model_of(replace(config, n_hidden=16, dropout=0.0))
    batch = Batch(torch.stack([turns(start, 6) for start in range(3)]))
    model.begin([batch])
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(200):
        stepper.step(batch, step, rate=10.0)
    made = model.continue_(turns(1, 5)[None], 6, [rng()], LIKELIEST)[0]
    assert float((made - turns(6, 6)).square().mean()) < 0.05 * float(images.var())


def test_what_may_come_is_not_averaged_by_modes() -> None:
    """After silence one of two images comes, equally often: both are made, never their mean."""
    two = 2 * frames(2, 1, seed=3)[0].T
    batch = Batch(torch.zeros(16, SPEC.n_channels, 6))
    batch.frames[:, :, -1] = two.repeat(8, 1)
    model = model_of(replace(MODES, dropout=0.0, n_modes=4))
    model.begin([batch])
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(200):
        stepper.step(batch, step, rate=10.0)
    made = model.continue_(batch.frames[:, :, :5], 1, [rng(s) for s in range(16)])[:, :, 0]
    nearest = torch.cdist(made, two)
    assert nearest.amin(1).max() < 0.3 * torch.dist(two[0], two[1])
    assert 3 <= int((nearest.argmin(1) == 0).sum()) <= 13
    likeliest = model.continue_(batch.frames[:, :, :5], 1, [rng(s) for s in range(16)], LIKELIEST)
    torch.testing.assert_close(likeliest, likeliest[:1].expand_as(likeliest))


def test_nothing_made_is_louder_than_anything_heard() -> None:
    model = model_of(replace(SMALL, n_hidden=16)).eval()
    heard = frames(6, 4)
    model.begin([Batch(heard)])
    with torch.no_grad():
        model.writer.weight.mul_(50)
    made = model.generate([rng(s) for s in range(4)], 12)
    rows = [x.reshape(4, N_ROWS, N_COLUMNS, -1) for x in (heard, made)]
    highest, lowest = (rows[0].amax((0, 2, 3)), rows[0].amin((0, 2, 3)))
    torch.testing.assert_close(rows[1].amax((0, 2, 3)), highest)
    torch.testing.assert_close(rows[1].amin((0, 2, 3)), lowest)


def test_progress_is_the_error_of_the_nearest_mode() -> None:
    """A choice learnt late must not make an average look better than many sharp images."""
    model = model_of(MODES).eval()
    batch = Batch(frames(6))
    losses = model.losses(batch, "model", rng())
    assert torch.equal(model.progress(batch, rng()), losses["image"])
    assert losses["total"] > losses["image"]
    plain = model_of(FACTORED).eval()
    assert torch.equal(plain.progress(batch, rng()), plain.losses(batch, "model", rng())["total"])


def test_clusters_are_found_and_far_apart_ones_first() -> None:
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = centres.repeat(20, 1) + 0.1 * torch.randn(60, 2, generator=rng())
    found = k_means(points, 3)
    assert torch.cdist(centres, found).amin(1).max() < 0.1
    assert k_means(points[:2], 4).shape == (4, 2)


@pytest.mark.slow
def test_the_paper_preset_overfits_one_window() -> None:
    """Full size: 337 million weights, 5.4 GB with gradients and Adam's two moments."""
    preset = recipes.load("spectrogram-bilstm").preset("paper")
    assert preset.representation is not None
    part = build(preset.representation.name, preset.representation.config, preset.sample_rate)
    torch.manual_seed(0)
    model = Bilstm(preset.model.config, part.spec)
    sound = torch.from_numpy(tune(17 * 3.952 + 0.048, preset.sample_rate))
    part.fit([sound])
    batch = Batch(part.encode(sound[None])[:, :, :17])
    stepper = Stepper(model, preset.training, Compute("cpu", "float32"), seed=0)
    losses = [stepper.step(batch, step, rate=1.0)["model/total"] for step in range(30)]
    assert losses[-1] < 0.5 * losses[0]
