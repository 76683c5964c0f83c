"""The Gaussian bottleneck: closed forms, clipping, warming up, free bits, the Gaussian kept."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from menura.models._bottleneck import (
    MEMORY,
    Bottleneck,
    BottleneckConfig,
    FittedGaussian,
    Posterior,
)
from menura.models.contract import noise


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rngs(n: int) -> list[torch.Generator]:
    return [rng(seed) for seed in range(n)]


def said(n: int = 6, n_latent: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, 2 * n_latent, generator=rng(seed))


def bottleneck(n_latent: int = 3, **settings: float) -> Bottleneck:
    return Bottleneck(BottleneckConfig(n_latent, **settings))  # type: ignore[arg-type]


def test_the_divergence_is_the_closed_form_s() -> None:
    posterior = bottleneck().posterior(said())
    assert posterior.log_variance is not None
    theirs = kl_divergence(
        Normal(posterior.mean, (0.5 * posterior.log_variance).exp()), Normal(0.0, 1.0)
    )
    torch.testing.assert_close(posterior.divergence(), theirs)


def test_the_divergence_is_what_draws_say() -> None:
    """Monte Carlo: the mean of log q − log p over draws."""
    posterior = bottleneck(1).posterior(torch.tensor([[0.7, -1.2]]).expand(200_000, 2))
    assert posterior.log_variance is not None
    drawn = posterior.drawn(rng())
    own = Normal(posterior.mean, (0.5 * posterior.log_variance).exp())
    estimate = (own.log_prob(drawn) - Normal(0.0, 1.0).log_prob(drawn)).mean()
    assert float(estimate) == pytest.approx(float(posterior.divergence()[0]), rel=0.02)


def test_draws_have_the_mean_and_spread_that_was_said() -> None:
    posterior = bottleneck(1).posterior(torch.tensor([[2.0, np.log(0.25)]]).expand(50_000, 2))
    drawn = posterior.drawn(rng())
    assert float(drawn.mean()) == pytest.approx(2.0, abs=0.01)
    assert float(drawn.std()) == pytest.approx(0.5, abs=0.01)
    assert torch.equal(drawn, posterior.drawn(rng()))
    assert not torch.equal(drawn, posterior.drawn(rng(1)))


def test_gradients_pass_through_the_draw() -> None:
    told = said().requires_grad_()
    bottleneck().posterior(told).drawn(rng()).sum().backward()
    assert told.grad is not None
    torch.testing.assert_close(told.grad[:, :3], torch.ones(6, 3))
    assert (told.grad[:, 3:] != 0).all()


@pytest.mark.parametrize("wide", [1e4, -1e4])
def test_an_encoder_gone_astray_stays_finite_and_is_drawn_back(wide: float) -> None:
    own = bottleneck()
    told = torch.cat([torch.zeros(1, 3), torch.full((1, 3), wide)], dim=1).requires_grad_()
    posterior = own.posterior(told)
    assert posterior.log_variance is not None
    low, high = own.config.log_variance
    assert low <= float(posterior.log_variance.detach().mean()) <= high
    cost = own.cost(posterior, 1)
    assert posterior.drawn(rng()).isfinite().all()
    assert cost.isfinite()
    cost.backward()
    assert told.grad is not None
    assert (told.grad[:, 3:] * wide > 0).all()  # descending leads back


def test_the_cost_is_the_divergence_of_a_place_over_its_values() -> None:
    own = bottleneck(kl_weight=0.5)
    posterior = own.posterior(said())
    wanted = 0.5 * posterior.divergence().sum(dim=1).mean() / 40
    torch.testing.assert_close(own.cost(posterior, 40), wanted)


def test_places_cost_the_mean_of_theirs() -> None:
    own = bottleneck()
    told = torch.randn(4, 6, 5, generator=rng())
    flat = told.transpose(1, 2).flatten(0, 1)
    torch.testing.assert_close(own.cost(own.posterior(told), 7), own.cost(own.posterior(flat), 7))


def test_some_of_each_number_is_free() -> None:
    own = bottleneck(2, free_nats=0.5)
    near = own.posterior(torch.zeros(4, 4))
    told = torch.zeros(4, 4).requires_grad_()
    own.cost(own.posterior(told + 1e-3), 1).backward()
    assert float(own.cost(near, 1)) == pytest.approx(2 * 0.5)  # both at their share
    assert told.grad is not None
    assert (told.grad == 0).all(), "what is free must not be pushed down"
    far = own.posterior(torch.tensor([[3.0, 0.0, 0.0, 0.0]]).expand(4, 4))
    assert float(own.cost(far, 1)) == pytest.approx(4.5 + 0.5)


def test_what_is_free_is_free_on_average_over_the_batch() -> None:
    own = bottleneck(1, free_nats=1.0)
    uneven = own.posterior(torch.tensor([[3.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    assert float(own.cost(uneven, 1)) == pytest.approx(4.5 / 3)


def test_the_weight_warms_up_with_the_steps_of_training() -> None:
    own = bottleneck(kl_weight=2.0, warmup_steps=4)
    weights = []
    for _ in range(6):
        weights.append(own.weight())
        own.follow(own.posterior(said()))
    assert weights == [0.0, 0.5, 1.0, 1.5, 2.0, 2.0]
    assert own.weight(warming=False) == 2.0
    assert "n_steps" not in own.state_dict()
    assert "n_steps" in dict(own.named_buffers())


def test_a_plain_bottleneck_has_no_spread_and_no_cost() -> None:
    own = Bottleneck(BottleneckConfig(3, variational=False))
    assert own.config.n_said == 3
    posterior = own.posterior(said()[:, :3])
    assert torch.equal(posterior.drawn(rng()), posterior.mean)
    assert float(own.cost(posterior, 1)) == 0


def test_the_gaussian_is_that_of_all_latents_at_first() -> None:
    """Mean and covariance of the mixture, against numpy over everything at once."""
    own = FittedGaussian(4)
    turn = torch.randn(4, 4, generator=rng())
    means = torch.randn(300, 4, generator=rng(1)) @ turn + 5
    variances = torch.rand(300, 4, generator=rng(2))
    for start in range(0, 300, 30):
        own.follow(means[start : start + 30], variances[start : start + 30])
    whole = np.cov(means.numpy().T, bias=True) + np.diag(variances.numpy().mean(axis=0))
    np.testing.assert_allclose(own.mean, means.numpy().mean(axis=0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(own.covariance, whole, rtol=1e-3, atol=1e-3)


def test_the_gaussian_forgets_what_the_encoder_said_long_ago() -> None:
    own = FittedGaussian(1)
    for _ in range(300):
        own.follow(torch.full((2, 1), -10.0))
    for _ in range(2000):
        own.follow(torch.full((2, 1), 1.0))
    left = MEMORY**2000
    assert float(own.mean) == pytest.approx(1 - 11 * left, abs=0.01)


def test_draws_are_of_the_gaussian_that_was_kept() -> None:
    own = FittedGaussian(3)
    turn = torch.randn(3, 3, generator=rng())
    own.follow(torch.randn(5000, 3, generator=rng(1)) @ turn + 2)
    drawn = own.draw(rngs(4000))
    torch.testing.assert_close(drawn.mean(dim=0), own.mean, atol=0.15, rtol=0)
    np.testing.assert_allclose(drawn.T.cov(), own.covariance, atol=0.4)
    torch.testing.assert_close(own.draw(rngs(2), temperature=0.0), own.mean.expand(2, 3))
    half = own.draw(rngs(2), temperature=0.5) - own.mean
    torch.testing.assert_close(2 * half, own.draw(rngs(2)) - own.mean)


def test_before_any_training_it_is_a_standard_normal() -> None:
    torch.testing.assert_close(FittedGaussian(3).draw(rngs(2)), noise(rngs(2), 3))


def test_the_widest_axes_come_first() -> None:
    own = FittedGaussian(3)
    own.follow(torch.randn(4000, 3, generator=rng()) * torch.tensor([1.0, 5.0, 2.0]))
    axes = own.principal_axes(2).abs()
    torch.testing.assert_close(axes, torch.eye(3)[[1, 2]], atol=0.05, rtol=0)


def test_a_posterior_of_places_keeps_their_shape() -> None:
    own = Bottleneck(BottleneckConfig(3), n_places=5)
    posterior = own.posterior(torch.randn(2, 6, 5))
    assert isinstance(posterior, Posterior)
    assert posterior.drawn(rng()).shape == (2, 3, 5)
    own.follow(posterior)
    assert own.gaussian.mean.shape == (15,)
