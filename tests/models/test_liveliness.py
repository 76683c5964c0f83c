"""Of several ways to go on, the one that moves as much as the seed."""

import torch

from menura.models._liveliness import as_lively, movement


def walk(step: float, n: int, seed: int) -> torch.Tensor:
    """Frames that go a step of about this length each time."""
    rng = torch.Generator().manual_seed(seed)
    steps = torch.randn(3, n, generator=rng)
    return (step * steps / steps.norm(dim=0)).cumsum(dim=1)


def test_movement_is_the_median_step() -> None:
    jump = torch.cat([walk(0.5, 20, 0), 9 + walk(0.5, 20, 1)], dim=1)  # one step is far longer
    frames = torch.stack([walk(0.5, 40, 2), walk(2.0, 40, 3), jump])
    torch.testing.assert_close(movement(frames), torch.tensor([0.5, 2.0, 0.5]))
    assert movement(frames[:, :, :1]).tolist() == [0, 0, 0]
    assert movement(frames[:, :, :0]).tolist() == [0, 0, 0]


def test_of_each_rows_ways_the_one_nearest_by_ratio_is_kept() -> None:
    ways = torch.stack([walk(step, 30, 4) for step in (0.5, 1.0, 4.0, 0.1, 2.0, 9.0)])
    kept = as_lively(ways, torch.tensor([1.9, 0.11]))  # of 1 and 4, 1.9 is nearer to 1
    torch.testing.assert_close(kept, ways[[1, 3]])
    assert torch.equal(as_lively(ways, torch.full((6,), 7.0)), ways)  # one way each


def test_a_seed_that_stands_still_asks_for_the_stillest() -> None:
    ways = torch.stack([walk(1.0, 30, 5), walk(0.2, 30, 6)])
    assert torch.equal(as_lively(ways, torch.zeros(1)), ways[1:])
