"""Whole sets against whole sets, where the answer is known beforehand."""

from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, read, write
from menura.evaluation import metrics
from menura.evaluation.cepstra import cepstra
from menura.evaluation.gaussian import frechet_distance, gaussian_of
from menura.evaluation.windows import window_embeddings
from menura.foundation.errors import MenuraError
from tunes import tune

RATE = 16_000


def clip(samples: np.ndarray) -> Clip:
    return Clip(np.atleast_2d(samples).astype(np.float32), RATE)


def music(n: int, seconds: float, first: int = 0) -> dict[str, Clip]:
    return {f"{number}": clip(tune(seconds, RATE, number)) for number in range(first, first + n)}


def mapped(clips: dict[str, Clip], change: object) -> dict[str, Clip]:
    assert callable(change)
    return {name: clip(change(item.samples[0])) for name, item in clips.items()}


@pytest.mark.parametrize(
    ("name", "embedding"),
    [("frechet-mfcc", cepstra), ("frechet-spectral", window_embeddings)],
)
def test_frechet_of_all_clips_together(name: str, embedding: object) -> None:
    assert callable(embedding)
    a, b = music(4, 3.0), music(3, 5.0, 10)
    points = [np.concatenate([embedding(item) for item in s.values()]) for s in (a, b)]
    measured = metrics.load(name).score(a, b)
    expected = frechet_distance(*map(gaussian_of, points))
    assert measured.value == pytest.approx(expected, rel=1e-9)
    assert (measured.n_reference, measured.n_candidate) == (len(points[0]), len(points[1]))


def test_too_few_windows_are_remarked() -> None:
    remarks = metrics.load("frechet-spectral").score(music(9, 3.0), music(8, 2.0)).remarks
    assert [remark.split(":")[0] for remark in remarks] == [
        "only 16 windows of the candidates for 128 dimensions",
        "only 27 windows of the reference for 128 dimensions",
        "no FAD∞, which takes 10 clips and 512 windows of the candidates",
    ]
    assert metrics.load("frechet-mfcc").score(music(9, 3.0), music(10, 2.0)).remarks == ()


def test_other_instruments_are_farther_than_the_same() -> None:
    a, b = music(6, 4.0), music(6, 4.0, 20)
    buzz = mapped(b, lambda x: np.sign(x) * np.sqrt(np.abs(x)) * 0.3)
    for name in ("frechet-mfcc", "frechet-spectral"):
        metric = metrics.load(name)
        assert metric.score(a, b).value < 0.2 * metric.score(a, buzz).value


def worsening(samples: np.ndarray) -> np.ndarray:
    """Music that turns into noise, more each second."""
    rise = np.linspace(0, 0.3, len(samples))
    return samples + rise * np.random.default_rng(0).standard_normal(len(samples))


def test_drift_is_seen_where_it_is() -> None:
    reference, candidate = music(8, 6.0), music(8, 6.0, 20)
    steady = metrics.load("drift").score(reference, candidate)
    worse = metrics.load("drift").score(reference, mapped(candidate, worsening))
    assert worse.value > 3 * steady.value
    assert worse.details["late rise"] > 1.5 > steady.details["late rise"]
    assert worse.details["worst second"] >= 4
    assert len(worse.curves["candidates"]) == len(worse.curves["reference"]) == 6
    assert worse.curves["candidates"][-1] > worse.curves["candidates"][0]
    assert worse.curves["reference"] == steady.curves["reference"]


def test_drift_of_a_stationary_process_is_flat() -> None:
    """Noise that stays as it is: no second is farther than chance, none later than earlier."""

    def stationary(first: int, n: int) -> dict[str, Clip]:
        rngs = (np.random.default_rng(first + number) for number in range(n))
        return {f"{i}": clip(0.1 * rng.standard_normal(10 * RATE)) for i, rng in enumerate(rngs)}

    measured = metrics.load("drift").score(stationary(0, 24), stationary(100, 12))
    made = np.array(measured.curves["candidates"])
    assert measured.value < 1.15
    assert measured.details["late rise"] == pytest.approx(1, abs=0.06)
    assert made.std() < 0.1 * made.mean()
    assert not measured.too_few


