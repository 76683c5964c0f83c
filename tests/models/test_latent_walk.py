"""Steps drawn like those of an autoregression that is known."""

import torch

from menura.models._latent_walk import LatentWalk

ONWARDS = torch.tensor([[0.9, 0.2], [-0.1, 0.7]], dtype=torch.float64)


def known_walk(n_steps: int) -> torch.Tensor:
    """x' = A x + noise about a mean, of shape (1, 2, n_steps)."""
    rng = torch.Generator().manual_seed(0)
    noise = torch.randn(n_steps, 2, generator=rng, dtype=torch.float64)
    steps = [noise[0]]
    for drawn in noise[1:]:
        steps.append(ONWARDS @ steps[-1] + drawn)
    return (torch.stack(steps, dim=1) + torch.tensor([[3.0], [-1.0]]))[None].float()


def lagged(steps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Covariance of a step, and of the next step with it."""
    x = steps[0].double() - steps[0].double().mean(dim=1, keepdim=True)
    n = x.shape[1] - 1
    return x @ x.T / (n + 1), x[:, 1:] @ x[:, :-1].T / n


def test_what_is_drawn_walks_as_the_training_did() -> None:
    walk, real = LatentWalk(2), known_walk(6000)
    walk.follow(real)
    made = walk.draw([torch.Generator().manual_seed(1)], 6000)
    assert made.shape == (1, 2, 6000)
    torch.testing.assert_close(made.mean(dim=2), real.mean(dim=2), atol=0.3, rtol=0)
    for ours, theirs in zip(lagged(made), lagged(real), strict=True):
        torch.testing.assert_close(ours, theirs, atol=0.12 * float(theirs.abs().max()), rtol=0)
    here, next_ = lagged(made)
    torch.testing.assert_close(next_ @ torch.linalg.inv(here), ONWARDS, atol=0.05, rtol=0)


def test_without_temperature_every_step_is_the_mean() -> None:
    walk, real = LatentWalk(2), known_walk(500)
    walk.follow(real)
    made = walk.draw([torch.Generator().manual_seed(1)], 4, temperature=0.0)
    torch.testing.assert_close(made[0, :, :1].expand(-1, 4), made[0])
    torch.testing.assert_close(made[0, :, 0], real[0].mean(dim=1), atol=0.02, rtol=0)


def test_a_lone_step_stands_still() -> None:
    walk = LatentWalk(2)
    walk.follow(known_walk(50).transpose(0, 2)[:, :, :1])  # 50 clips of one step
    made = walk.draw([torch.Generator().manual_seed(1)], 5)
    torch.testing.assert_close(made, made[:, :, :1].expand(-1, -1, 5), atol=1e-3, rtol=0)


def test_directions_that_do_not_vary_do_not_run_away() -> None:
    """Twelve numbers mixed from two: what is seen of the other ten directions is rounding."""
    mixing = torch.randn(12, 2, generator=torch.Generator().manual_seed(5))
    real = (mixing @ known_walk(4000)[0])[None]
    walk = LatentWalk(12)
    walk.follow(real)
    made = walk.draw([torch.Generator().manual_seed(1)], 4000)
    assert made.isfinite().all()
    torch.testing.assert_close(made.std(dim=2), real.std(dim=2), rtol=0.2, atol=0)
