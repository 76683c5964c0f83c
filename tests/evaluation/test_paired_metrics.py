"""Distances of reconstructions against librosa, and continuations whose seeds are known."""

import librosa
import numpy as np
import pytest

from menura.audio import Clip
from menura.evaluation import metrics
from menura.foundation.errors import MenuraError
from tunes import tune

RATE = 32_000


def clip(samples: np.ndarray, rate: int = RATE) -> Clip:
    return Clip(np.atleast_2d(samples).astype(np.float32), rate)


def both() -> tuple[np.ndarray, np.ndarray]:
    original = tune(2.0, RATE, 1)[0]
    return original, 0.5 * original + tune(2.0, RATE, 2)[0]


def test_log_mel_distance_equals_librosa() -> None:
    spectra = []
    for sound in both():
        power = librosa.feature.melspectrogram(
            y=sound, sr=RATE, n_fft=2048, n_mels=128, norm=None, pad_mode="constant"
        )
        spectra.append(10 * np.log10(np.maximum(power / 512**2, 1e-8)))
    original, copy = map(clip, both())
    measured = metrics.load("log-mel-distance").score({"a": original}, {"a": copy})
    assert measured.value == pytest.approx(np.abs(spectra[0] - spectra[1]).mean(), rel=1e-3)
    assert measured.value > 1


def test_half_as_loud_is_six_decibels_away() -> None:
    loud = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    measured = metrics.load("log-mel-distance").score({"a": clip(loud)}, {"a": clip(0.5 * loud)})
    assert measured.value == pytest.approx(6.02, abs=0.05)
    measured = metrics.load("multi-resolution-stft").score(
        {"a": clip(loud)}, {"a": clip(0.5 * loud)}
    )
    assert measured.details["spectral convergence"] == pytest.approx(0.5, abs=1e-3)
    assert measured.details["log magnitude"] == pytest.approx(np.log(2), abs=0.01)


def test_multi_resolution_stft_equals_librosa() -> None:
    values = []
    for n_fft in (512, 1024, 2048):
        x, y = (
            np.abs(librosa.stft(sound, n_fft=n_fft, pad_mode="constant")) / (n_fft / 4)
            for sound in both()
        )
        convergence = np.linalg.norm(x - y) / np.linalg.norm(x)
        floor = 1e-4
        values.append(
            convergence + np.abs(np.log(np.maximum(x, floor)) - np.log(np.maximum(y, floor))).mean()
        )
    original, copy = map(clip, both())
    measured = metrics.load("multi-resolution-stft").score({"a": original}, {"a": copy})
    assert measured.value == pytest.approx(np.mean(values), rel=1e-3)


@pytest.mark.parametrize("name", ["log-mel-distance", "multi-resolution-stft"])
def test_what_is_no_reconstruction_is_refused(name: str) -> None:
    metric = metrics.load(name)
    short, long = clip(np.ones(RATE)), clip(np.ones(2 * RATE))
    with pytest.raises(MenuraError, match="file name"):
        metric.score({"a": short}, {"b": short})
    with pytest.raises(MenuraError, match=r"a is 2.0 s long and its reference 1.0 s"):
        metric.score({"a": short}, {"a": long})
    measured = metric.score({"a": short, "b": short}, {"a": short, "c": short})
    assert measured.n_candidate == 1
    assert measured.remarks == (
        "only 1 pair: the mean is mostly chance; 8 are needed",
        "1 candidates have no reference of their name",
    )


def tone(hz: float, seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * 16_000)) / 16_000
    return 0.1 * np.sin(2 * np.pi * hz * t)


HZ = (220, 330, 550, 880, 1500)
SEEDS = {f"{hz}": clip(tone(hz, 2.0), 16_000) for hz in HZ}


def relatedness(order: tuple[int, ...], with_seed: bool = False) -> metrics.Measurement:
    """Of continuations that sound like the seeds at `order`."""
    made = {}
    for number, hz in enumerate(HZ):
        new = tone(HZ[order[number]], 3.0)
        if with_seed:
            new = np.concatenate([0.3 * SEEDS[f"{hz}"].samples[0], new])
        made[f"{hz}"] = clip(new, 16_000)
    return metrics.load("seed-relatedness").score(SEEDS, made)


@pytest.mark.parametrize("with_seed", [False, True])
def test_continuations_that_keep_to_their_seed(with_seed: bool) -> None:
    measured = relatedness((0, 1, 2, 3, 4), with_seed)
    assert measured.value == 1.0
    assert measured.details["nearest to their own seed"] == 5


@pytest.mark.parametrize("with_seed", [False, True])
def test_continuations_that_keep_to_another_seed(with_seed: bool) -> None:
    measured = relatedness((1, 2, 3, 4, 0), with_seed)
    assert measured.value < 0.8
    assert measured.details["nearest to their own seed"] == 0


def test_the_last_second_of_the_seed_is_what_counts() -> None:
    """Seeds that end as another begins: a continuation must follow the end."""
    seeds = {
        f"{number}": clip(
            np.concatenate([tone(HZ[(number + 1) % 5], 2.0), tone(HZ[number], 1.0)]), 16_000
        )
        for number in range(5)
    }
    made = {f"{number}": clip(tone(HZ[number], 1.5), 16_000) for number in range(5)}
    assert metrics.load("seed-relatedness").score(seeds, made).value == 1.0


def test_continuations_that_are_all_alike_are_luck() -> None:
    made = dict.fromkeys(SEEDS, SEEDS["550"])
    assert metrics.load("seed-relatedness").score(SEEDS, made).value == pytest.approx(0.5)


def test_two_seeds_say_nothing() -> None:
    few = {name: SEEDS[name] for name in list(SEEDS)[:2]}
    with pytest.raises(MenuraError, match="at least 3"):
        metrics.load("seed-relatedness").score(SEEDS, few)


def test_a_silent_original_does_not_decide_the_mean() -> None:
    """Spectral convergence has the energy of the original below it: of silence, a floor's."""
    original, copy = map(clip, both())
    hiss = clip(1e-4 * np.random.default_rng(0).standard_normal(2 * RATE))
    metric = metrics.load("multi-resolution-stft")
    loud = metric.score({"a": original}, {"a": copy})
    silent = metric.score({"a": clip(np.zeros(2 * RATE))}, {"a": hiss})
    assert silent.value < loud.value
    # Noise of deviation σ has magnitudes of RMS σ·√Σw², and a Hann window has Σw² = 3/8 n_fft; a
    # full-scale sine has n_fft / 4.
    expected = np.mean([np.sqrt(3 / 8 * n_fft) * 4 / n_fft for n_fft in (512, 1024, 2048)])
    assert silent.details["spectral convergence"] == pytest.approx(expected, rel=0.05)
