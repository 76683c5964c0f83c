"""The recurrent model beyond the contract: carried state, what training adds, what it makes."""

from itertools import islice

import pytest
import torch

from menura.models import Batch
from menura.models._outputs import MeanOutput
from menura.models.contract import Sampling
from menura.models.frame_rnn import FrameRnn, FrameRnnConfig
from menura.representations import Spec

SPEC = Spec(sample_rate=8000, n_channels=6, hop_length=128)


def build(cell: str = "lstm", n_layers: int = 1, **settings: object) -> FrameRnn:
    torch.manual_seed(0)
    settings = {"n_hidden": 8, "n_opening": 2, **settings}
    return FrameRnn(FrameRnnConfig(cell=cell, n_layers=n_layers, **settings), SPEC)  # type: ignore[arg-type]


def residual_of(model: FrameRnn) -> torch.Tensor:
    assert isinstance(model.output, MeanOutput)
    return model.output.residual


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("n_layers", [1, 2])
def test_windows_in_a_row_are_one_long_window(cell: str, n_layers: int) -> None:
    """With the state carried, two windows give the loss of the whole."""
    frames = torch.randn(3, 6, 21, generator=rng())
    model = build(cell, n_layers)
    whole = model.losses(Batch(frames), "model", rng())["total"]
    halves = []
    for start, goes_on in ((0, False), (10, True)):
        flags = torch.full((3,), goes_on)
        batch = Batch(frames[:, :, start : start + 11], flags)
        halves.append(model.losses(batch, "model", rng())["total"])
    torch.testing.assert_close(sum(halves) / 2, whole)


def test_a_row_that_starts_anew_forgets() -> None:
    frames = torch.randn(2, 6, 11, generator=rng())
    model = build().eval()
    fresh = model.losses(Batch(frames, torch.tensor([False, False])), "model", rng())["total"]
    again = model.losses(Batch(frames, torch.tensor([False, False])), "model", rng())["total"]
    carried = model.losses(Batch(frames, torch.tensor([True, False])), "model", rng())["total"]
    torch.testing.assert_close(again, fresh)
    assert not torch.allclose(carried, fresh)


def test_no_gradient_flows_into_the_window_before() -> None:
    model = build()
    frames = torch.randn(1, 6, 11, generator=rng())
    model.losses(Batch(frames, torch.tensor([False])), "model", rng())
    assert not model.carried.requires_grad


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("n_layers", [1, 2])
def test_stepping_one_frame_at_a_time_is_running_them_together(cell: str, n_layers: int) -> None:
    model = build(cell, n_layers).eval()
    seed = torch.randn(1, 6, 5, generator=rng())
    made = model.continue_(seed, 4, [rng()], Sampling(temperature=0.0))
    # What was made is what the model predicts when it hears all of it at once.
    heard = model.reconstruct(torch.cat([seed, made], dim=2))
    torch.testing.assert_close(heard[:, :, 5:], made)


def test_temperature_is_the_width_of_the_residual() -> None:
    model = build().eval()
    residual_of(model).copy_(torch.tensor([0.0, 1.0, 2.0, 0.0, 0.0, 0.0]))
    seed = torch.randn(1, 6, 5, generator=rng()).expand(4000, -1, -1)
    spread = model.continue_(seed, 1, [rng(i) for i in range(4000)], Sampling(temperature=0.5))[
        :, :, 0
    ].std(dim=0)
    torch.testing.assert_close(
        spread, torch.tensor([0.0, 0.5, 1.0, 0.0, 0.0, 0.0]), atol=0.05, rtol=0
    )


def test_the_residual_is_measured_while_training_only() -> None:
    model = build()
    frames = Batch(3 * torch.randn(4, 6, 30, generator=rng()))
    before = residual_of(model).clone()
    model.eval().losses(frames, "model", rng())
    assert torch.equal(residual_of(model), before)
    model.train()
    for _ in range(300):
        error = model.losses(frames, "model", rng())["total"]
    assert float(residual_of(model).square().mean()) == pytest.approx(
        float(error.detach()), rel=0.05
    )


