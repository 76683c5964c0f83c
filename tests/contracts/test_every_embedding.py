"""What every embedding promises, asked of each that is found; the networks are tiny ones."""

from collections.abc import Iterator

import numpy as np
import pytest

from menura.audio import Clip, resample
from menura.evaluation import embeddings
from menura.evaluation.embeddings import Embedding
from tiny_embeddings import looked_for_in, write_all
from tunes import tune

RATE = 16_000


@pytest.fixture(scope="module", autouse=True)
def networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        looked_for_in(write_all(tmp_path_factory.mktemp("embeddings")), patch)
        yield


@pytest.fixture(params=embeddings.room.names())
def embedding(request: pytest.FixtureRequest) -> Embedding:
    return embeddings.load(str(request.param))


def clip(seconds: float, seed: int = 0) -> Clip:
    return Clip(tune(seconds, RATE, seed), RATE)


def test_it_says_what_a_point_is(embedding: Embedding) -> None:
    assert len(embedding.in_words) > 10
    assert embedding.counted.isalpha()
    assert embedding.sample_rate >= 8000
    assert embedding.unavailable() is None


def test_points_are_as_many_as_it_says(embedding: Embedding) -> None:
    for seconds in (1.0, 3.3, 21.0):
        points = embedding.points(clip(seconds))
        assert points.ndim == 2
        assert np.isfinite(points).all()
        assert len(points) == pytest.approx(seconds * embedding.points_a_second, abs=1.5)
        assert embedding.n_points(clip(seconds)) == pytest.approx(len(points), abs=1)


def test_the_same_sound_gives_the_same_points(embedding: Embedding) -> None:
    first, again = clip(4.0), clip(4.0)
    np.testing.assert_array_equal(embedding.points(first), embedding.points(again))
    assert embedding.points(first) is embedding.points(first)  # remembered
    assert not np.array_equal(embedding.points(first), embedding.points(clip(4.0, seed=1)))


def test_rate_and_channels_hardly_matter(embedding: Embedding) -> None:
    plain = clip(4.0)
    other = Clip(np.repeat(resample(plain, 44_100).samples, 2, axis=0), 44_100)
    a, b = embedding.points(plain), embedding.points(other)
    far = embedding.points(Clip(0.3 * np.random.default_rng(0).standard_normal((1, 4 * RATE))
                                .astype(np.float32), RATE))  # fmt: skip
    n = min(len(a), len(b), len(far))
    assert np.linalg.norm(a[:n] - b[:n]) < 0.1 * np.linalg.norm(a[:n] - far[:n])


def test_silence_and_full_scale_stay_finite(embedding: Embedding) -> None:
    for level in (0.0, 1.0):
        flat = Clip(np.full((1, 3 * RATE), level, np.float32), RATE)
        assert np.isfinite(embedding.points(flat)).all()


def test_a_long_clip_is_as_its_parts(embedding: Embedding) -> None:
    """Points away from the ends do not depend on how long the clip is."""
    long = Clip(tune(40.0, embedding.sample_rate), embedding.sample_rate)
    whole = embedding.points(long)
    first = embedding.points(long.between(0.0, 10.0))
    n = max(1, len(first) - int(2 * embedding.points_a_second) - 1)
    scale = np.abs(whole).max()
    np.testing.assert_allclose(whole[:n], first[:n], atol=1e-4 * scale)