def hummed(first: int, n: int, seconds: float = 6.0) -> dict[str, Clip]:
    """Recordings that each have a tone and a loudness of their own, as rooms and players do."""
    found = {}
    for number in range(n):
        rng = np.random.default_rng(first + number)
        hz, gain = np.exp(rng.uniform(np.log(200), np.log(6000))), 10 ** rng.uniform(-1.5, -0.5)
        t = np.arange(round(seconds * RATE)) / RATE
        noise = 0.1 * rng.standard_normal(len(t))
        found[f"{number}"] = clip(gain * (noise + np.sin(2 * np.pi * hz * t)))
    return found


def test_drift_of_other_real_music_is_about_one() -> None:
    """Recordings that the reference does not hold, each unlike the next: none of them may be
    measured by itself, or all that is new would seem far away."""
    ratios = []
    for number in range(3):
        real, new = hummed(1000 * number, 24), hummed(5000 + 1000 * number, 12)
        measured = metrics.load("drift").score(real, new)
        curves = (np.mean(measured.curves[side]) for side in ("candidates", "reference"))
        ratios += [measured.value, np.divide(*curves)]
        assert not measured.too_few
    assert 0.8 < min(ratios) <= max(ratios) < 1.35
    assert np.mean(ratios) == pytest.approx(1, abs=0.15)


def test_drift_takes_two_recordings() -> None:
    drift, candidates = metrics.load("drift"), music(3, 3.0, 20)
    assert str(drift.unsuited(music(1, 12.0), candidates)).startswith("takes two reference files")
    assert drift.unsuited(music(2, 12.0), candidates) is None


def test_drift_of_long_references_and_few_candidates() -> None:
    measured = metrics.load("drift").score(music(3, 12.0), music(2, 3.0, 20))
    assert len(measured.curves["reference"]) == 3
    assert 0.3 < measured.value < 3
    assert any("only 2 clips" in remark for remark in measured.remarks)
    measured = metrics.load("drift").score(music(3, 3.0), music(9, 5.0, 20))
    assert "only the first 3 of 5 seconds were measured" in measured.remarks


def test_onset_density_counts_doublings() -> None:
    slow = music(3, 8.0)
    fast = {
        name: Clip(np.concatenate([item.samples, item.samples], axis=1)[:, ::2], RATE)
        for name, item in slow.items()
    }
    measured = metrics.load("onset-density").score(slow, fast)
    assert measured.details["reference a second"] == pytest.approx(4, rel=0.1)
    assert measured.value == pytest.approx(1, abs=0.2)
    assert measured.details["pairs"] == 3
    silence = metrics.load("onset-density").score(slow, mapped(slow, np.zeros_like))
    assert silence.value > 4
    assert silence.details["pairs within a factor of 2"] == 0
    assert silence.n_candidate == 0


def copies(reference: dict[str, Clip], start_s: float, gain: float) -> dict[str, Clip]:
    return {
        f"copy of {name}": clip(gain * item.between(start_s, start_s + 3).samples)
        for name, item in reference.items()
    }


@pytest.mark.parametrize(
    ("start_s", "gain", "heard_s"), [(0.0, 1.0, 18), (1.53, 1.0, 18), (2.21, 0.2, 16)]
)
def test_copies_are_found_wherever_they_begin_and_however_soft(
    start_s: float, gain: float, heard_s: int
) -> None:
    training = {name: clip(busy(int(name))) for name in music(6, 1.0)}
    measured = metrics.load("memorisation").score(training, copies(training, start_s, gain))
    assert measured.value > 0.9
    assert measured.details["median nearest distance × real"] < 0.5
    assert [remark.split(" sound:")[0] for remark in measured.remarks[:2]] == [
        f"only {heard_s} s of the candidates",
        "only 46 s of the reference",
    ]
    assert len(measured.remarks) == 2 + 6
    assert "copy of 3: 3 s copy the reference" in measured.remarks
    assert measured.remarks[-1] == "and 1 more files that copy the reference"


def busy(seed: int) -> np.ndarray:
    """Notes of changing loudness and colour, so that no second is like another."""
    rng = np.random.default_rng(seed)
    sound = np.zeros(8 * RATE)
    for start in rng.integers(0, 7 * RATE, 40):
        t = np.arange(len(sound) - start) / RATE
        hz, decay, colour = 110 * 2 ** rng.uniform(0, 4), rng.uniform(2, 20), rng.uniform(0.5, 3)
        partials = sum(np.sin(2 * np.pi * hz * k * t) / k**colour for k in range(1, 6))
        sound[start:] += rng.uniform(0.02, 0.1) * partials * np.exp(-decay * t)
    return sound


