"""The recurrent model beyond the contract: carried state, residual noise, known sizes."""

import pytest
import torch

from menura.models import Batch
from menura.models.contract import Sampling
from menura.models.frame_rnn import FrameRnn, FrameRnnConfig
from menura.representations import Spec

SPEC = Spec(sample_rate=8000, n_channels=6, hop_length=128)


def build(cell: str = "lstm", n_layers: int = 1) -> FrameRnn:
    torch.manual_seed(0)
    config = FrameRnnConfig(cell=cell, n_layers=n_layers, n_hidden=8, n_opening=2)  # type: ignore[arg-type]
    return FrameRnn(config, SPEC)


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


def test_stepping_one_frame_at_a_time_is_running_them_together() -> None:
    model = build().eval()
    seed = torch.randn(1, 6, 5, generator=rng())
    made = model.continue_(seed, 4, [rng()], Sampling(temperature=0.0))
    # What was made is what the model predicts when it hears all of it at once.
    heard = model.reconstruct(torch.cat([seed, made], dim=2))
    torch.testing.assert_close(heard[:, :, 5:], made)


def test_temperature_is_the_width_of_the_residual() -> None:
    model = build().eval()
    model.residual.copy_(torch.tensor([0.0, 1.0, 2.0, 0.0, 0.0, 0.0]))
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
    before = model.residual.clone()
    model.eval().losses(frames, "model", rng())
    assert torch.equal(model.residual, before)
    model.train()
    for _ in range(300):
        error = model.losses(frames, "model", rng())["total"]
    assert float(model.residual.square().mean()) == pytest.approx(float(error.detach()), rel=0.05)


def test_the_size_of_the_reports_network() -> None:
    """512 features, one LSTM layer of 1500 (with PyTorch's two bias vectors), linear output."""
    spec = Spec(sample_rate=22_050, n_channels=512, hop_length=512)
    model = FrameRnn(FrameRnnConfig(n_hidden=1500), spec)
    lstm = 4 * 1500 * (512 + 1500 + 2)
    assert sum(p.numel() for p in model.parameters()) == lstm + 512 * (1500 + 1)


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        FrameRnnConfig(n_layers=0)


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
