"""AdaDelta in blocks moves weights as PyTorch's does, and can go on from its state."""

import pytest
import torch

from menura.training import adadelta
from menura.training.adadelta import Adadelta

SETTINGS = {"lr": 0.7, "rho": 0.9, "eps": 1e-5}


def weights(seed: int) -> list[torch.nn.Parameter]:
    draw = torch.Generator().manual_seed(seed)
    shapes = [(7, 30), (5,), (2, 3, 4)]
    return [torch.nn.Parameter(torch.randn(shape, generator=draw)) for shape in shapes]


def walk(optimizer: torch.optim.Optimizer, n_steps: int, seed: int = 0) -> None:
    draw = torch.Generator().manual_seed(seed)
    for _ in range(n_steps):
        for parameter in optimizer.param_groups[0]["params"]:
            parameter.grad = torch.randn(parameter.shape, generator=draw)
        optimizer.step()


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("block", [16, 1 << 16])
def test_it_moves_as_pytorchs(monkeypatch: pytest.MonkeyPatch, decay: float, block: int) -> None:
    monkeypatch.setattr(adadelta, "BLOCK", block)
    ours, theirs = weights(1), weights(1)
    walk(Adadelta(ours, weight_decay=decay, **SETTINGS), 25)
    walk(torch.optim.Adadelta(theirs, weight_decay=decay, **SETTINGS), 25)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)


def test_it_goes_on_from_its_state_and_from_pytorchs() -> None:
    for kind in (Adadelta, torch.optim.Adadelta):
        whole, first, second = weights(1), weights(1), weights(2)
        unbroken, broken = Adadelta(whole, **SETTINGS), kind(first, **SETTINGS)
        for optimizer in (unbroken, broken):
            walk(optimizer, 5)
        resumed = Adadelta(second, **SETTINGS)
        resumed.load_state_dict(broken.state_dict())
        with torch.no_grad():
            for mine, theirs in zip(second, first, strict=True):
                mine.copy_(theirs)
        for optimizer in (unbroken, resumed):
            walk(optimizer, 5, seed=9)
        for one, other in zip(whole, second, strict=True):
            torch.testing.assert_close(one, other)


def test_what_has_no_gradient_stays() -> None:
    still = torch.nn.Parameter(torch.ones(3))
    Adadelta([still], lr=1.0).step()
    assert torch.equal(still, torch.ones(3))
