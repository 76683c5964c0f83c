"""Judging: each metric with the reference that it needs, and one that fails costs no other."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

import menura
from menura.audio import Clip, conform, write
from menura.evaluation import metrics
from menura.evaluation.compare.judging import Judge, Judged, against_of
from menura.evaluation.compare.material import Material, material_of
from menura.evaluation.compare.stretches import read
from menura.evaluation.compare.ways import WAYS
from menura.evaluation.metrics import Clips, Measurement, Metric
from menura.foundation.errors import MenuraError
from menura.prepared import PreparedCorpus
from tunes import tune

RATE = 8000
NAMES = (
    "frechet-mfcc",
    "frechet-spectral",
    "log-mel-distance",
    "memorisation",
    "multi-resolution-stft",
    "seed-relatedness",
)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("judging")
    rows = ["file,split"]
    for number in range(8):
        name, split = f"{number}.wav", "train" if number < 4 else "test"
        write(Clip(tune(6.0, RATE, seed=number), RATE), folder / "raw" / name)
        rows.append(f"{name},{split}")
    (folder / "raw" / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    labels = folder / "raw" / "labels.csv"
    menura.prepare(folder / "raw", folder / "prepared", labels=labels, workers=1)
    return material_of(PreparedCorpus.open(folder / "prepared"), 6, 2.0, seed=0)


@pytest.fixture(scope="module")
def judge(material: Material) -> Iterator[Judge]:
    judge = Judge(material, seed=0, names=NAMES)
    yield judge
    judge.close()


def judged(judge: Judge, way: str, clips: dict[str, Clip]) -> Judged:
    return judge.judge(
        WAYS[way], lambda rate: {name: conform(clip, rate, 1) for name, clip in clips.items()}
    )


def noise(n: int, seconds: float = 2.0) -> dict[str, Clip]:
    rng = np.random.default_rng(0)
    sounds = rng.standard_normal((n, 1, round(seconds * RATE))).astype(np.float32)
    return {f"{k:03}": Clip(0.1 * sound, RATE) for k, sound in enumerate(sounds)}


def pieces(material: Material) -> dict[str, Clip]:
    stretches = enumerate(material.pieces)
    return {f"{k:03}": read(material.prepared, stretch) for k, stretch in stretches}


def test_real_music_is_nearer_than_noise_and_within_its_own_limits(
    judge: Judge, material: Material
) -> None:
    real = judge.real(WAYS["generate"]).scores["frechet-spectral"]
    far = judged(judge, "generate", noise(6)).scores["frechet-spectral"]
    assert real.low is not None
    assert real.high is not None
    assert real.low <= real.measured.value <= real.high
    assert far.measured.value > 5 * real.high
    assert far.low is not None
    assert far.low > real.high, "the limits tell noise from music"


def test_a_copy_of_the_training_sound_is_found_wherever_it_is_made(
    judge: Judge, material: Material
) -> None:
    [part] = material.training[0]
    track = read(material.prepared, ((part),))
    copies = noise(6) | {"000": track.between(1.0, 3.0)}
    found = judged(judge, "generate", copies).scores["memorisation"]
    assert found.measured.value == pytest.approx(1 / 6)
    assert found.high is not None
    assert found.high > found.measured.value
    assert judged(judge, "generate", noise(6)).scores["memorisation"].measured.value == 0
    assert judge.real(WAYS["generate"]).scores["memorisation"].measured.value < 0.5


def test_only_what_is_new_is_measured(judge: Judge, material: Material) -> None:
    """The seed, which is real, must not make a continuation look near; nor what is round a gap."""
    going_on = {f"{k:03}": read(material.prepared, s) for k, s in enumerate(material.going_on)}
    with_noise = {
        name: Clip(
            np.concatenate(
                [clip.between(0, material.seed_s).samples, noise(1)["000"].samples], axis=1
            ),
            RATE,
        )
        for name, clip in going_on.items()
    }
    bare = judged(judge, "generate", noise(6)).scores["frechet-mfcc"].measured.value
    after = judged(judge, "continue", with_noise).scores["frechet-mfcc"].measured.value
    assert after == pytest.approx(bare, rel=0.1)
    filled = {
        name: Clip(
            np.concatenate(
                [
                    clip.between(0, 0.5).samples,
                    noise(1, 1.0)["000"].samples,
                    clip.between(1.5, 2.0).samples,
                ],
                axis=1,
            ),
            RATE,
        )
        for name, clip in pieces(material).items()
    }
    assert judged(judge, "inpaint", filled).scores["log-mel-distance"].measured.value > 15
    same = judged(judge, "inpaint", pieces(material)).scores["log-mel-distance"]
    assert same.measured.value == pytest.approx(0, abs=1e-6)


def test_the_music_itself_goes_on_better_than_noise(judge: Judge, material: Material) -> None:
    real = judge.real(WAYS["continue"])
    assert "seed-relatedness" in real.scores
    assert "seed-relatedness" not in judge.real(WAYS["generate"]).scores
    assert "log-mel-distance" not in real.scores, "there is nothing it is a copy of"


def test_real_music_in_place_of_what_comes_back_is_the_pieces_themselves(
    judge: Judge, material: Material
) -> None:
    """A perfect way back scores what real music scores, and a poorer one is not as good as it."""
    for way in ("reconstruct", "round-trip"):
        real = judge.real(WAYS[way]).scores["frechet-spectral"].measured.value
        perfect = judged(judge, way, pieces(material)).scores["frechet-spectral"].measured.value
        assert real == pytest.approx(perfect)
    other = judge.real(WAYS["generate"]).scores["frechet-spectral"].measured.value
    assert real < other


def test_what_is_passed_through_is_measured_against_itself(
    judge: Judge, material: Material
) -> None:
    same = judged(judge, "reconstruct", pieces(material)).scores
    assert same["log-mel-distance"].measured.value == pytest.approx(0, abs=1e-6)
    assert same["multi-resolution-stft"].measured.value == pytest.approx(0, abs=1e-4)
    assert "memorisation" not in same
    halved = {n: Clip(0.5 * c.samples, RATE) for n, c in pieces(material).items()}
    quieter = judged(judge, "reconstruct", halved).scores["log-mel-distance"]
    assert quieter.low is not None
    assert quieter.high is not None
    assert 0 < quieter.low <= quieter.measured.value <= quieter.high <= 6.1


def test_one_metric_that_fails_costs_no_other(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(reference: Clips, candidate: Clips) -> Measurement:
        raise RuntimeError("a fault of its own")

    monkeypatch.setattr(judge._metrics["frechet-mfcc"], "score", broken)
    found = judged(judge, "generate", noise(3))
    assert found.not_measured["frechet-mfcc"] == "RuntimeError: a fault of its own"
    assert found.broken == ("frechet-mfcc",)
    assert "frechet-spectral" in found.scores


@pytest.mark.parametrize(("cause", "broken"), [(OSError("full"), True), (None, False)])
def test_a_trouble_of_the_machine_is_no_lasting_reason(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, cause: OSError | None, broken: bool
) -> None:
    def full(reference: Clips, candidate: Clips) -> Measurement:
        raise MenuraError("sound cannot be kept here") from cause

    monkeypatch.setattr(judge._metrics["frechet-mfcc"], "score", full)
    found = judged(judge, "generate", noise(3))
    assert found.not_measured["frechet-mfcc"] == "sound cannot be kept here"
    assert ("frechet-mfcc" in found.broken) is broken


def test_silence_and_nothing_are_said_to_be_so(judge: Judge) -> None:
    silent = {n: Clip(0 * c.samples, RATE) for n, c in noise(3).items()}
    assert "above −50 dBFS" in judged(judge, "generate", silent).not_measured["memorisation"]
    nothing = judged(judge, "generate", {})
    assert not nothing.scores
    assert set(nothing.not_measured.values()) == {"nothing was made that could be measured"}


def test_what_has_no_notes_where_real_music_has_is_told_apart(material: Material) -> None:
    """It is last by that measure; what cannot be measured for another reason is in no rank."""
    names = ("pitch-count", "pitch-range", "tempo")
    with closing(Judge(material, seed=0, names=names)) as judge:
        found = judged(judge, "generate", noise(6))
        assert set(found.scores) == {"pitch-count"}
        assert found.lacking == ("pitch-range",)
        assert "of the candidates have notes: 0 of" in found.not_measured["pitch-range"]
        assert found.not_measured["tempo"] == "no clip of the candidates is 3 s long or longer"
        assert not found.broken
        assert not judge.real(WAYS["generate"]).lacking


def test_clips_made_from_nothing_are_no_pairs_of_held_out_ones(material: Material) -> None:
    """Both are named by numbers; that they are, says nothing."""
    with closing(Judge(material, seed=0, names=("onset-density",))) as judge:
        for way in ("generate", "vary"):
            measured = judged(judge, way, pieces(material)).scores["onset-density"].measured
            assert set(measured.details) == {"reference a second", "candidates a second"}


def test_a_metric_of_pairs_that_does_not_say_compares_with_the_original() -> None:
    class Pairs(Metric):
        paired = True

        def score(self, reference: Clips, candidate: Clips) -> Measurement:
            raise NotImplementedError

    assert against_of(Pairs()) == "original"
    assert against_of(metrics.load("seed-relatedness")) == "seed"
    assert against_of(metrics.load("memorisation")) == "training"
    assert against_of(metrics.load("drift")) == "real"


def test_pieces_too_short_for_a_gap_cost_no_pair(material: Material) -> None:
    """Some pieces are left out by those that fill in, and so by those that measure."""
    short = tuple(
        (replace(part, stop_s=part.start_s + 1.2),) if number % 2 else (part,)
        for number, (part, *_) in enumerate(material.pieces)
    )
    mixed = replace(material, pieces=short)
    judge = Judge(mixed, seed=0, names=("frechet-mfcc", "log-mel-distance"))
    filled = {name: clip for name, clip in pieces(mixed).items() if int(name) % 2 == 0}
    found = judged(judge, "inpaint", filled)
    assert found.scores["log-mel-distance"].measured.n_candidate == 3
    assert found.scores["log-mel-distance"].measured.value == pytest.approx(0, abs=1e-6)
    assert "frechet-mfcc" in judge.real(WAYS["inpaint"]).scores
    judge.close()


def test_a_beginning_that_is_gone_on_from_twice_is_one_reference(material: Material) -> None:
    first, second, *_ = material.going_on
    again = replace(material, going_on=(first, second, first, first))
    judge = Judge(again, seed=0, names=("memorisation",))
    names = judge._reference(WAYS["continue"], "training", RATE)
    assert [name for name in names if name.startswith("seed")] == ["seed 000", "seed 001"]
    judge.close()
