"""When to save, when to lower the rate, when to stop; and the learning rate of every step."""

import math

import pytest
import torch

from menura.models import Optimizer, Phase, Schedule
from menura.recipes import Training
from menura.training.optimizing import build_optimizer, rate_factor
from menura.training.progress import Progress

SETTINGS = Training(patience=2, n_drops=1, drop_factor=0.5)


def test_the_best_is_saved_and_plateaus_answered() -> None:
    progress = Progress()
    values = [3.0, 2.0, 2.5, 2.1, 1.9, 2.0, 2.0]
    verdicts = [progress.look(value, SETTINGS) for value in values]
    assert verdicts == ["best", "best", "wait", "drop", "best", "wait", "stop"]
    assert progress.rate == 0.5
    assert progress.best == 1.9


def test_an_equal_value_is_no_improvement() -> None:
    progress = Progress()
    assert [progress.look(1.0, SETTINGS) for _ in range(2)] == ["best", "wait"]


def test_warm_up_rises_to_one() -> None:
    schedule = Schedule(warmup_steps=4)
    assert [rate_factor(schedule, step) for step in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]


def test_cosine_falls_to_its_final_factor() -> None:
    schedule = Schedule("cosine", total_steps=100, final_factor=0.1)
    assert rate_factor(schedule, 0) == 1
    assert rate_factor(schedule, 50) == pytest.approx(0.55)
    assert rate_factor(schedule, 100) == pytest.approx(0.1)
    assert rate_factor(schedule, 500) == pytest.approx(0.1)


def test_a_trapezoid_falls_at_its_end() -> None:
    schedule = Schedule(
        "trapezoid", warmup_steps=10, total_steps=100, decay_steps=40, final_factor=0.2
    )
    assert rate_factor(schedule, 4) == 0.5
    assert rate_factor(schedule, 60) == 1
    assert rate_factor(schedule, 80) == pytest.approx(0.6)
    assert rate_factor(schedule, 100) == pytest.approx(0.2)
    assert rate_factor(schedule, 500) == pytest.approx(0.2)


def test_exponential_falls_in_steps() -> None:
    """The GAN report's: × 0.9 every 10,000 steps."""
    schedule = Schedule("exponential", decay_steps=10_000, decay_factor=0.9)
    assert rate_factor(schedule, 9_999) == 1
    assert math.isclose(rate_factor(schedule, 20_000), 0.81)


@pytest.mark.parametrize("name", ["sgd", "rmsprop", "adam", "adamw", "adadelta", "adagrad"])
def test_every_optimiser_descends(name: str) -> None:
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    config = Optimizer(name, learning_rate=0.1 if name != "adadelta" else 50.0)  # type: ignore[arg-type]
    optimizer = build_optimizer(Phase((weight,), config))
    for _ in range(40):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
    assert abs(float(weight.detach())) < 1.5


def test_turns_of_a_phase() -> None:
    phase = Phase((), start_step=4, every=3)
    assert [step for step in range(12) if phase.has_turn(step)] == [4, 7, 10]
