"""What is done to crops: each change does what its name says, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura import corpora
from menura.audio.stretching import played, stretched
from menura.foundation.errors import UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.recipes import Augmentation, RandomCrops
from menura.recipes import load as load_recipe
from menura.systems import read_description
from menura.training import checkpoint
from menura.training.assembly import labels_to_learn, learning_data, new_system
from menura.training.augmenting import MIX_DB, Change, changed, drawn
from menura.training.batches import CropBatches, batches
from menura.training.rows import Tracks
from menura.training.source import Row, Source
from menura.workflows.prepare import prepare
from menura.workflows.train import train

RATE, HZ = 8000, 440.0
ALL = Augmentation(6.0, True, 5.0, 2.0, 10.0, tilt_db=2.0, hiss=0.5)


def sine(start: int, stop: int) -> np.ndarray:
    """Sample n of a wave that has always been there."""
    return np.sin(2 * np.pi * HZ * np.arange(start, stop) / RATE).astype(np.float32)[None]


def hz_of(sound: np.ndarray) -> float:
    """Where the spectrum of the middle peaks, to a small part of a bin."""
    n = sound.shape[1] // 2
    middle = sound[0, n // 2 : n // 2 + n] * np.hanning(n)
    size = np.abs(np.fft.rfft(middle, 16 * n))
    return float(np.argmax(size) * RATE / (16 * n))


def test_a_tape_at_another_speed_changes_pitch_and_length_together() -> None:
    fast = played(sine(0, RATE), 1.06)
    assert abs(fast.shape[1] - RATE / 1.06) <= 1
    assert hz_of(fast) == pytest.approx(HZ * 1.06, rel=2e-3)


def test_stretching_keeps_the_pitch() -> None:
    slow = stretched(sine(0, RATE), 1.25)
    assert slow.shape == (1, RATE * 5 // 4)
    assert hz_of(slow) == pytest.approx(HZ, rel=1e-3)
    level = np.sqrt(np.mean(slow[0, 2000:8000] ** 2))
    assert level == pytest.approx(0.5**0.5, rel=0.02)


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.3])
def test_stretching_moves_an_onset_to_its_place(factor: float) -> None:
    sound = np.zeros((2, 12_000), np.float32)
    sound[:, 5000:] = sine(0, 7000)
    slow = stretched(sound, factor)
    assert slow.shape == (2, round(12_000 * factor))
    first = int(np.flatnonzero(np.abs(slow[0]) > 0.3)[0])
    assert abs(first - 5000 * factor) < 600  # blurred over a window
    np.testing.assert_array_equal(slow[0], slow[1])
    if factor == 1:
        np.testing.assert_allclose(slow, sound, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        (Change(speed=1.05), 1.05),
        (Change(longer=1.2), 1.0),
        (Change(speed=2 ** (2 / 12), longer=2 ** (2 / 12)), 2 ** (2 / 12)),
        (Change(speed=2 ** (-2 / 12), longer=2 ** (-2 / 12)), 2 ** (-2 / 12)),
    ],
)
def test_a_crop_has_its_length_and_the_pitch_of_its_change(change: Change, factor: float) -> None:
    heard = changed(sine, 1000, 9000, 1000, change)
    assert heard.shape == (1, 8000)
    assert heard.dtype == np.float32
    assert hz_of(heard) == pytest.approx(HZ * factor, rel=2e-3)
    assert np.abs(heard[0, -2000:]).max() > 0.5, "the end is missing"


@pytest.mark.parametrize("start", [400, 500, 0])
def test_a_moment_stays_where_the_crop_begins(start: int) -> None:
    """An onset at sample 500, where the row begins; `start` is before it by the row's context."""

    def onset(first: int, last: int) -> np.ndarray:
        at = np.arange(first, last)
        return np.where(at >= 500, np.sin(0.3 * (at - 500)), 0).astype(np.float32)[None]

    heard = changed(onset, start, 4000, 500, Change(speed=1.3))
    first = int(np.flatnonzero(np.abs(heard[0]) > 0.2)[0])
    assert abs(first - (500 - start)) <= 2


def test_gain_and_polarity_scale_the_samples_and_do_nothing_else() -> None:
    heard = changed(sine, 10, 90, 10, Change(gain=-0.5))
    np.testing.assert_array_equal(heard, np.float32(-0.5) * sine(10, 90))


def test_what_is_drawn_leaves_samples_in_single_precision() -> None:
    change = drawn(Augmentation(gain_db=6.0, polarity=True), np.random.default_rng(0))
    assert changed(sine, 10, 90, 10, change).dtype == np.float32


