"""Classifiers of descriptors decide as scikit-learn does, from what is saved of them alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from menura.audio import Clip
from menura.evaluation import classifiers
from menura.evaluation.classifiers import Classifier, Examples, Training, _described
from menura.evaluation.classifiers import _mixture as mixtures
from menura.evaluation.classifiers._mixture import MixtureConfig
from menura.evaluation.classifiers.svm import decisions
from menura.evaluation.descriptors import COLUMNS, FMA_COLUMNS, Description
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter

N_COLUMNS = 12
LETTERS = "abcdef"


def clouds(n_labels: int, seed: int, n_each: int = 20) -> Examples:
    """Clouds that overlap, on columns of very different sizes; the last column never varies."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(n_labels).normal(0, 1.0, (n_labels, N_COLUMNS))
    rows = np.concatenate([rng.normal(centre, 1.0, (n_each, N_COLUMNS)) for centre in centres])
    rows = rows * np.logspace(-3, 4, N_COLUMNS) + 100.0
    rows[:, -1] = 0.1
    labels = tuple(LETTERS[n // n_each] for n in range(len(rows)))
    ids = tuple(str(n) for n in range(len(rows)))
    return Examples(ids, ids, labels, rows.astype(np.float32))


def fitted(name: str, examples: Examples, config: Any = None) -> Classifier:
    labels = sorted(set(examples.labels))
    config = config or classifiers.config_of(name)
    classifier = classifiers.kind(name)(config, labels)
    classifier.fit(examples, None, Training(seed=5), Reporter())
    return classifier


def scaled(learnt: Examples, judged: Examples) -> tuple[np.ndarray, np.ndarray]:
    scaler = StandardScaler().fit(rows(learnt)[:, :-1])
    return scaler.transform(rows(learnt)[:, :-1]), scaler.transform(rows(judged)[:, :-1])


def rows(examples: Examples) -> np.ndarray:
    assert examples.rows is not None
    return examples.rows.astype(np.float64)


PEERS: dict[str, Callable[[], Any]] = {
    "logistic-regression": lambda: LogisticRegression(
        C=0.1, class_weight="balanced", max_iter=5000
    ),
    "k-nn": lambda: KNeighborsClassifier(5, algorithm="brute"),
    "naive-bayes": lambda: GaussianNB(),
    "decision-tree": lambda: DecisionTreeClassifier(
        min_samples_leaf=3, class_weight="balanced", random_state=5
    ),
}


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("n_labels", [2, 3, 6])
def test_probabilities_are_those_of_scikit_learn(name: str, n_labels: int) -> None:
    learnt, judged = clouds(n_labels, 1), clouds(n_labels, 2)
    x, y = scaled(learnt, judged)
    found = fitted(name, learnt).probabilities(judged)
    if name == "decision-tree":  # whose draws between equal splits go by the columns there are
        x, y = (np.pad(side, ((0, 0), (0, 1))) for side in (x, y))
    expected = PEERS[name]().fit(x, learnt.labels).predict_proba(y)
    tolerance = {"logistic-regression": 1e-4}.get(name, 1e-6)
    np.testing.assert_allclose(found, expected, atol=tolerance)


@pytest.mark.parametrize("n_labels", [2, 3, 6])
@pytest.mark.parametrize("c", [0.1, 100.0])
def test_support_vectors_decide_as_scikit_learn_does(n_labels: int, c: float) -> None:
    learnt, judged = clouds(n_labels, 1), clouds(n_labels, 2)
    machine = fitted("svm", learnt, classifiers.kind("svm").Config(c=c))
    inside = machine._scaled(rows(learnt).astype(np.float32))  # type: ignore[attr-defined]
    outside = machine._scaled(rows(judged).astype(np.float32))  # type: ignore[attr-defined]
    peer = SVC(C=c, class_weight="balanced", decision_function_shape="ovr", break_ties=True)
    peer.fit(inside, learnt.labels)
    expected = peer.decision_function(outside)
    found = decisions(outside, machine.arrays())
    if n_labels == 2:
        expected = np.stack([-expected, expected], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    told = [machine.labels[n] for n in machine.probabilities(judged).argmax(axis=1)]
    assert told == peer.predict(outside).tolist()


def test_a_machine_is_as_sure_as_it_is_right() -> None:
    """Probabilities are calibrated on recordings that were not learnt from."""
    learnt, judged = clouds(3, 1, 40), clouds(3, 2, 200)
    machine = fitted("svm", learnt)
    likely = machine.probabilities(judged)
    right = likely.argmax(axis=1) == machine.numbers(judged.labels)
    assert abs(likely.max(axis=1).mean() - right.mean()) < 0.1


def test_one_recording_of_a_label_leaves_the_sharpness_as_it_is() -> None:
    few = clouds(2, 1, 4)
    alone = Examples(few.ids, ("one",) * 4 + ("two",) * 4, few.labels, few.rows)
    assert fitted("svm", alone).arrays()["sharpness"] == 1.0


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_gaussians_are_those_of_scikit_learn(covariance: str) -> None:
    learnt, judged = clouds(3, 1, 60), clouds(3, 2)
    config = MixtureConfig(covariance=covariance, naming="number")  # type: ignore[arg-type]
    found = fitted("gmm", learnt, config)
    peer = GaussianMixture(
        3,
        covariance_type="diag" if covariance == "diagonal" else "full",
        reg_covar=1e-3,
        max_iter=200,
        random_state=5,
    )
    inside = found._scaled(rows(learnt).astype(np.float32))  # type: ignore[attr-defined]
    outside = found._scaled(rows(judged).astype(np.float32))  # type: ignore[attr-defined]
    expected = peer.fit(inside).predict_proba(outside)
    np.testing.assert_allclose(found.probabilities(judged), expected, atol=1e-6)


def test_gaussians_are_named_by_the_tracks_in_them() -> None:
    """Numbered, as the report had it, they are right by luck alone; named, they are right."""
    learnt, judged = clouds(4, 1, 60), clouds(4, 2, 60)
    accuracies = {}
    for naming in ("votes", "number"):
        config = MixtureConfig(naming=naming)  # type: ignore[arg-type]
        found = fitted("gmm", learnt, config)
        told = found.probabilities(judged).argmax(axis=1)
        accuracies[naming] = float((told == found.numbers(judged.labels)).mean())
    assert accuracies["votes"] > 0.8
    assert accuracies["number"] < accuracies["votes"]
    by_means = fitted("gmm-class-means", learnt)
    told = by_means.probabilities(judged).argmax(axis=1)
    assert (told == by_means.numbers(judged.labels)).mean() > 0.8


def test_a_start_from_the_labels_has_their_shares_and_spreads_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A tight label and a wide one, the wide one three times as often: no step is needed."""
    rng = np.random.default_rng(0)
    near, far = rng.normal(0, 0.05, (30, 4)), rng.normal(1, 2.0, (90, 4))
    numbers = np.repeat([0, 1], [30, 90])
    for covariance in ("diagonal", "full"):
        config = MixtureConfig("class-means", covariance=covariance)  # type: ignore[arg-type]
        start = mixtures._start(config, np.concatenate([near, far]), numbers, 2, 0)
        assert start["weights_init"].tolist() == [0.25, 0.75]
        spreads = start["precisions_init"]
        spreads = spreads if covariance == "diagonal" else np.diagonal(spreads, axis1=1, axis2=2)
        assert (spreads[0] > 100 * spreads[1]).all()
        np.testing.assert_allclose(start["means_init"][0], near.mean(axis=0))


def test_weights_of_another_classifier_are_refused() -> None:
    three, five = (fitted("svm", clouds(n, 1)) for n in (3, 5))
    with pytest.raises(ValueError, match="it tells 3 labels, not 5"):
        five.restore(three.arrays())
    broken = dict(three.arrays()) | {"weights": three.arrays()["weights"][:, :-1]}
    with pytest.raises(ValueError, match="do not go together"):
        three.restore(broken)


def test_a_column_that_never_varied_counts_for_nothing() -> None:
    learnt, judged = clouds(3, 1), clouds(3, 2)
    changed = rows(judged).astype(np.float32)
    changed[:, -1] = 5000.0
    other = Examples(judged.ids, judged.groups, judged.labels, changed)
    for name in ("svm", "k-nn", "logistic-regression", "naive-bayes", "decision-tree", "gmm"):
        known = fitted(name, learnt)
        np.testing.assert_array_equal(known.probabilities(judged), known.probabilities(other))


def test_more_neighbours_than_tracks_is_all_of_them() -> None:
    learnt = clouds(2, 1, 4)
    known = fitted("k-nn", learnt, classifiers.kind("k-nn").Config(n_neighbours=40))
    np.testing.assert_allclose(known.probabilities(clouds(2, 2)), 0.5)


def test_clips_are_described_at_one_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """And by 30 s of their middle: else the rate, or the length, would tell the label."""
    asked = []

    def spy(clip: Clip, sample_rate: int | None = None) -> Description:
        asked.append((clip.duration_s, sample_rate))
        return Description(np.zeros(len(COLUMNS), np.float32), ())

    monkeypatch.setattr(_described, "describe", spy)
    rng = np.random.default_rng(0)
    rows = rng.normal(0, 1, (8, len(FMA_COLUMNS))).astype(np.float32)
    names = tuple("12345678")
    known = fitted("k-nn", Examples(names, names, tuple("aaaabbbb"), rows))
    for seconds in (1.0, 45.0):
        known.predict(Clip(np.zeros((2, round(seconds * 48_000)), np.float32), 48_000))
    assert asked == [(1.0, 22_050), (30.0, 22_050)]


def test_rows_of_another_width_and_none_are_refused() -> None:
    known = fitted("k-nn", clouds(2, 1))
    with pytest.raises(ValueError, match="3 descriptors, and 12 were learnt"):
        known.probabilities(Examples(("a",), ("a",), ("",), np.zeros((1, 3), np.float32)))
    with pytest.raises(ValueError, match="no descriptors"):
        known.probabilities(Examples(("a",), ("a",), ("",)))
    with pytest.raises(MenuraError, match="no tracks"):
        known.probabilities(clouds(2, 1).take([]))


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("svm", {"c": "0"}, "c must be above 0"),
        ("logistic-regression", {"c": "-1"}, "c must be above 0"),
        ("k-nn", {"n_neighbours": "0"}, "n_neighbours must be 1 or more"),
        ("decision-tree", {"min_leaf": "0"}, "min_leaf must be 1 or more"),
        ("naive-bayes", {"smoothing": "0"}, "smoothing must be above 0"),
        ("gmm", {"n_components": "-1"}, "n_components must be 0 or more"),
        ("gmm-class-means", {"n_components": "4"}, "must be 0"),
        ("cnn-2", {"kernel": "60"}, "leaves nothing"),
        ("cnn-1", {"learning.epochs": "0"}, "epochs must be 1 or more"),
        ("cnn-1", {"learning.rate": "0"}, "rate must be above 0"),
        ("rnn", {"image.n_mels": "0"}, "n_mels must be 1 or more"),
        ("log-mel-cnn", {"widths": "[]"}, "widths must be 1 or more"),
        ("log-mel-cnn", {"dropout": "1"}, "dropout must be 0 or more and below 1"),
        ("cnn-1", {"dropout": "2"}, "dropout must be 0 or more and below 1"),
        ("rnn", {"dropout": "-0.5"}, "dropout must be 0 or more and below 1"),
        ("rnn", {"n_hidden": "0"}, "n_hidden must be 1 or more"),
        ("cnn-2", {"learning.smoothing": "2"}, "smoothing must be 0 or more and below 1"),
        ("cnn-2", {"learning.decay": "-1"}, "decay must be 0 or more"),
    ],
)
def test_wrong_settings_are_refused(name: str, settings: dict[str, str], words: str) -> None:
    with pytest.raises(MenuraError, match=words):
        classifiers.config_of(name, settings=settings)
