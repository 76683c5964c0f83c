"""What every metric promises, asked of each that is found, third parties' included."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from menura.audio import Clip, resample
from menura.evaluation import metrics
from menura.evaluation.metrics import Clips, Metric
from tiny_embeddings import looked_for_in, write_all
from tunes import tune

HUMS_HZ = (600, 1100, 1900, 3000, 4500)  # each tune has a soft hum of its own
LABELS = ("low", "high", "low", "high", "high")  # folders, for metrics that go by label


@pytest.fixture(scope="module", autouse=True)
def networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tiny ones: what a metric promises holds on any embedding."""
    with pytest.MonkeyPatch.context() as patch:
        looked_for_in(write_all(tmp_path_factory.mktemp("embeddings")), patch)
        yield


@pytest.fixture(params=metrics.room.names())
def metric(request: pytest.FixtureRequest) -> Metric:
    return metrics.load(str(request.param))


@pytest.fixture(scope="module")
def music() -> Clips:
    return {
        f"{LABELS[number]}/tune {number}": Clip(tune(6.0, 16_000, number) + hum(hz), 16_000)
        for number, hz in enumerate(HUMS_HZ)
    }


def hum(hz: float) -> np.ndarray:
    """Three tones around `hz`, as a room or an instrument might have."""
    t = np.arange(6 * 16_000) / 16_000
    tones = sum(np.sin(2 * np.pi * hz * k * t) for k in (0.8, 1.0, 1.2))
    return (0.02 * tones).astype(np.float32)


@pytest.fixture(scope="module")
def noisy(music: Clips) -> Callable[[float], Clips]:
    """The music with noise. The same clips for all metrics: what one embeds, the next need not."""
    made: dict[float, Clips] = {}

    def with_noise(level: float) -> Clips:
        if level not in made:
            rng = np.random.default_rng(5)
            made[level] = {
                name: Clip(
                    (clip.samples + level * rng.standard_normal(clip.samples.shape)).astype(
                        np.float32
                    ),
                    clip.sample_rate,
                )
                for name, clip in music.items()
            }
        return made[level]

    return with_noise


@pytest.fixture(scope="module")
def again(music: Clips) -> Clips:
    """The same sound in other clips."""
    return {name: Clip(clip.samples.copy(), clip.sample_rate) for name, clip in music.items()}


@pytest.fixture(scope="module")
def other_form(music: Clips) -> Clips:
    """The same at another rate, in stereo."""
    return {
        name: Clip(np.repeat(resample(clip, 44_100).samples, 2, axis=0), 44_100)
        for name, clip in music.items()
    }


@pytest.fixture(scope="module")
def flat(music: Clips) -> list[Clips]:
    """Silence, and full scale."""
    return [
        {name: Clip(np.full((1, 48_000), level, np.float32), 16_000) for name in music}
        for level in (0.0, 1.0)
    ]


def off(metric: Metric, reference: Clips, candidate: Clips) -> float:
    """How far the score is from that of the reference against itself; of what lacks that which
    the metric measures, farther than any."""
    if metric.lacking(reference, candidate) is not None:
        return math.inf
    return abs(metric.score(reference, candidate).value - metric.of_itself)


def test_a_set_against_itself_scores_as_stated(metric: Metric, music: Clips) -> None:
    assert metric.unsuited(music, music) is None
    assert off(metric, music, music) <= metric.tolerance


def test_the_same_sound_in_other_clips_scores_the_same(
    metric: Metric, music: Clips, again: Clips
) -> None:
    """No short cut for a clip that is the same object."""
    assert off(metric, music, again) <= metric.tolerance


def test_more_noise_leads_away_from_there(
    metric: Metric, music: Clips, again: Clips, noisy: Callable[[float], Clips]
) -> None:
    scores = [off(metric, music, clips) for clips in (again, noisy(0.02), noisy(0.5))]
    assert scores == sorted(scores)
    assert scores[-1] > metric.tolerance + 0.05
    if metric.of_itself == metric.ideal and math.isfinite(scores[-1]):
        worst = metric.score(music, noisy(0.5)).value
        assert (worst < metric.ideal) == metric.higher_is_better


def test_the_order_of_the_files_does_not_matter(
    metric: Metric, music: Clips, noisy: Callable[[float], Clips]
) -> None:
    candidate = noisy(0.02)
    turned = dict(reversed(music.items()))
    assert metric.score(music, candidate) == metric.score(turned, dict(reversed(candidate.items())))


def test_rate_and_channels_hardly_matter(
    metric: Metric, music: Clips, other_form: Clips, noisy: Callable[[float], Clips]
) -> None:
    assert off(metric, music, other_form) <= 0.1 * off(metric, music, noisy(0.5))


def test_it_tells_what_it_rests_on(
    metric: Metric, music: Clips, noisy: Callable[[float], Clips]
) -> None:
    measured = metric.score(music, noisy(0.02))
    assert math.isfinite(measured.value)
    assert len(measured.embedding) > 5
    assert measured.counted.isalpha()
    assert measured.n_reference > 0
    assert measured.n_candidate > 0
    few = dict(list(noisy(0.02).items())[:3])
    assert metric.score(music, few).n_candidate < measured.n_candidate


def test_what_says_it_has_too_few_says_of_what(
    metric: Metric, music: Clips, noisy: Callable[[float], Clips]
) -> None:
    first = list(music)[:3]
    few = metric.score({name: music[name] for name in first}, {n: noisy(0.02)[n] for n in first})
    assert metric.unavailable() is None
    if few.too_few:
        assert few.remarks


def test_one_short_clip_a_side_is_too_little(metric: Metric, music: Clips, again: Clips) -> None:
    """Whatever it counts, frames or windows or notes: it says so, or that it cannot measure."""
    [name, *_] = music
    one, same = ({name: side[name].between(0.0, 4.0)} for side in (music, again))
    if metric.unsuited(one, same) is None:
        few = metric.score(one, same)
        assert few.too_few
        assert few.remarks
        assert not few.still_compares


def test_what_is_lacking_makes_it_unsuited(metric: Metric, music: Clips, flat: list[Clips]) -> None:
    for level in flat:
        for reference, candidate in (
            (music, level),
            (level, music),
            (level, level),
            (music, music),
        ):
            reason = metric.lacking(reference, candidate)
            if reason is not None:
                assert metric.unsuited(reference, candidate) == reason
        assert metric.lacking(level, level) is None
    assert metric.lacking(music, music) is None


def test_silence_and_full_scale_stay_finite(
    metric: Metric, music: Clips, flat: list[Clips]
) -> None:
    for level in flat:
        for reference, candidate in ((music, level), (level, music), (level, level)):
            if metric.unsuited(reference, candidate) is None:
                assert math.isfinite(metric.score(reference, candidate).value)


def test_it_says_what_it_means_in_one_plain_line(metric: Metric) -> None:
    assert 20 < len(metric.means) < 100
    assert "\n" not in metric.means
    assert not metric.means.endswith(".")
    assert not metric.means[0].isupper()


def test_sides_are_stated(metric: Metric) -> None:
    assert metric.of_itself == metric.ideal or not metric.higher_is_better
    assert 0 < metric.tolerance < 0.05
    assert metric.sample_rate >= 8000
