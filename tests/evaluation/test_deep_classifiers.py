"""The networks of the report, and the small one: sizes, stretches, limits, the embedding."""

import signal
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip, mel_filter_bank, resample
from menura.evaluation import classifiers
from menura.evaluation.classifiers import Embeds, Examples, Training, _heard
from menura.evaluation.classifiers import _learning as learning
from menura.evaluation.classifiers._images import ImageConfig, LogMel, OneClip, starts_of
from menura.evaluation.classifiers._learning import Draws
from menura.evaluation.classifiers.log_mel_cnn import LogMelCnn, _masks
from menura.foundation.devices import Compute
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected, Reporter
from toy_labels import LABELS, ArraySounds, toy_sound

GENRES = tuple("abcdefgh")
FLOAT32 = Training(precision="float32")


def n_parameters(name: str, preset: str) -> int:
    of_name: Any = classifiers.kind(name)
    bare = object.__new__(of_name)  # its weights need not be drawn
    bare.config, bare.labels = classifiers.config_of(name, preset), GENRES
    with torch.device("meta"):
        return sum(p.numel() for p in bare.network().parameters())


def test_networks_have_the_parameters_of_the_report() -> None:
    assert n_parameters("cnn-1", "paper") == 167_785_864
    assert n_parameters("cnn-2", "paper") == 2_119_991
    # Keras has one bias for each gate of an LSTM, PyTorch two.
    assert n_parameters("rnn", "paper") == 569_088 + 2 * 4 * 128


def test_the_small_one_is_below_a_megabyte() -> None:
    classifier = LogMelCnn(classifiers.config_of("log-mel-cnn"), GENRES)
    assert sum(array.nbytes for array in classifier.arrays().values()) < 1e6


def examples(seconds: list[float], labels: list[str], rate: int = 8000) -> Examples:
    sounds = [
        toy_sound(label, number, length)
        for number, (label, length) in enumerate(zip(labels, seconds, strict=True))
    ]
    ids = tuple(str(n) for n in range(len(labels)))
    places = tuple(range(len(labels)))
    return Examples(ids, ids, tuple(labels), None, ArraySounds(sounds, rate), places)


def tiny(name: str = "log-mel-cnn") -> Any:
    return classifiers.kind(name)(classifiers.config_of(name, "tiny"), LABELS)


@given(st.integers(0, 100_000), st.integers(1, 9000))
def test_stretches_cover_a_track(n_samples: int, n_each: int) -> None:
    """End to end, at least one; less than half a stretch is left over."""
    starts = starts_of(n_samples, n_each)
    assert starts == [k * n_each for k in range(len(starts))]
    assert n_samples - len(starts) * n_each < n_each / 2
    assert len(starts) == 1 or starts[-1] + n_each / 2 <= n_samples


def test_sound_is_silent_beyond_its_ends() -> None:
    sound = OneClip(Clip(np.arange(1, 6, dtype=np.float32)[None], 8000), 8000)
    np.testing.assert_array_equal(sound.read(0, 3, 8), [4, 5, 0, 0, 0])
    np.testing.assert_array_equal(sound.read(0, -2, 2), [0, 0, 1, 2])
    np.testing.assert_array_equal(sound.read(0, 9, 11), [0, 0])


def test_log_mel_is_that_of_librosa() -> None:
    import librosa

    config = ImageConfig(8000, 256, 64, 16, 30)
    image = LogMel(config)
    sound = toy_sound("high", 0)[: config.n_samples]
    found = image.logarithms(torch.from_numpy(sound[None]))[0]
    power = np.abs(librosa.stft(sound, n_fft=256, hop_length=64, center=False)) ** 2
    mel = librosa.filters.mel(sr=8000, n_fft=256, n_mels=16, norm=None) @ power
    expected = np.log10(np.maximum(mel / (np.hanning(257)[:-1].sum() / 2) ** 2, 1e-8))
    assert found.shape == (16, 30)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    loudest = np.sin(2 * np.pi * 1000 * np.arange(config.n_samples) / 8000).astype(np.float32)
    peak = image.logarithms(torch.from_numpy(loudest[None])).max()
    assert peak == pytest.approx(np.log10(mel_filter_bank(8000, 256, 16, norm=None).max()), abs=0.3)


