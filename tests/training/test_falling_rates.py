"""A run that is told how long it is lets its rate fall at its end."""

from pathlib import Path

import pytest
import torch

from menura.models import Batch, Optimizer
from menura.training import stepping
from menura.training.fit import Limits
from menura.training.stepping import Stepper
from menura.workflows.train import train


def test_the_rate_falls_to_nothing_over_the_last_share_of_the_run(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates: list[float] = []
    step = Stepper.step

    def noted(
        self: Stepper, batch: Batch, number: int, rate: float, fallen: float = 1.0
    ) -> dict[str, float]:
        rates.append(rate * fallen)
        return step(self, batch, number, rate, fallen)

    monkeypatch.setattr(Stepper, "step", noted)
    train(
        *("stft-lstm", corpus, tmp_path / "run"),
        preset="tiny",
        steps=10,
        settings={"training.fall": "0.5"},
    )
    measured = rates.index(1.0)
    assert not any(rates[:measured]), "what is timed before does not move a weight"
    assert rates[measured:] == pytest.approx([1] * 6 + [0.8, 0.6, 0.4, 0.2])


def test_critics_keep_their_rate(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factors: dict[int, list[float]] = {}
    set_rate = stepping.set_rate

    def noted(optimizer: torch.optim.Optimizer, own: Optimizer, factor: float) -> None:
        factors.setdefault(id(optimizer), []).append(factor)
        set_rate(optimizer, own, factor)

    monkeypatch.setattr(stepping, "set_rate", noted)
    critics = {"model.critic_start": "0", "model.critic_every": "1", "training.fall": "1"}
    train(*("spectral-codec", corpus, tmp_path), preset="tiny", steps=4, settings=critics)
    codec, critic = factors.values()
    assert codec[-4:] == [1.0, 0.75, 0.5, 0.25]
    assert critic[-4:] == [1.0] * 4


@pytest.mark.parametrize(
    ("limits", "step", "seconds", "factor"),
    [
        (Limits(), 10**6, 1e9, 1.0),
        (Limits(steps=8), 3, 1e9, 1.0),
        (Limits(steps=8), 6, 1e9, 0.5),
        (Limits(minutes=2.0), 10**6, 90.0, 0.5),
        (Limits(steps=10, minutes=1.0), 5, 57.0, 0.1),
        (Limits(minutes=1.0), 5, 61.0, 0.0),
    ],
)
def test_how_far_a_rate_has_fallen(
    limits: Limits, step: int, seconds: float, factor: float
) -> None:
    assert limits.factor(step, seconds, 0.5) == pytest.approx(factor)


def test_where_nothing_falls_a_step_after_the_end_is_at_the_whole_rate() -> None:
    """As one may be that begins within the minutes, and is late."""
    assert Limits(minutes=1.0).factor(5, 61.0, 0.0) == 1
