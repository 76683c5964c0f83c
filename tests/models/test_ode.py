"""Integrating a velocity, and the times at which one is learnt: known answers."""

import math

import pytest
import torch

from menura.models._ode import draw_times, integrate, times


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_a_constant_velocity_arrives_exactly_in_one_step() -> None:
    start, goal = torch.zeros(2, 3), torch.full((2, 3), 4.0)
    assert torch.equal(integrate(lambda x, t: goal - start, start, 1), goal)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2)])
def test_the_error_falls_with_the_order_of_the_method(method: str, order: int) -> None:
    """dx/dt = x: x(1) = e · x(0)."""

    def error(n_steps: int) -> float:
        made = integrate(lambda x, t: x, torch.ones(1, 1, dtype=torch.float32), n_steps,
                         method=method)  # type: ignore[arg-type]  # fmt: skip
        return abs(float(made) - math.e)

    assert error(16) / error(32) == pytest.approx(2**order, rel=0.1)


def test_a_shift_makes_steps_finer_near_the_noise() -> None:
    """As Esser et al. give it for what is left of the noise: s·σ / (1 + (s − 1)·σ)."""
    for shift in (0.5, 3.0):
        found = times(8, 0.0, 1.0, shift)
        noise = [1 - step / 8 for step in range(9)]
        wanted = [1 - shift * s / (1 + (shift - 1) * s) for s in noise]
        assert found == pytest.approx(wanted, abs=1e-6)
        assert (found[1] < 1 / 8) == (shift > 1)
        assert times(8, 1.0, 0.0, shift) == pytest.approx(found[::-1], abs=1e-6), "and back"
        part = times(5, 0.3, 1.0, shift)
        assert (part[0], part[-1]) == (0.3, 1.0)
        assert part == sorted(part)
    assert times(4, 0.0, 1.0, 1.0) == [0.0, 0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("noisiness", [0.5, 1.0, 1.5])
def test_times_to_learn_at_are_logit_normal_about_the_noisiness(noisiness: float) -> None:
    drawn = draw_times(20_000, noisiness, 0.0, rng())
    logits = drawn.double().logit() + math.log(noisiness)
    assert float(logits.mean()) == pytest.approx(0, abs=0.02)
    assert float(logits.std()) == pytest.approx(1, abs=0.02)


def test_a_share_of_the_times_is_at_the_very_noise() -> None:
    """All that is made sets off at time 0, of which the logit-normal draws nothing."""
    usual, more = (draw_times(20_000, 1.5, share, rng()).double() for share in (0.0, 0.25))
    assert (usual < 0.01).double().mean() < 1e-3
    early = more[more != usual]
    assert len(early) == pytest.approx(5_000, rel=0.05)
    assert early.max() <= 0.1
    assert early.mean() == pytest.approx(0.05, rel=0.05)