def test_the_size_of_the_reports_network() -> None:
    """512 features, one LSTM layer of 1500 (with PyTorch's two bias vectors), linear output."""
    spec = Spec(sample_rate=22_050, n_channels=512, hop_length=512)
    model = FrameRnn(FrameRnnConfig(n_hidden=1500), spec)
    lstm = 4 * 1500 * (512 + 1500 + 2)
    assert sum(p.numel() for p in model.parameters()) == lstm + 512 * (1500 + 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"n_layers": 0}, "at least 1"),
        ({"n_opening": 0}, "at least 1"),
        ({"recurrent_dropout": 1.0}, "recurrent_dropout must be 0…1"),
        ({"own_share": 1.5}, "own_share"),
        ({"input_noise": -1.0}, "input_noise"),
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FrameRnnConfig(**wrong)  # type: ignore[arg-type]


def test_windows_too_short_for_what_lies_ahead_are_refused() -> None:
    with pytest.raises(ValueError, match="windows of 5 frames say nothing 5 frames ahead"):
        build(n_ahead=5).losses(Batch(torch.zeros(1, 6, 5)), "model", rng())


@pytest.mark.parametrize("n_ahead", [1, 5])
def test_a_stream_goes_on_without_end_and_all_else_is_its_beginning(n_ahead: int) -> None:
    model = build(n_ahead=n_ahead).eval()
    seed = torch.randn(2, 6, 7, generator=rng())
    for of in (None, seed):
        pieces = torch.cat(list(islice(model.stream(of, [rng(1), rng(2)]), 9)), dim=2)
        made = (
            model.generate([rng(1), rng(2)], 33)
            if of is None
            else model.continue_(of, 33, [rng(1), rng(2)])
        )
        torch.testing.assert_close(made, pieces[:, :, :33], rtol=0, atol=0)


def test_a_stream_does_not_switch_gradients_off_for_others() -> None:
    stream = build().eval().stream(None, [rng()])
    next(stream)
    assert torch.is_grad_enabled()


def test_the_next_clip_is_said_by_the_clip_before() -> None:
    """n_ahead frames at once: each is what a single pass says of the frame n_ahead before it."""
    model = build(n_ahead=4).eval()
    seed = torch.randn(1, 6, 4, generator=rng())
    made = model.continue_(seed, 11, [rng()], Sampling(temperature=0.0))
    heard = model.reconstruct(torch.cat([seed, made], dim=2))
    torch.testing.assert_close(heard[:, :, 4:], made)


def test_a_seed_shorter_than_a_clip_is_repeated_up_to_its_end() -> None:
    model = build(n_ahead=7).eval()
    seed = torch.randn(1, 6, 3, generator=rng())
    whole = torch.cat([seed[:, :, 2:], seed, seed], dim=2)
    made, same = (model.continue_(s, 9, [rng()]) for s in (seed, whole))
    torch.testing.assert_close(made, same)


def test_clip_windows_in_a_row_are_one_long_window() -> None:
    """With n_ahead frames shared, every frame is heard once and predicted once."""
    frames = torch.randn(2, 6, 24, generator=rng())
    model = build(n_ahead=8)
    whole = model.losses(Batch(frames), "model", rng())["total"]
    parts = [
        model.losses(Batch(frames[:, :, s : s + 16], torch.full((2,), s > 0)), "model", rng())
        for s in (0, 8)
    ]
    torch.testing.assert_close(sum(part["total"] for part in parts) / 2, whole)