def test_other_music_of_the_kind_is_no_copy() -> None:
    training = {f"{seed}": clip(busy(seed)) for seed in range(6)}
    made = {f"{seed}": clip(busy(seed)) for seed in range(50, 54)}
    measured = metrics.load("memorisation").score(training, made)
    assert measured.value <= 0.05
    assert measured.details["median nearest distance × real"] == pytest.approx(1, abs=0.3)


def test_silence_copies_nothing_and_is_copied_by_nobody() -> None:
    training = {f"{seed}": clip(np.append(busy(seed), np.zeros(3 * RATE))) for seed in range(4)}
    made = {"a": clip(np.append(busy(60), np.zeros(3 * RATE)))}
    measured = metrics.load("memorisation").score(training, made)
    assert measured.n_candidate == 8
    assert measured.value <= 0.2
    with pytest.raises(MenuraError, match="candidates have no second of sound"):
        metrics.load("memorisation").score(training, {"a": clip(np.zeros(RATE))})


def test_one_recording_has_no_likeness_of_its_own() -> None:
    with pytest.raises(MenuraError, match="one file"):
        metrics.load("memorisation").score(music(1, 3.0), music(2, 3.0))


def planted(reference: dict[str, Clip]) -> dict[str, Clip]:
    hiss = 1e-4 * np.random.default_rng(0).standard_normal(8 * RATE)
    return {"planted": clip(reference["2"].samples[0] + hiss), "other": clip(busy(70))}


@pytest.mark.parametrize("suffix", [None, "mp3", "all"])
def test_a_reference_that_is_there_twice_hides_no_copy(suffix: str | None, tmp_path: Path) -> None:
    training = {f"{seed}": clip(busy(seed)) for seed in range(8)}
    made = planted(training)
    alone = metrics.load("memorisation").score(training, made)
    again = dict(training)
    for name in training if suffix == "all" else ["6"]:
        again[f"{name} again"] = training[name]
        if suffix == "mp3":
            write(training[name], tmp_path / "6.mp3")
            again[f"{name} again"] = read(tmp_path / "6.mp3")
    measured = metrics.load("memorisation").score(again, made)
    assert alone.value == measured.value == pytest.approx(8 / 15)
    assert measured.details["copy below"] == pytest.approx(alone.details["copy below"], rel=0.1)
    assert alone.remarks[1:] == ("planted: 8 s copy the reference",)
    assert alone.remarks[0] == measured.remarks[0]
    assert measured.remarks[1].startswith("in the reference more than once, wholly or in part: ")
    assert measured.remarks[2:] == alone.remarks[1:]


def test_one_sound_again_and_again_has_no_likeness_of_its_own() -> None:
    """Then only what is equal to it is a copy, and it is said."""
    one, score = clip(busy(1)), metrics.load("memorisation").score
    other, same = (score({"a": one, "b": one}, {"c": c}) for c in (clip(busy(2)), one))
    assert (other.value, same.value) == (0.0, 1.0)
    assert other.remarks[2].startswith("in the reference more than once")


def test_files_that_are_silent_are_no_other_music() -> None:
    reference = {"a": clip(busy(1)), "b": clip(np.zeros(3 * RATE))}
    with pytest.raises(MenuraError, match="one file of the reference sounds"):
        metrics.load("memorisation").score(reference, {"c": clip(busy(2))})


def test_drift_draws_fewer_pieces_from_the_same_order() -> None:
    """Of nearly as many candidates nearly the same pieces are drawn, so that the curve of real
    music hardly moves."""
    real, made = hummed(0, 60, 1.0), hummed(100, 22, 1.0)
    names = sorted(made)
    curves = [
        metrics.load("drift").score(real, {name: made[name] for name in names[:n]}).curves
        for n in (18, 19, 20, 21, 22)
    ]
    found = [curve["reference"][0] for curve in curves]
    assert found == sorted(found, reverse=True)
    assert np.abs(np.diff(found)).max() < 0.12 * np.mean(found)
