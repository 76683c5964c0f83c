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
    model = LatentFlow(replace(LatentFlow.tiny, **settings), SPEC).eval()
    with torch.no_grad():
        model.leave.weight *= 30  # so that what is made depends on what is known
    return model


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
    seed = torch.randn(12, 5, 8, generator=rngs(1)[0])

    def alone(draw: int, n_window: int, n_steps: int) -> torch.Tensor:
        generators = rngs(12)
        for rng in generators:
            for _ in range(draw):
                torch.randn(5, c.n_window, generator=rng)
        model = flow(n_candidates=1, n_steps=n_steps)
        begun = torch.stack([torch.randn(5, c.n_window, generator=rng) for rng in generators])
        known = torch.arange(n_window) < c.n_carried
        window = torch.nn.functional.pad(seed[:, :, -c.n_carried :], (0, n_window - c.n_carried))
        filled = model._fill(window, known, begun[:, :, :n_window], Sampling(), is_first=True)
        return filled[:, :, c.n_carried :]

    near = c.n_carried + c.n_compared
    few = [alone(draw, near, c.n_candidate_steps) for draw in range(c.n_candidates)]
    chosen = most_alike(torch.stack(few, dim=1), seed[:, :, -c.n_compared :]).tolist()
    assert len(set(chosen)) > 1, "the example must tell the draws apart"
    made = flow().continue_(seed, 10, rngs(12))
    for row, draw in enumerate(chosen):
        torch.testing.assert_close(
            made[row], alone(draw, c.n_window, c.n_steps)[row], atol=1e-4, rtol=1e-4
        )


def test_without_chance_there_is_nothing_to_choose() -> None:
    seed = torch.randn(2, 5, 8, generator=rngs(1)[0])
    still = Sampling(temperature=0.0)
    made = flow().continue_(seed, 10, rngs(2), still)
    torch.testing.assert_close(made, flow(n_candidates=1).continue_(seed, 10, rngs(2), still))


def test_a_seed_of_one_frame_is_compared_with_one_frame() -> None:
    """Over more frames the stillest beginning would be taken for the most alike."""
    model = flow(n_compared=8)
    seen = []

    def overheard(x: torch.Tensor, *told: object) -> torch.Tensor:
        seen.append(x.shape[2])
        return torch.zeros_like(x)

    model._velocity = overheard  # type: ignore[assignment,method-assign]
    model.continue_(torch.randn(1, 5, 1, generator=rngs(1)[0]), 4, rngs(1))
    assert seen[0] == 2
