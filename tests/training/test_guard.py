"""Losses and gradients that are not finite: skipped, answered, said, and at last given up."""

import weakref

import pytest
import torch

from menura.foundation.devices import Compute
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from menura.models import Batch, Model, Phase
from menura.models.contract import Losses, Optimizer
from menura.recipes import Training
from menura.representations import Spec
from menura.training.average import Average
from menura.training.guard import Guard
from menura.training.progress import Progress
from menura.training.stepping import NotFiniteError, Stepper


class Fragile(Model):
    """One weight; a frame of NaN or a huge one makes its loss or gradient not finite."""

    def __init__(self) -> None:
        super().__init__(None, Spec(8000, 1, 1))
        self.weight = torch.nn.Parameter(torch.tensor(1.0))
        self.register_buffer("seen", torch.zeros(1))
        self.register_buffer("carried", torch.zeros(1), persistent=False)
        self.register_buffer("table", torch.hann_window(8), persistent=False)

    def phases(self) -> dict[str, Phase]:
        return {"model": Phase((self.weight,), Optimizer("sgd", learning_rate=0.1))}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        self.seen = self.seen + batch.frames.mean()
        self.carried = self.carried + batch.frames.mean()
        return {"total": (self.weight * batch.frames).square().mean()}


def batch(value: float) -> Batch:
    return Batch(torch.full((1, 1, 2), value))


@pytest.fixture
def reporter() -> Collected:
    return Collected()


def run(values: list[float], reporter: Collected) -> tuple[Fragile, Progress]:
    """What the loop does, step for step."""
    model, progress = Fragile(), Progress()
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    guard = Guard(model, stepper.optimizers, Average(model, 0.5), progress, reporter)
    for value in values:
        guard.before_step()
        try:
            stepper.step(batch(value), progress.step, progress.rate)
            guard.accept()
        except NotFiniteError as error:
            guard.refuse(str(error))
        progress.step += 1
    return model, progress


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e30])
def test_a_bad_step_moves_nothing(bad: float, reporter: Collected) -> None:
    model, progress = run([bad], reporter)
    assert float(model.weight.detach()) == 1.0
    assert float(model.seen) == 0.0
    assert float(model.carried) == 0.0
    assert progress.rate == 1.0
    assert "not finite" in reporter.warnings[0]


def test_good_steps_in_between_start_the_count_again(reporter: Collected) -> None:
    nan = float("nan")
    _, progress = run([nan, nan, 1.0, nan, nan, 1.0], reporter)
    assert progress.restored == 0
    assert progress.rate == 1.0


def test_three_in_a_row_go_back_and_halve_the_rate(reporter: Collected) -> None:
    nan = float("nan")
    model, progress = run([1.0, 1.0, nan, nan, nan], reporter)
    assert float(model.weight.detach()) == 1.0  # as remembered at the start
    assert torch.equal(model.table, torch.hann_window(8))
    assert float(model.carried) == 0.0
    assert progress.rate == 0.5
    assert "last good weights" in reporter.warnings[-1]


def test_a_gradient_that_is_not_finite_is_noticed(reporter: Collected) -> None:
    """The loss is finite here, its gradient is not."""

    class Steep(Fragile):
        def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
            return {"total": (self.weight - self.weight.detach()).abs().sqrt()}

    model = Steep()
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    with pytest.raises(NotFiniteError, match="gradient"):
        stepper.step(batch(1.0), 0, 1.0)
    assert float(model.weight.detach()) == 1.0


def test_a_hopeless_run_is_ended_with_advice(reporter: Collected) -> None:
    with pytest.raises(MenuraError, match="learning_rate"):
        run([float("nan")] * 30, reporter)


def test_what_was_good_is_let_go_before_it_is_copied_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both at once would be the peak of memory of a large model."""
    model = Fragile()
    optimizers = {"model": torch.optim.Adam(model.parameters())}
    guard = Guard(model, optimizers, Average(model, 0.0), Progress(), Collected())
    before = weakref.ref(guard._good["model"]["weight"])
    alive = []
    monkeypatch.setattr(
        "menura.training.guard.carried_state", lambda model: alive.append(before()) or {}
    )
    guard.remember()
    assert alive == [None]
