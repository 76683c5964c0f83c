"""Maps with known answers, and what is said where one cannot be drawn."""

import importlib.util
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from menura.evaluation import maps
from menura.evaluation.mapping import mapped
from menura.evaluation.maps._principal import principal, reduced
from menura.evaluation.standardising import standardised
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected


def test_pca_is_the_singular_value_decomposition() -> None:
    rows = np.random.default_rng(1).standard_normal((40, 12)) * np.linspace(3, 1, 12)
    laid = maps.load("pca").lay(rows, seed=0)
    u, s, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    expected = u[:, :2] * s[:2]
    signs = np.sign((expected * laid.points).sum(axis=0))
    np.testing.assert_allclose(laid.points, expected * signs, atol=1e-9)
    shares = s**2 / (s**2).sum()
    assert f"{shares[0]:.0%} and {shares[1]:.0%}" in laid.remarks[0]


def test_neighbours_are_looked_for_among_fifty_components() -> None:
    rows = np.random.default_rng(2).standard_normal((80, 200))
    assert reduced(rows).shape == (80, 50)
    assert reduced(rows[:20]).shape == (20, 19)
    np.testing.assert_array_equal(reduced(rows[:, :50]), rows[:, :50])
    scores, shares = principal(rows[:3], 5)  # three points span a plane
    assert shares[2:] == pytest.approx(0, abs=1e-12)
    assert not scores[:, 3:].any()


def test_the_direction_of_pca_does_not_hang_on_chance() -> None:
    rows = np.random.default_rng(3).standard_normal((30, 6))
    first, again = (maps.load("pca").lay(rows, seed).points for seed in (0, 1))
    np.testing.assert_array_equal(first, again)


def test_standardising_leaves_out_what_tells_nothing_and_fills_gaps() -> None:
    values = np.array(
        [[1.0, 5.0, np.nan, 3.0], [2.0, 5.0, np.nan, np.nan], [3.0, 5.0, np.inf, 7.0]]
    )
    table = standardised(values, ["a", "b", "c", "d"])
    assert table.columns == ("a", "d")
    assert table.dropped == {"b": "the same for all sounds (5)", "c": "no sound has a value"}
    assert table.filled == {"d": 1}
    np.testing.assert_allclose(table.rows[:, 0], [-(1.5**0.5), 0, 1.5**0.5])
    np.testing.assert_allclose(table.rows[:, 1], [-(1.5**0.5), 0, 1.5**0.5])  # the gap: 5


@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(2, 9), st.integers(1, 5)),
        elements=st.floats(-1e6, 1e6, width=32) | st.just(np.nan),
    )
)
def test_what_is_standardised_is_finite_and_on_one_scale(values: np.ndarray) -> None:
    before = values.copy()
    names = [f"c{i}" for i in range(values.shape[1])]
    table = standardised(values, names)
    assert np.isfinite(table.rows).all()
    assert {*table.columns, *table.dropped} == set(names)
    assert np.abs(table.rows.mean(axis=0)).max(initial=0) < 1e-6
    assert np.abs(table.rows.std(axis=0) - 1).max(initial=0) < 1e-6
    np.testing.assert_array_equal(values, before)


def test_what_is_left_out_has_its_reason_and_the_rest_is_drawn() -> None:
    told = Collected()
    values = np.random.default_rng(0).standard_normal((3, 4))
    found = mapped(values, list("abcd"), seed=0, reporter=told)
    assert [drawn.title for drawn in found.drawn] == ["PCA"]
    reason = "it takes 4 sounds or more, and there are 3"
    assert found.left_out == {"t-SNE": reason, "UMAP": reason}
    assert told.warnings == [f"no t-SNE: {reason}", f"no UMAP: {reason}"]
    same = mapped(np.ones((5, 2)), ["a", "b"], seed=0, reporter=Collected())
    assert not same.drawn
    assert set(same.left_out.values()) == {"nothing that is known of the sounds tells them apart"}


def test_without_its_library_umap_alone_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    found_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "umap" else found_spec(name)
    )
    rows = np.random.default_rng(0).standard_normal((6, 4))
    told = Collected()
    found = mapped(rows, list("abcd"), seed=0, reporter=told)
    assert [drawn.title for drawn in found.drawn] == ["PCA", "t-SNE"]
    assert 'pip install "menura[maps]"' in found.left_out["UMAP"]
    assert told.warnings == [f"no UMAP: {found.left_out['UMAP']}"]
    with pytest.raises(MenuraError, match="needs one more library"):
        maps.load("umap").lay(rows, 0)


def test_other_seeds_give_other_maps_and_maps_are_timed() -> None:
    rows = np.random.default_rng(0).standard_normal((12, 4))
    first, other = (mapped(rows, list("abcd"), seed=s, reporter=Collected()) for s in (0, 1))
    of = {drawn.name: drawn for drawn in first.drawn}
    umap = {drawn.name: drawn for drawn in other.drawn}.get("umap")
    if umap is not None:
        assert np.abs(of["umap"].points - umap.points).max() > 0.1
    assert all(drawn.seconds > 0 for drawn in first.drawn)


def test_an_unknown_map_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no map 'pac'; did you mean 'pca'.*t-sne, umap"):
        maps.load("pac")