def test_training_alone_hears_noise_and_drops() -> None:
    frames = Batch(torch.randn(4, 6, 30, generator=rng()))
    plain = build().losses(frames, "model", rng())["total"]
    for settings in ({"input_noise": 0.5}, {"recurrent_dropout": 0.5}):
        model = build(**settings)
        assert not torch.allclose(model.losses(frames, "model", rng())["total"], plain)
        heard = model.eval().losses(frames, "model", rng())["total"]
        torch.testing.assert_close(heard, plain)


def test_own_frames_come_in_little_by_little_and_are_what_the_network_says() -> None:
    model = build(own_share=1.0, own_rise_steps=10)
    residual_of(model).zero_()
    frames = torch.randn(3, 6, 9, generator=rng())
    heard, at_rest = frames.transpose(1, 2), model.network.at_rest(3)
    with torch.no_grad():
        said = model.output.expected(model.network(heard[:, :-1], at_rest)[0])
    all_own = model._partly_own(heard, at_rest, 1.0, rng())
    torch.testing.assert_close(all_own, torch.cat([heard[:, :1], said], dim=1))
    half = model._partly_own(heard, at_rest, 0.5, rng())
    is_own = (half[:, 1:] == all_own[:, 1:]).all(dim=2)
    assert 0.2 < is_own.float().mean() < 0.8
    assert torch.equal(half[:, 1:][~is_own], heard[:, 1:][~is_own])
    assert model._hindered(heard, at_rest, rng())[0] is heard  # the first step: none
    model.n_steps.fill_(10)
    torch.testing.assert_close(model._hindered(heard, at_rest, rng())[0], all_own)


def test_it_learns_what_comes_next_not_what_is() -> None:
    """Two frames that take turns: the next is never the present one."""
    a, b = torch.tensor([1.0, -1, 1, -1, 1, -1]), torch.tensor([-1.0, -1, -1, 1, 1, 1])
    frames = torch.stack([a, b] * 8, dim=1)[None]
    model = build()
    optimizer = torch.optim.Adam(model.parameters(), 0.03)
    for _ in range(150):
        optimizer.zero_grad()
        model.losses(Batch(frames), "model", rng())["total"].backward()
        optimizer.step()
    made = model.eval().continue_(frames[:, :, :6], 2, [rng()], Sampling(temperature=0.0))[0]
    torch.testing.assert_close(made, torch.stack([a, b], dim=1), atol=0.2, rtol=0)


@pytest.mark.parametrize("bounded", [True, False])
def test_what_is_made_stays_in_bounds_if_it_is_to(bounded: bool) -> None:
    model = build(bounded=bounded)
    width = torch.tensor([0.1, 0.5, 1.0, 2.0, 4.0, 8.0])[None, :, None]
    for seed in range(3):
        model.losses(Batch(width * torch.rand(2, 6, 9, generator=rng(seed))), "model", rng())
    made = model.eval().generate([rng(1)], 200, Sampling(temperature=3.0))
    outside = (made < 0) | (made > width)
    assert outside.any() != bounded
    assert made.std(dim=2).min() > 0.01


def test_bounds_are_those_of_training_alone() -> None:
    model = build(bounded=True).eval()
    frames = Batch(torch.randn(2, 6, 9, generator=rng()))
    model.losses(frames, "model", rng())
    assert model.bounds.lowest.isinf().all()
    model.train().losses(frames, "model", rng())
    torch.testing.assert_close(model.bounds.highest, frames.frames.amax(dim=(0, 2)))


def test_the_network_hears_what_it_has_drawn_not_what_is_left_of_it() -> None:
    """Bounds fed back would cut off draws below a silent feature and make it hear itself louder."""
    free, bounded = build(), build(bounded=True)
    for model in (free, bounded):
        model.losses(Batch(0.3 * torch.randn(4, 6, 9, generator=rng())), "model", rng())
    made, kept = (m.eval().generate([rng(1)], 60) for m in (free, bounded))
    edges = bounded.bounds.lowest[None, :, None], bounded.bounds.highest[None, :, None]
    torch.testing.assert_close(kept, made.clamp(*edges))
