"""The KL divergence of histograms against scipy, and where it is known beforehand."""

import numpy as np
import pytest
from scipy.special import rel_entr

from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.cepstra import cepstra
from menura.evaluation.metrics.kl_mfcc import _divergence, _shares
from tunes import tune

RATE = 16_000


def music(n: int, first: int = 0) -> dict[str, Clip]:
    return {f"{i}": Clip(tune(5.0, RATE, i), RATE) for i in range(first, first + n)}


def test_equals_histograms_by_numpy_and_scipy() -> None:
    real, made = music(4), music(3, 20)
    a, b = (
        np.concatenate([cepstra(c) for c in side.values()]).astype(float) for side in (real, made)
    )
    expected = []
    for x, y in zip(a.T, b.T, strict=True):
        inner = np.linspace(*np.percentile(x, [0.5, 99.5]), 31)
        edges = np.concatenate([[-np.inf], inner, [np.inf]])
        p, q = (np.histogram(side, edges)[0] + 0.5 for side in (x, y))
        expected.append(rel_entr(p / p.sum(), q / q.sum()).sum())
    measured = metrics.load("kl-mfcc").score(real, made)
    # numpy puts a value that is an edge into the bin above, Menura into the one below.
    assert measured.value == pytest.approx(np.mean(expected), rel=0.02)
    assert measured.details["farthest coefficient"] == np.argmax(expected)
    assert measured.n_reference == len(a)


def test_gaussians_have_their_closed_form() -> None:
    """ln(s) + (1 + m²) / 2s² − ½ between N(0, 1) and N(m, s²), but for bins and tails."""
    rng = np.random.default_rng(0)
    shift, spread = 0.4, 1.3
    found = _divergence(*_shares(rng.standard_normal(400_000), rng.normal(shift, spread, 400_000)))
    exact = np.log(spread) + (1 + shift**2) / (2 * spread**2) - 0.5
    assert found == pytest.approx(exact, rel=0.03)


def test_what_is_never_heard_costs_much_and_nothing_is_infinite() -> None:
    p, q = _shares(np.linspace(0, 1, 1000), np.linspace(5, 6, 1000))
    assert len(p) == 32
    assert p.sum() == pytest.approx(1)
    assert q.sum() == pytest.approx(1)
    assert q.min() > 0
    assert 3 < _divergence(p, q) < 10


def test_one_value_alone_is_a_histogram() -> None:
    p, q = _shares(np.zeros(100), np.array([0.0] * 50 + [1.0] * 50))
    assert _divergence(p, p) == 0
    assert _divergence(p, q) > 0.5
    assert np.isfinite(_divergence(q, p))


def test_it_is_not_symmetric_and_few_frames_are_told() -> None:
    metric = metrics.load("kl-mfcc")
    real, made = music(4), {"a": Clip(0.1 * tune(5.0, RATE, 9), RATE)}
    assert metric.score(real, made).value != pytest.approx(metric.score(made, real).value, rel=0.05)
    measured = metric.score(real, made)
    assert measured.too_few
    assert "only 157 frames" in measured.remarks[-1]
    assert not metric.score(music(8), music(8, 20)).too_few
