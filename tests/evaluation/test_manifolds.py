"""Precision and recall against a plain loop, and where the answer is known beforehand."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from menura.audio import Clip
from menura.evaluation import manifolds, metrics
from menura.evaluation.manifolds import covered, equally_many
from menura.evaluation.windows import window_embeddings
from tunes import tune

RATE = 16_000


def music(n: int, seconds: float, first: int = 0, gain: float = 1.0) -> dict[str, Clip]:
    return {
        f"{number}": Clip(np.float32(gain) * tune(seconds, RATE, number), RATE)
        for number in range(first, first + n)
    }


@pytest.mark.parametrize("n", [2, 5, 600, 1100])
def test_equals_neighbours_by_another_library(n: int) -> None:
    """Spheres of the third neighbour, from scikit-learn, and all distances, from scipy."""
    rng = np.random.default_rng(n)
    points, known = rng.normal(0.3, 1.0, (n, 6)), rng.normal(0.0, 1.2, (n, 6)) + 40.0
    points = points + 40.0
    reach = NearestNeighbors(n_neighbors=min(4, n)).fit(known).kneighbors(known)[0][:, -1]
    expected = (cdist(points, known) <= reach).any(axis=1)
    np.testing.assert_array_equal(covered(points, known), expected)


def test_blocks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    points, known = rng.standard_normal((90, 3)), rng.standard_normal((90, 3))
    whole = covered(points, known)
    monkeypatch.setattr(manifolds, "AT_ONCE", 7)
    np.testing.assert_array_equal(covered(points, known), whole)
    assert 0 < whole.mean() < 1


def test_a_set_covers_itself_even_where_points_are_one() -> None:
    same = np.repeat(np.random.default_rng(1).standard_normal((1, 5)), 30, axis=0)
    assert covered(same, same).all()
    assert covered(same.copy(), same).all()


def test_few_kinds_have_precision_and_no_recall() -> None:
    """Candidates that are all like a part of the music could be real, and miss the rest."""
    quiet, loud = music(10, 8.0), music(10, 8.0, 20, gain=30.0)
    both = quiet | loud
    narrow = music(20, 8.0, 40)
    precision, recall = (metrics.load(name).score(both, narrow) for name in ("precision", "recall"))
    assert precision.value > 0.8
    assert recall.value < 0.65
    back = metrics.load("precision").score(narrow, both).value
    assert back == recall.value


def test_other_sound_is_neither() -> None:
    hiss = {
        name: Clip(
            np.random.default_rng(int(name)).standard_normal((1, 8 * RATE)).astype(np.float32), RATE
        )
        for name in music(10, 1.0)
    }
    for name in ("precision", "recall"):
        measured = metrics.load(name).score(music(10, 8.0), hiss)
        assert measured.value == 0
        assert (measured.n_reference, measured.n_candidate) == (80, 80)
        assert not measured.too_few


def test_as_many_of_one_side_as_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    real, made = music(4, 5.0), music(2, 3.0, 20)
    a, b = equally_many(real, made)
    assert len(a) == len(b) == 6
    np.testing.assert_array_equal(
        b, np.concatenate([window_embeddings(made[name]) for name in sorted(made)])
    )
    monkeypatch.setattr(manifolds, "MOST", 4)
    assert len(equally_many(real, made)[0]) == 4
    measured = metrics.load("precision").score(real, made)
    assert measured.too_few
    assert "only 4 windows" in measured.remarks[-1]


def test_fewer_are_drawn_from_the_same_order() -> None:
    real, made = music(4, 5.0), music(3, 3.0, 20)
    more, _ = equally_many(real, made)
    made.popitem()
    fewer, _ = equally_many(real, made)
    assert (len(more), len(fewer)) == (9, 6)
    assert {tuple(point) for point in fewer} < {tuple(point) for point in more}


def test_a_set_against_itself_is_drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifolds, "MOST", 7)
    real = music(4, 5.0)
    np.testing.assert_array_equal(*equally_many(real, dict(real)))
