"""What the recurrent model says of the next frame: likelihoods in closed form, draws that fit."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from menura.models._outputs import LEAST_SCALE, MixtureOutput

N_HIDDEN, N_FEATURES, N_COMPONENTS, N_DIRECTIONS = 6, 4, 3, 2


def build(seed: int = 0) -> MixtureOutput:
    torch.manual_seed(seed)
    return MixtureOutput(N_HIDDEN, N_FEATURES, N_COMPONENTS, N_DIRECTIONS)


def parts(output: MixtureOutput, hidden: torch.Tensor) -> tuple[np.ndarray, ...]:
    """Weights (components), means (components features), scale (features) of one hidden state."""
    with torch.no_grad():
        centre, scale, weights, shifts = output._parts(hidden)
        means = centre + shifts @ output.directions
    return tuple(x.double().numpy() for x in (weights.softmax(dim=-1), means, scale))


@given(seed=st.integers(0, 1000), size=st.floats(0.1, 10))
def test_the_loss_is_the_negative_log_likelihood_of_the_mixture(seed: int, size: float) -> None:
    output, draw = build(seed), torch.Generator().manual_seed(seed)
    hidden = size * torch.randn(2, 5, N_HIDDEN, generator=draw)
    frames = torch.randn(2, 5, N_FEATURES, generator=draw)
    true = []
    for state, frame in zip(hidden.flatten(0, 1), frames.flatten(0, 1), strict=True):
        weights, means, scale = parts(output, state)
        each = [
            multivariate_normal(mean, np.diag(scale**2)).logpdf(frame.numpy()) for mean in means
        ]
        true.append(-logsumexp(each, b=weights) / N_FEATURES)
    loss = float(output.loss(hidden, frames).detach())
    assert loss == pytest.approx(np.mean(true), rel=1e-4, abs=1e-4)


def test_draws_have_the_mean_and_the_spread_of_the_mixture() -> None:
    output, draw = build(), torch.Generator().manual_seed(0)
    hidden = 2 * torch.randn(N_HIDDEN, generator=draw)
    weights, means, scale = parts(output, hidden)
    n = 100_000
    with torch.no_grad():
        drawn = output.draw(
            hidden.expand(n, -1),
            torch.randn(n, N_FEATURES, generator=draw),
            torch.rand(n, N_COMPONENTS, generator=draw),
            1.0,
        ).numpy()
        expected = output.expected(hidden).numpy()
    mean = weights @ means
    np.testing.assert_allclose(expected, mean, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.02)
    variance = scale**2 + weights @ (means - mean) ** 2
    np.testing.assert_allclose(drawn.var(axis=0), variance, rtol=0.03)


def test_no_temperature_is_the_mean_of_the_likeliest_component() -> None:
    output = build()
    hidden = torch.randn(N_HIDDEN, generator=torch.Generator().manual_seed(3))
    weights, means, _ = parts(output, hidden)
    with torch.no_grad():
        drawn = output.draw(hidden, torch.ones(N_FEATURES), torch.rand(N_COMPONENTS), 0.0)
    np.testing.assert_allclose(drawn.numpy(), means[weights.argmax()], atol=1e-6)


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_the_ends_of_chance_are_finite(chance: float) -> None:
    output = build()
    drawn = output.draw(
        torch.zeros(N_HIDDEN), torch.zeros(N_FEATURES), torch.full((N_COMPONENTS,), chance), 1.0
    )
    assert drawn.isfinite().all()


def test_a_feature_that_never_varies_costs_no_infinity() -> None:
    output = build()
    optimizer = torch.optim.Adam(output.parameters(), 0.1)
    hidden, frames = torch.zeros(8, N_HIDDEN), torch.zeros(8, N_FEATURES)
    for _ in range(200):
        optimizer.zero_grad()
        loss = output.loss(hidden, frames)
        loss.backward()
        optimizer.step()
    least = math.log(LEAST_SCALE * math.sqrt(2 * math.pi))
    assert least - 1e-3 <= float(loss.detach()) < least + 0.5


def test_it_keeps_two_futures_apart_where_the_mean_is_neither() -> None:
    output = build()
    frames = torch.ones(64, N_FEATURES)
    frames[::2] = -1
    hidden = torch.zeros(64, N_HIDDEN)
    optimizer = torch.optim.Adam(output.parameters(), 0.03)
    for _ in range(300):
        optimizer.zero_grad()
        output.loss(hidden, frames).backward()
        optimizer.step()
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        drawn = output.draw(
            torch.zeros(200, N_HIDDEN),
            torch.randn(200, N_FEATURES, generator=draw),
            torch.rand(200, N_COMPONENTS, generator=draw),
            1.0,
        )
        assert output.expected(hidden[0]).abs().max() < 0.2
    assert (drawn.abs() - 1).abs().max() < 0.5
    assert 0.3 < (drawn[:, 0] > 0).float().mean() < 0.7
