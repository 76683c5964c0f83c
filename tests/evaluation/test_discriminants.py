"""Directions that tell labels apart: the closed form, and scikit-learn's."""

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from menura.evaluation.discriminants import discriminants
from menura.evaluation.votes import votes

Cloud = tuple[np.ndarray, np.ndarray]


def clouds(n_each: list[int], n_dimensions: int, seed: int = 0) -> Cloud:
    """Gaussians of one covariance, most of whose spread is where their means do not differ."""
    rng = np.random.default_rng(seed)
    spread = (
        np.diag(np.linspace(0.3, 6, n_dimensions))
        @ np.linalg.qr(rng.normal(size=(n_dimensions, n_dimensions)))[0]
    )
    means = rng.normal(0, 1.5, (len(n_each), n_dimensions))
    parts = [
        mean + rng.normal(size=(n, n_dimensions)) @ spread
        for mean, n in zip(means, n_each, strict=True)
    ]
    return np.concatenate(parts), np.repeat(np.arange(len(n_each)), n_each)


def test_two_labels_are_told_along_the_closed_form() -> None:
    """Fisher: the inverse covariance times the difference of the means."""
    known, labels = clouds([4000, 4000], 5)
    [direction] = discriminants(known, labels).T
    a, b = known[labels == 0], known[labels == 1]
    expected = np.linalg.solve(np.cov(a.T) + np.cov(b.T), a.mean(axis=0) - b.mean(axis=0))
    cosine = direction @ expected / np.linalg.norm(direction) / np.linalg.norm(expected)
    assert abs(cosine) == pytest.approx(1, abs=1e-3)
    for cloud in (a, b):
        assert np.std(cloud @ direction) == pytest.approx(1, abs=0.05)


def test_the_directions_are_those_of_scikit_learn() -> None:
    known, labels = clouds([900, 900, 900, 900], 6)
    found = discriminants(known, labels)
    theirs = LinearDiscriminantAnalysis(solver="eigen").fit(known, labels).scalings_[:, :3]
    assert found.shape == theirs.shape
    # The same plane: nothing of theirs is left outside ours.
    inside = np.linalg.qr(found)[0]
    assert np.linalg.norm(theirs - inside @ (inside.T @ theirs)) < 0.02 * np.linalg.norm(theirs)


def test_a_label_counts_as_much_however_well_it_is_known() -> None:
    known, labels = clouds([300, 300, 300], 4)
    again = np.concatenate([known, np.repeat(known[labels == 2], 9, axis=0)])
    more = np.concatenate([labels, np.full(2700, 2)])
    a, b = (np.linalg.qr(discriminants(*one))[0] for one in ((known, labels), (again, more)))
    assert np.linalg.norm(b - a @ (a.T @ b)) < 0.02


def test_votes_along_them_hear_what_is_drowned() -> None:
    """What tells the labels apart is small beside what they share, as timbre is beside level."""
    points, labels = clouds([150, 150, 150], 20)
    known, asked = points[::2], points[1::2]
    directions = discriminants(known, labels[::2])
    along = votes(asked @ directions, known @ directions, labels[::2])
    plain = votes(asked, known, labels[::2])
    right = [float((shares.argmax(axis=1) == labels[1::2]).mean()) for shares in (along, plain)]
    assert right[0] > 0.9 > right[1] + 0.1


@pytest.mark.parametrize("n_each", [1, 2])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_few_points_and_equal_ones_stay_finite(n_each: int, spread: float) -> None:
    """Also fewer points than dimensions, and a dimension in which nothing happens."""
    known = spread * np.random.default_rng(0).normal(size=(3 * n_each, 8))
    known[:, 0] = 1.0
    labels = np.repeat(np.arange(3), n_each)
    directions = discriminants(known, labels)
    assert directions.shape == (8, 2)
    assert np.isfinite(directions).all()
    shares = votes(known @ directions, known @ directions, labels)
    assert np.isfinite(shares).all()
    if spread:
        np.testing.assert_allclose(shares, np.eye(3)[labels], atol=1e-9)
