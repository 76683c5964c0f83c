"""What every classifier promises, asked of each that is found, third parties' included."""

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from menura.audio import Clip
from menura.evaluation import classifiers
from menura.evaluation.classifiers import About, Classifier, Examples, Training
from menura.evaluation.descriptors import FMA_COLUMNS, describe
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Reporter
from toy_labels import LABELS, RATE, ArraySounds, toy_examples, toy_sound

NAMES = classifiers.room.names()
TRAINING = Training(seed=3, precision="float32")


@pytest.fixture(scope="module")
def learnt_from() -> Examples:
    return toy_examples(6)


@pytest.fixture(scope="module")
def unheard() -> Examples:
    return toy_examples(3, first=100)


@pytest.fixture(scope="module")
def fitted(learnt_from: Examples) -> dict[str, Classifier]:
    """Each is fitted once, when it is first asked for."""
    return {}


def tiny(name: str, labels: tuple[str, ...] = LABELS) -> Classifier:
    return classifiers.kind(name)(classifiers.config_of(name, "tiny"), labels)


def at_rate(examples: Examples, classifier: Classifier) -> Examples:
    """With sound at the classifier's rate."""
    sounds = [toy_sound(label, int(name.split()[1])) for label, name in of(examples)]
    return replace(examples, sounds=ArraySounds(sounds, classifier.sample_rate))


def of(examples: Examples) -> list[tuple[str, str]]:
    return [(name.split()[0], name) for name in examples.ids]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ready(name: str, fitted: dict[str, Classifier], learnt_from: Examples) -> Classifier:
    if name not in fitted:
        classifier = tiny(name)
        words = classifier.fit(at_rate(learnt_from, classifier), None, TRAINING, Reporter())
        assert "18 tracks" in words
        fitted[name] = classifier
    return fitted[name]


def test_it_tells_what_is_easily_told(ready: Classifier, unheard: Examples) -> None:
    examples = at_rate(unheard, ready)
    told = ready.probabilities(examples).argmax(axis=1)
    assert (told == ready.numbers(examples.labels)).all()


def test_probabilities_are_probabilities(ready: Classifier, unheard: Examples) -> None:
    likely = ready.probabilities(at_rate(unheard, ready))
    assert likely.shape == (9, 3)
    assert likely.dtype == np.float64
    assert (likely >= 0).all()
    np.testing.assert_allclose(likely.sum(axis=1), 1, atol=1e-9)


@pytest.fixture(scope="module")
def row() -> np.ndarray:
    return describe(Clip(toy_sound("low", 0)[None], RATE)).values[: len(FMA_COLUMNS)]


def test_a_clip_is_told_as_the_track_is(ready: Classifier, row: np.ndarray) -> None:
    sound = toy_sound("low", 0)
    sounds = ArraySounds([sound], ready.sample_rate)
    track = Examples(("a",), ("a",), ("",), row[None], sounds, (0,))
    told = ready.predict(Clip(sound[None], RATE))
    np.testing.assert_allclose(told, ready.probabilities(track)[0], atol=1e-5)