class OnMps(torch.Tensor):
    """As a tensor on a device that has no float64."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert func is not torch.Tensor.double, "no float64 on this device"
        if func is torch.Tensor.cpu:
            return args[0].as_subclass(torch.Tensor)
        return super().__torch_function__(func, types, args, kwargs)


def test_no_float64_is_asked_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    image = LogMel(ImageConfig(8000, 256, 64, 16, 30))
    sound = torch.from_numpy(toy_sound("high", 0)[: image.config.n_samples][None])
    image.fit([image.logarithms(sound).as_subclass(OnMps)])
    classifier = tiny()
    logits = type(classifier).logits
    monkeypatch.setattr(
        type(classifier), "logits", lambda *words: logits(*words).as_subclass(OnMps)
    )
    likely = classifier.probabilities(examples([1.0, 1.0], ["high", "low"]))
    np.testing.assert_allclose(likely.sum(axis=1), 1)


def test_labels_are_drawn_as_often_as_each_other() -> None:
    """However many tracks and seconds they have; and recordings as often within a label."""
    many = examples([1.0] * 9 + [5.0], ["high"] * 9 + ["low"])
    many = replace(many, groups=("one",) * 8 + ("two", "three"))
    draws = Draws(many, [0] * 9 + [1], 4000)
    assert draws.n_in_all == 9 * 2 + 10
    sound, meant = draws.batch(400, seed=1)
    assert sound.shape == (400, 4000)
    assert (meant == 1).sum() == 200
    sounds = many.sounds
    assert isinstance(sounds, ArraySounds)
    second = sounds.read(8, 0, 8000)
    starts = [np.flatnonzero(second == row[0]) for row in sound[meant == 0].numpy()[:60]]
    of_two = [len(found) > 0 for found in starts]
    assert 15 < sum(of_two) < 45
    again, _ = draws.batch(400, seed=1)
    other, _ = draws.batch(400, seed=2)
    assert torch.equal(sound, again)
    assert not torch.equal(sound, other)


def test_a_track_is_the_mean_of_its_stretches() -> None:
    classifier = tiny()
    length = classifier.n_samples
    rng = np.random.default_rng(0)
    stretch = [rng.normal(0, 0.1, length).astype(np.float32) for _ in range(2)]
    clips = [Clip(one[None], 8000) for one in (*stretch, np.concatenate(stretch))]
    first, second, both = (classifier.predict(clip) for clip in clips)
    np.testing.assert_allclose(both, (first + second) / 2, atol=1e-6)


def test_learning_ends_where_it_is_told_to() -> None:
    few = examples([1.0] * 6, [*LABELS, *LABELS])
    words = tiny().fit(few, None, replace(FLOAT32, epochs=2), Reporter())
    assert words.startswith("2 epochs of 6 stretches")
    assert "all that were asked for; the best was epoch 2" in words
    started = time.monotonic()
    words = tiny().fit(few, None, replace(FLOAT32, epochs=100_000, minutes=0.01), Reporter())
    assert "its time was over" in words
    assert time.monotonic() - started < 5


def test_learning_ends_where_nothing_is_gained_and_the_best_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = examples([1.0] * 6, [*LABELS, *LABELS])
    costs = iter([3.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    seen = []

    def cost(lesson: learning.Lesson) -> float:
        seen.append(next(iter(lesson.module.state_dict().values())).clone())
        seen[-1] = lesson.module["network"].labels.bias.detach().clone()  # type: ignore[union-attr]
        return next(costs)

    monkeypatch.setattr(learning, "_cost", cost)
    classifier = tiny()
    words = classifier.fit(few, few, replace(FLOAT32, epochs=50), Reporter())
    assert "6 epochs" in words
    assert "no gain in 4 epochs; the best was epoch 2" in words
    np.testing.assert_array_equal(classifier.arrays()["network.labels.bias"], seen[1])


def test_the_cost_weighs_labels_the_same() -> None:
    classifier = tiny()
    uneven = examples([1.0] * 5, ["high"] * 4 + ["low"])
    likely = classifier.probabilities(uneven)
    costs = -np.log([*likely[:4, 0], likely[4, 1]])
    expected = (costs[:4].mean() + costs[4]) / 2
    where = Compute("cpu", "float32")
    nothing = torch.nn.ModuleDict()
    lesson = learning.Lesson(classifier, nothing, uneven, uneven, where, FLOAT32, 0.0)
    assert learning._cost(lesson) == pytest.approx(expected, rel=1e-6)


def test_what_is_not_finite_is_skipped_and_in_the_end_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = examples([1.0] * 6, [*LABELS, *LABELS])
    classifier = tiny()
    original = classifier.logits_of_changed
    monkeypatch.setattr(
        classifier, "logits_of_changed", lambda *given: original(*given) * float("nan")
    )
    with pytest.raises(MenuraError, match="training goes wrong: 50 steps were not finite"):
        classifier.fit(few, None, replace(FLOAT32, epochs=1000), Reporter())


@pytest.mark.parametrize("kept", [True, False])
def test_stopped_it_keeps_what_it_learnt_or_raises(kept: bool) -> None:
    few = examples([1.0] * 6, [*LABELS, *LABELS])
    training = replace(FLOAT32, epochs=1_000_000, kept_when_stopped=kept)

    class Stops(Reporter):
        def progress(self, done: float, total: float, line: str) -> None:
            if done == 3:
                signal.raise_signal(signal.SIGINT)

    assert threading.current_thread() is threading.main_thread()
    if kept:
        assert "(stopped; the best was epoch" in tiny().fit(few, None, training, Stops())
    else:
        with pytest.raises(KeyboardInterrupt):
            tiny().fit(few, None, training, Stops())


def test_bfloat16_learns_too() -> None:
    few = examples([1.0] * 6, [*LABELS, *LABELS])
    for name in ("cnn-1", "cnn-2", "log-mel-cnn"):
        classifier = tiny(name)
        words = classifier.fit(few, None, Training(epochs=2, precision="bfloat16"), Reporter())
        assert "in bfloat16 on cpu" in words
        np.testing.assert_allclose(classifier.probabilities(few).sum(axis=1), 1, atol=1e-9)


@pytest.mark.parametrize("asked", ["auto", "bfloat16"])
def test_a_machine_that_computes_bfloat16_wrongly_is_found_out(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = examples([1.0] * 6, [*LABELS, *LABELS])
    classifier, told = tiny("cnn-1"), Collected()
    original = classifier.logits
    monkeypatch.setattr(_heard, "choose", lambda *_, **__: Compute("cpu", "bfloat16"))
    monkeypatch.setattr(
        classifier,
        "logits",
        lambda sound: original(sound) / (0.0 if classifier._is_bfloat16 else 1.0),
    )
    if asked == "bfloat16":
        with pytest.raises(MenuraError, match="computes this network wrongly"):
            classifier.fit(few, None, Training(epochs=1, precision=asked), told)
    else:
        words = classifier.fit(few, None, Training(epochs=1, precision=asked), told)
        assert "in float32 on cpu" in words
        assert len(told.warnings) == 1


def test_masks_are_spans() -> None:
    rng = torch.Generator().manual_seed(0)
    masks = _masks(200, 40, 6, rng)
    assert masks.sum(dim=1).max() == 6
    assert masks.sum(dim=1).min() == 0
    edges = (masks[:, 1:] != masks[:, :-1]).sum(dim=1)
    assert edges.max() == 2
    assert masks[:, 0].any()
    assert masks[:, -1].any()


def test_changes_leave_most_of_an_image() -> None:
    classifier = LogMelCnn(classifiers.config_of("log-mel-cnn"), GENRES)
    images = torch.ones(64, 64, 118)
    changed = classifier.changed(images, torch.Generator().manual_seed(1))
    masked = (changed == 0).float().mean(dim=(1, 2))
    assert masked.max() < 0.6
    assert 0.1 < masked.mean() < 0.4
    # Unmasked values of one image have one gain.
    values = changed[0][changed[0] != 0]
    assert values.std() < 1e-6


def test_a_second_is_embedded_by_itself() -> None:
    classifier = tiny()
    assert isinstance(classifier, Embeds)
    rng = np.random.default_rng(0)
    sound = rng.normal(0, 0.1, (1, 35 * 8000 + 500)).astype(np.float32)
    embedded = classifier.embed(Clip(sound, 8000))
    assert embedded.shape == (35, classifier.n_dimensions) == (35, 16)
    changed = sound.copy()
    changed[:, 3 * 8000 : 4 * 8000] *= 0.1
    other = classifier.embed(Clip(changed, 8000))
    differs = np.abs(embedded - other).max(axis=1) > 1e-4
    assert differs.tolist() == [n == 3 for n in range(35)]
    assert classifier.embed(Clip(sound[:, :3000], 8000)).shape == (1, 16)
    assert not isinstance(tiny("cnn-2"), Embeds)


def test_other_rates_and_channels_are_heard_alike() -> None:
    classifier = tiny()
    few = examples([1.0] * 6, [*LABELS, *LABELS])
    classifier.fit(few, None, replace(FLOAT32, epochs=3), Reporter())
    sound = toy_sound("low", 50, 2.0)
    mono = Clip(sound[None], 22_050)
    stereo = resample(Clip(np.stack([sound, sound]), 22_050), 44_100)
    np.testing.assert_allclose(classifier.predict(mono), classifier.predict(stereo), atol=0.02)
