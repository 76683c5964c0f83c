"""Figures that rest on too little: each says so, and of what."""

import numpy as np
import pytest

from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.metrics.onset_density import FEWEST
from tunes import tune

RATE = 16_000


def music(n: int, seconds: float, first: int = 0) -> dict[str, Clip]:
    """Four notes a second."""
    return {f"{i}": Clip(tune(seconds, RATE, first + i), RATE) for i in range(n)}


def held(n: int, seconds: float) -> dict[str, Clip]:
    """Nothing begins in them."""
    t = np.arange(round(seconds * RATE)) / RATE
    sound = (0.2 * np.sin(2 * np.pi * 330 * t))[None].astype(np.float32)
    return {f"{i}": Clip(sound, RATE) for i in range(n)}


def test_a_handful_of_onsets_is_no_density() -> None:
    density = metrics.load("onset-density")
    sparse = {**held(20, 4.0), "notes": Clip(tune(3.0, RATE), RATE)}
    measured = density.score(sparse, music(10, 4.0))
    assert 8 <= measured.n_reference < FEWEST
    assert measured.too_few
    assert "notes begin in the reference, chance decides; 32 are needed" in measured.remarks[0]


def test_no_onsets_where_real_music_has_many_are_no_chance() -> None:
    measured = metrics.load("onset-density").score(music(10, 4.0), held(10, 4.0))
    assert measured.n_candidate == 0
    assert not measured.too_few
    assert measured.value > 4


def test_candidates_too_short_for_their_onsets_to_be_counted() -> None:
    density = metrics.load("onset-density")
    once_a_second = {
        f"{i}": Clip(np.tile(np.pad(tune(0.25, RATE, i), ((0, 0), (0, 12_000))), 10), RATE)
        for i in range(8)
    }
    assert density.score(once_a_second, music(12, 4.0)).remarks == ()
    measured = density.score(once_a_second, music(10, 2.0))
    assert measured.too_few
    assert not measured.still_compares
    assert "the candidates are so short that" in measured.remarks[0]
    assert "only 8.0 s of a side" in density.score(music(8, 4.0), music(8, 1.0)).remarks[0]


def test_files_of_one_name_are_pairs_but_not_in_folders_by_label() -> None:
    density, clips = metrics.load("onset-density"), music(3, 4.0)
    assert density.score(clips, music(3, 4.0, 10)).details["pairs"] == 3
    real, made = (
        {f"rock/{name}": clip for name, clip in side.items()} for side in (clips, music(3, 4.0, 10))
    )
    assert "pairs" not in density.score(real, made).details


@pytest.mark.parametrize(
    "name",
    [
        *("frechet-mfcc", "frechet-spectral", "kl-mfcc", "precision", "recall"),
        *("onset-density", "piptrack-count", "pitch-range"),
    ],
)
def test_one_song_is_one_sample_however_long(name: str) -> None:
    """Its frames are many and alike."""
    song, many = {"0": Clip(tune(60.0, RATE), RATE)}, music(8, 8.0, 10)
    metric = metrics.load(name)
    of_one = metric.score(many, song)
    assert of_one.too_few
    assert not of_one.still_compares
    assert of_one.remarks[0].startswith("only 1 clip of the candidates, each of which")
    by_one = metric.score(song, many)
    assert by_one.remarks[0].startswith("only 1 clip of the reference")
    assert by_one.too_few
    assert by_one.still_compares, "it is the same for all that are compared with it"
    eight = metric.score(many, music(8, 8.0, 20))
    assert eight.still_compares
    assert eight.too_few == (name == "frechet-spectral"), "128 dimensions take more windows"


def test_a_missing_fad_infinity_is_said() -> None:
    mfcc = metrics.load("frechet-mfcc")
    few = mfcc.score(music(8, 2.0), music(9, 1.0, 20))
    assert "FAD∞" not in few.details
    assert few.remarks == (
        "no FAD∞, which takes 10 clips and 52 frames of the candidates: there are 9 and 288",
    )
    enough = mfcc.score(music(8, 2.0), music(10, 1.0, 20))
    assert "FAD∞" in enough.details
    assert enough.remarks == ()
    windows = metrics.load("frechet-spectral").score(music(8, 2.0), music(10, 1.0, 20))
    assert windows.remarks[-1].endswith(
        "10 clips and 512 windows of the candidates: there are 10 and 10"
    )


@pytest.mark.parametrize("name", ["log-mel-distance", "multi-resolution-stft"])
def test_fewer_pairs_than_eight(name: str) -> None:
    metric = metrics.load(name)
    eight, seven = (metric.score(music(n, 1.0), music(n, 1.0, 20)) for n in (8, 7))
    assert (eight.too_few, eight.remarks) == (False, ())
    assert seven.too_few
    assert seven.remarks == ("only 7 pairs: the mean is mostly chance; 8 are needed",)


def test_fewer_seconds_than_fifty_may_hold_a_copy_by_chance() -> None:
    memorisation = metrics.load("memorisation")
    assert not memorisation.score(music(10, 5.0), music(10, 5.0, 20)).too_few
    short = memorisation.score(music(10, 5.0), music(7, 7.0, 20))
    assert short.too_few
    assert short.remarks[0].startswith("only 49 s of the candidates sound")
    assert memorisation.score(music(9, 5.0), music(10, 5.0, 20)).too_few