def test_saved_and_loaded_it_is_the_same(
    name: str, ready: Classifier, unheard: Examples, tmp_path: Path
) -> None:
    about = About(name, to_dict(ready.config), ready.labels, "sort")
    classifiers.save(ready, about, tmp_path)
    loaded, said = classifiers.open_saved(tmp_path)
    assert said == replace(about, config=json.loads(json.dumps(about.config)))
    assert (type(loaded), loaded.config, loaded.labels) == (type(ready), ready.config, LABELS)
    examples = at_rate(unheard, ready)
    np.testing.assert_array_equal(loaded.probabilities(examples), ready.probabilities(examples))
    assert f"A {name} classifier of sort" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_what_does_not_fit_is_refused(name: str, ready: Classifier, tmp_path: Path) -> None:
    classifiers.save(ready, About(name, to_dict(ready.config), ready.labels, "sort"), tmp_path)
    file = tmp_path / "weights.safetensors"
    arrays = load_file(file)
    first = sorted(arrays)[0]
    for changed in (
        {k: v for k, v in arrays.items() if k != first},
        arrays | {"more": arrays[first]},
    ):
        save_file(changed, file)
        with pytest.raises(MenuraError, match=r"does not fit this classifier"):
            classifiers.load(tmp_path)
    file.write_bytes(b"no weights")
    with pytest.raises(MenuraError, match=r"weights\.safetensors: cannot be read"):
        classifiers.load(tmp_path)
    description = tmp_path / "classifier.json"
    said = json.loads(description.read_text(encoding="utf-8"))
    for key, value, words in (
        ("name", "no-such", "cannot be built"),
        ("version", 99, "format version 99"),
        ("format", "else", "not the description"),
        ("colour", "red", "damaged or edited"),
    ):
        description.write_text(json.dumps(said | {key: value}), encoding="utf-8")
        with pytest.raises(MenuraError, match=words):
            classifiers.load(tmp_path)
    shutil.rmtree(tmp_path)
    with pytest.raises(MenuraError, match="not a classifier"):
        classifiers.load(tmp_path)


def test_the_same_seed_the_same_classifier(name: str, learnt_from: Examples) -> None:
    short = replace(TRAINING, epochs=1)
    found = []
    for _ in range(2):
        classifier = tiny(name)
        classifier.fit(at_rate(learnt_from, classifier), None, short, Reporter())
        found.append(classifier.arrays())
    assert found[0].keys() == found[1].keys()
    for key in found[0]:
        np.testing.assert_array_equal(found[0][key], found[1][key])


def test_two_labels_are_enough(name: str, unheard: Examples) -> None:
    two = toy_examples(4, labels=LABELS[:2])
    classifier = tiny(name, LABELS[:2])
    short = replace(TRAINING, epochs=1 if classifier.is_deep else None)
    classifier.fit(at_rate(two, classifier), None, short, Reporter())
    examples = at_rate(unheard, classifier).take(range(6))
    told = classifier.probabilities(examples)
    assert told.shape == (6, 2)
    np.testing.assert_allclose(told.sum(axis=1), 1, atol=1e-9)
    right = told.argmax(axis=1) == classifier.numbers(examples.labels)
    assert classifier.is_deep or right.all()


def test_unknown_labels_are_refused(name: str, learnt_from: Examples) -> None:
    classifier = tiny(name, ("high", "low"))
    examples = at_rate(learnt_from, classifier)
    with pytest.raises(UsageError, match="there is no label 'noisy'"):
        classifier.fit(examples, None, TRAINING, Reporter())


def test_a_label_without_tracks_is_refused(name: str, learnt_from: Examples) -> None:
    classifier = tiny(name)
    examples = at_rate(learnt_from, classifier).take(range(12))
    with pytest.raises(MenuraError, match="nothing to learn 'noisy' from"):
        classifier.fit(examples, None, TRAINING, Reporter())


@pytest.mark.parametrize("labels", [("one",), ("b", "a"), ("a", "a")])
def test_labels_are_sorted_and_several(name: str, labels: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="two or more sorted labels"):
        classifiers.kind(name)(classifiers.config_of(name, "tiny"), labels)


def test_an_empty_clip_is_refused_and_silence_is_not(ready: Classifier) -> None:
    with pytest.raises(MenuraError):
        ready.predict(Clip(np.zeros((1, 0), np.float32), RATE))
    told = ready.predict(Clip(np.zeros((2, RATE), np.float32), RATE))
    assert np.isfinite(told).all()
    assert abs(told.sum() - 1) < 1e-9


def test_presets_and_grid_are_settings(name: str) -> None:
    of_name = classifiers.kind(name)
    assert {"laptop", "tiny", "paper"} <= of_name.presets.keys()
    for config in of_name.presets.values():
        again: Any = from_dict(of_name.Config, json.loads(json.dumps(to_dict(config))))
        assert again == config
    known = {field.name for field in fields(of_name.Config)}
    for key, values in of_name.grid.items():
        assert key in known
        for value in values:
            replace(of_name.presets["laptop"], **{key: value})