def test_tape_and_pitch_are_added_up() -> None:
    assert not Augmentation(tape_percent=2.9).changes_pitch
    assert not Augmentation(pitch_semitones=0.5).changes_pitch
    assert Augmentation(pitch_semitones=0.4, tape_percent=2.0).changes_pitch


def test_changes_are_within_what_is_asked_and_use_all_of_it() -> None:
    rng = np.random.default_rng(0)
    changes = [drawn(ALL, rng) for _ in range(2000)]
    gains = 20 * np.log10(np.abs([one.gain for one in changes]))
    assert -6 <= gains.min() < -5.5
    assert 5.5 < gains.max() <= 6
    assert 0.45 < np.mean([one.gain < 0 for one in changes]) < 0.55
    semitones = 12 * np.log2([one.speed for one in changes])
    most = 2 + 12 * np.log2(1.05)
    assert -most <= semitones.min() < 0.8 * -most
    assert 0.8 * most < semitones.max() <= most
    nothing = drawn(Augmentation(), rng)
    assert nothing == Change()
    duration = [drawn(Augmentation(pitch_semitones=5.0), rng) for _ in range(50)]
    assert all(one.longer == one.speed for one in duration)  # higher, and as long as before


def wave(preset: str = "tiny") -> tuple[str, RandomCrops]:
    batching = load_recipe("spectral-codec").preset(preset).batching
    assert isinstance(batching, RandomCrops)
    return "spectral-codec", batching


def test_crops_are_changed_anew_and_alike_for_a_step_and_held_out_ones_never(
    corpus: Path, tmp_path: Path
) -> None:
    name, batching = wave()
    plain = load_recipe(name).preset("tiny")
    preset = replace(plain, batching=replace(batching, augmentation=ALL))
    prepared = PreparedCorpus.open(corpus)
    system = new_system(name, "tiny", plain, seed=0)
    changed_, as_it_is = (
        learning_data(system, prepared, one, 0, tmp_path, Collected()) for one in (preset, plain)
    )
    first = changed_.train.batch(3).frames
    assert torch.equal(first, changed_.train.batch(3).frames)
    assert not torch.equal(first, changed_.train.batch(4).frames)
    assert first.shape == as_it_is.train.batch(3).frames.shape
    assert not torch.allclose(first, as_it_is.train.batch(3).frames, atol=1e-3)
    here, later = ([row.change for row in changed_.train.rows(step)] for step in (3, 4))
    assert here != later
    places = [(row.track, row.start) for row in changed_.train.rows(3)]
    assert places == [(row.track, row.start) for row in as_it_is.train.rows(3)]
    assert changed_.held_out is not None
    assert as_it_is.held_out is not None
    assert torch.equal(changed_.held_out.batch(0).frames, as_it_is.held_out.batch(0).frames)


def test_another_seed_changes_otherwise(corpus: Path, tmp_path: Path) -> None:
    name, batching = wave()
    preset = load_recipe(name).preset("tiny")
    system = new_system(name, "tiny", preset, seed=0)
    data = learning_data(system, PreparedCorpus.open(corpus), preset, 0, tmp_path, Collected())
    augmented = replace(batching, augmentation=ALL)
    one, other = (batches(data.train.tracks, augmented, seed).rows(0) for seed in (0, 1))
    assert [row.change for row in one] != [row.change for row in other]


def test_a_resumed_run_hears_what_an_unbroken_one_hears(corpus: Path, tmp_path: Path) -> None:
    settings = {
        "batching.augmentation.gain_db": "6",
        "batching.augmentation.polarity": "true",
        "batching.augmentation.tape_percent": "5",
        "training.evaluate_every": "2",
        "training.checkpoint_s": "0",
    }
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train("spectral-codec", corpus, whole, preset="tiny", steps=6, settings=settings)
    train("spectral-codec", corpus, broken, preset="tiny", steps=4, settings=settings)
    train("spectral-codec", corpus, broken, preset="tiny", steps=6, settings=settings, resume=True)
    a, b = checkpoint._tensors(whole), checkpoint._tensors(broken)
    assert all(torch.equal(a[name], b[name]) for name in a)


