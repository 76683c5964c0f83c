"""Fitted scaling: what it makes of data, and exactly back."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.foundation.errors import MenuraError
from menura.representations._normaliser import Kind, Normaliser


def pieces(seed: int = 0) -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(seed)
    scale = torch.tensor([1.0, 10.0, 0.1])[None, :, None]
    return [5 + scale * torch.randn(2, 3, n, generator=rng) for n in (40, 7, 100)]


def together() -> torch.Tensor:
    return torch.cat([piece.transpose(0, 1).flatten(1) for piece in pieces()], dim=1)


def fitted(kind: Kind) -> Normaliser:
    normaliser = Normaliser(kind, 3)
    normaliser.fit(pieces())
    return normaliser


def test_per_bin_is_the_standard_score_of_each_bin() -> None:
    scores = fitted("per-bin")(together()[None])[0]
    torch.testing.assert_close(scores.mean(dim=1), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(scores.std(dim=1, unbiased=False), torch.ones(3))


def test_global_keeps_the_bins_in_proportion() -> None:
    scores = fitted("global")(together()[None])[0]
    assert float(scores.mean()) == pytest.approx(0, abs=1e-5)
    assert float(scores.std(unbiased=False)) == pytest.approx(1, abs=1e-4)
    assert scores[1].std() > 5 * scores[0].std()


def test_range_is_minus_one_to_one() -> None:
    scaled = fitted("range")(together()[None])
    assert float(scaled.min()) == pytest.approx(-1)
    assert float(scaled.max()) == pytest.approx(1)


def test_none_changes_nothing() -> None:
    assert torch.equal(fitted("none")(pieces()[0]), pieces()[0])


@pytest.mark.parametrize("kind", ["none", "per-bin", "global", "range"])
@given(seed=st.integers(0, 1000))
def test_inverting_gives_the_frames_back(kind: Kind, seed: int) -> None:
    frames = pieces(seed)[0]
    normaliser = fitted(kind)
    torch.testing.assert_close(normaliser.invert(normaliser(frames)), frames, atol=1e-4, rtol=1e-4)


def test_a_bin_that_never_varies_does_not_blow_up() -> None:
    normaliser = Normaliser("per-bin", 3)
    normaliser.fit([torch.full((1, 3, 50), 7.0)])
    assert normaliser(torch.full((1, 3, 2), 7.5)).abs().max() < 1


def test_values_that_are_not_finite_are_refused() -> None:
    with pytest.raises(MenuraError, match="not finite"):
        Normaliser("per-bin", 3).fit([torch.full((1, 3, 5), torch.nan)])


def test_no_sound_is_refused() -> None:
    with pytest.raises(MenuraError, match="no training sound"):
        Normaliser("global", 3).fit([])


@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (-2.0, 2.0), (0.0, 1.0)])
def test_range_reaches_from_bound_to_bound(bounds: tuple[float, float]) -> None:
    normaliser = Normaliser("range", 3, bounds)
    normaliser.fit(pieces())
    scaled = normaliser(together()[None])
    assert (float(scaled.min()), float(scaled.max())) == pytest.approx(bounds, abs=1e-5)
    torch.testing.assert_close(normaliser.invert(scaled), together()[None], atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("kind", ["per-bin", "global", "range"])
def test_what_follows_the_bins_is_left_as_it_is(kind: Kind) -> None:
    """Phases beside magnitudes."""
    normaliser = Normaliser(kind, 2)
    normaliser.fit(pieces())
    plain = Normaliser(kind, 2)
    plain.fit([piece[:, :2] for piece in pieces()])
    frames = together()[None]
    torch.testing.assert_close(normaliser(frames)[:, :2], plain(frames[:, :2]))
    torch.testing.assert_close(normaliser(frames)[:, 2:], frames[:, 2:])
    torch.testing.assert_close(normaliser.invert(frames)[:, 2:], frames[:, 2:])


def test_the_way_back_may_have_the_scaling_of_a_template() -> None:
    normaliser, template = fitted("range"), [10 * piece for piece in pieces(1)]
    before = normaliser(together()[None])
    normaliser.fit_back(template)
    torch.testing.assert_close(normaliser(together()[None]), before)
    ends = normaliser.invert(torch.tensor([-1.0, 1.0])[None, None].expand(1, 3, 2))[0, 0]
    largest = max(float(piece.max()) for piece in template)
    smallest = min(float(piece.min()) for piece in template)
    assert ends.tolist() == pytest.approx([smallest, largest], rel=1e-4)
