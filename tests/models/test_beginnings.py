"""Of several beginnings of a continuation, the one most like the seed's end is made."""

from dataclasses import replace

import numpy as np
import torch

from menura.models._beginnings import most_alike
from menura.models.contract import Sampling
from menura.models.latent_flow import LatentFlow
from menura.representations import Spec

SPEC = Spec(sample_rate=8000, n_channels=5, hop_length=128)


def rngs(n: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(i) for i in range(n)]


def flow(**settings: int) -> LatentFlow:
    torch.manual_seed(0)
    return LatentFlow(replace(LatentFlow.tiny, **settings), SPEC).eval()


def test_alike_is_what_numpy_says() -> None:
    pieces = torch.randn(4, 7, 5, 9, generator=rngs(1)[0])
    end = torch.randn(4, 5, 6, generator=rngs(2)[1])

    def statistics(x: torch.Tensor) -> np.ndarray:
        return np.concatenate([x.numpy().mean(axis=-1), x.numpy().std(axis=-1)])

    wanted = [
        int(np.argmin([np.linalg.norm(statistics(p) - statistics(e)) for p in row]))
        for row, e in zip(pieces, end, strict=True)
    ]
    assert most_alike(pieces, end).tolist() == wanted
    assert len(set(wanted)) > 1


def test_the_beginning_most_like_the_seed_is_made_in_full() -> None:
    """By hand: every draw alone, in a few steps; then the chosen one alone, in all steps."""
    c = LatentFlow.tiny
    seed = torch.randn(6, 5, 8, generator=rngs(1)[0])

    def alone(draw: int, n_steps: int) -> torch.Tensor:
        generators = rngs(6)
        for rng in generators:
            for _ in range(draw):
                torch.randn(5, c.n_window, generator=rng)
        return flow(n_candidates=1, n_steps=n_steps).continue_(seed, 10, generators)

    few = torch.stack([alone(draw, c.n_candidate_steps) for draw in range(c.n_candidates)], dim=1)
    chosen = most_alike(few[:, :, :, : c.n_compared], seed[:, :, -c.n_compared :]).tolist()
    assert len(set(chosen)) == c.n_candidates, "the example must tell the draws apart"
    made = flow().continue_(seed, 10, rngs(6))
    for row, draw in enumerate(chosen):
        torch.testing.assert_close(made[row], alone(draw, c.n_steps)[row], atol=1e-4, rtol=1e-4)


def test_without_chance_there_is_nothing_to_choose() -> None:
    seed = torch.randn(2, 5, 8, generator=rngs(1)[0])
    still = Sampling(temperature=0.0)
    made = flow().continue_(seed, 10, rngs(2), still)
    torch.testing.assert_close(made, flow(n_candidates=1).continue_(seed, 10, rngs(2), still))
