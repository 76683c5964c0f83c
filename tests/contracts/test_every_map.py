"""What every map promises, asked of each that is found, third parties' included."""

import numpy as np
import pytest
from jaxtyping import Float64

from menura.evaluation import maps
from menura.evaluation.maps import Map

Rows = Float64[np.ndarray, "points columns"]


@pytest.fixture(params=maps.room.names())
def map_(request: pytest.FixtureRequest) -> Map:
    found = maps.load(str(request.param))
    if found.missing():
        pytest.skip(str(found.missing()))
    return found


def groups(n_each: int = 20, n_columns: int = 60, far: float = 1.5, seed: int = 3) -> Rows:
    """Three clouds, the centres of which are far from each other beside their width."""
    rng = np.random.default_rng(seed)
    centres = far * rng.standard_normal((3, n_columns))
    return np.concatenate([c + rng.standard_normal((n_each, n_columns)) for c in centres])


def test_groups_that_are_apart_stay_apart(map_: Map) -> None:
    points = map_.lay(groups(), seed=0).points
    of = np.repeat(range(3), 20)
    centres = np.stack([points[of == group].mean(axis=0) for group in range(3)])
    far = np.linalg.norm(points[:, None] - centres[None], axis=2)
    assert (far.argmin(axis=1) == of).all()
    nearest = np.linalg.norm(points[:, None] - points[None], axis=2).argsort(axis=1)[:, 1:4]
    assert (of[nearest] == of[:, None]).all()


def test_the_same_seed_gives_the_same_map(map_: Map) -> None:
    rows = groups()
    first, again = map_.lay(rows, seed=7), map_.lay(rows.copy(), seed=7)
    np.testing.assert_array_equal(first.points, again.points)
    assert first.remarks == again.remarks


def test_the_rows_are_left_as_they_were(map_: Map) -> None:
    rows = groups()
    map_.lay(rows, seed=0)
    np.testing.assert_array_equal(rows, groups())


@pytest.mark.parametrize("n", [0, 1, 12, 13])
def test_few_points_have_places_too(map_: Map, n: int) -> None:
    rows = groups()[: map_.least + n]
    points = map_.lay(rows, seed=0).points
    assert points.shape == (map_.least + n, 2)
    assert np.isfinite(points).all()


@pytest.mark.parametrize("n_columns", [1, 2, 3])
def test_few_columns_are_enough(map_: Map, n_columns: int) -> None:
    points = map_.lay(groups(8)[:, :n_columns], seed=0).points
    assert points.shape == (24, 2)
    assert np.isfinite(points).all()


def test_sounds_that_are_all_alike_have_places_too(map_: Map) -> None:
    assert np.isfinite(map_.lay(np.zeros((9, 4)), seed=0).points).all()
    twice = np.repeat(groups(6), 2, axis=0)
    assert np.isfinite(map_.lay(twice, seed=0).points).all()


def test_it_says_what_it_is(map_: Map) -> None:
    assert map_.title
    assert map_.paper
    assert map_.least >= 2
    assert all(map_.lay(groups(4), seed=0).remarks)