def mixing(corpus: Path, tmp_path: Path, mix: float) -> CropBatches:
    name, batching = wave()
    preset = load_recipe(name).preset("tiny")
    system = new_system(name, "tiny", preset, seed=0)
    data = learning_data(system, PreparedCorpus.open(corpus), preset, 0, tmp_path, Collected())
    made = batches(
        data.train.tracks, replace(batching, batch_size=32, augmentation=Augmentation(mix=mix)), 0
    )
    assert isinstance(made, CropBatches)
    return made


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_as_many_crops_are_mixed_as_asked(corpus: Path, tmp_path: Path, share: float) -> None:
    made = mixing(corpus, tmp_path, share)
    rows = [row for step in range(12) for row in made.rows(step)]
    mixed = [row for row in rows if row.under is not None]
    assert len(mixed) == pytest.approx(share * len(rows), abs=0.12 * len(rows))
    others = [row.under for row in mixed if row.under is not None]
    assert all(other.under is None for other in others)  # two at most
    gains = 20 * np.log10([other.change.gain for other in others if other.change])
    assert gains.min() >= -MIX_DB
    assert gains.max() <= 0
    assert np.ptp(gains) > 0.8 * MIX_DB
    assert made.rows(5) == made.rows(5)
    assert len({(other.track, other.start) for other in others}) > len(others) / 3


def test_crops_lie_where_they_lay_without_mixing(corpus: Path, tmp_path: Path) -> None:
    plain, mixed = (mixing(corpus, tmp_path, share).rows(2) for share in (0.0, 0.7))
    assert plain == [replace(row, change=None, under=None) for row in mixed]


def test_what_is_mixed_is_the_sum_of_both(corpus: Path, tmp_path: Path) -> None:
    made = mixing(corpus, tmp_path, 1.0)
    tracks = made.tracks
    assert isinstance(tracks, Tracks)
    for row in made.rows(0)[:4]:
        assert row.under is not None
        both, one, other = (
            tracks._read(each, made.n_frames) for each in (row, replace(row, under=None), row.under)
        )
        np.testing.assert_allclose(both, (one + other) / np.sqrt(2), atol=1e-6)
        assert both.dtype == np.float32


@given(
    one=st.sets(st.sampled_from("abcd")),
    other=st.sets(st.sampled_from("abcd")),
    third=st.sets(st.sampled_from("abcd")),
)
def test_a_label_is_told_where_all_that_is_heard_has_it(
    one: set[str], other: set[str], third: set[str]
) -> None:
    class Labelled(Tracks):
        def __init__(self) -> None:
            object.__setattr__(self, "labels", ("a", "b", "c", "d"))

        def labels_of(self, track: int) -> dict[str, str]:
            return {f"kind {name}": name for name in (one, other, third)[track]}

    told = Source.flags(
        Labelled(),
        [Row(0, 0), Row(0, 0, under=Row(1, 0)), Row(0, 0, under=Row(1, 0, under=Row(2, 0)))],
    )
    assert told is not None
    names = [{name for name, is_told in zip("abcd", row, strict=True) if is_told} for row in told]
    assert names == [one, one & other, one & other & third]


def test_a_change_of_pitch_is_refused_where_the_pitch_is_learnt(tmp_path: Path) -> None:
    corpora.load("nsynth").miniature(tmp_path / "notes")
    prepare(tmp_path / "notes", tmp_path / "prepared", corpus="nsynth", workers=1)
    prepared = PreparedCorpus.open(tmp_path / "prepared")
    plain = load_recipe("latent-flow").preset("tiny")
    crops = RandomCrops(4, 16, Augmentation(pitch_semitones=1.0))
    shifting = replace(plain, batching=crops)
    with pytest.raises(UsageError, match="'pitch' are learnt"):
        labels_to_learn(shifting, prepared, None, Collected())
    families = replace(shifting, label_kinds=("family",))
    assert labels_to_learn(families, prepared, None, Collected()) == ("bass", "reed")
    run = tmp_path / "run"
    train("latent-flow", tmp_path / "prepared", run, preset="tiny", steps=1)
    with pytest.raises(UsageError, match="'pitch' are learnt"):
        labels_to_learn(shifting, prepared, read_description(run), Collected())
    a_little = replace(plain, batching=RandomCrops(4, 16, Augmentation(pitch_semitones=0.4)))
    assert "60" in labels_to_learn(a_little, prepared, None, Collected())


@pytest.mark.parametrize(
    "name", ["gain_db", "tape_percent", "pitch_semitones", "stretch_percent", "mix"]
)
@pytest.mark.parametrize("value", [-1.0, 99.0])
def test_settings_that_cannot_be_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        Augmentation(**{name: value})
