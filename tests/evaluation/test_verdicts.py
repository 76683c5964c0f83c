"""Precision, recall, F1 and confusion, beside scikit-learn; intervals; pictures; the table."""

import csv
import io
import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread
from scipy.stats import binomtest
from sklearn.metrics import classification_report, confusion_matrix

from menura.corpora import Dropped
from menura.evaluation import verdicts as verdicts_file
from menura.evaluation.classified import Row, Table, csv_text, markdown, summary
from menura.evaluation.confusion_picture import Confused, confusions_png
from menura.evaluation.verdicts import Verdicts, judged

LABELS = ("ambient", "jazz", "rock")
pairs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=50)


def verdicts_of(told: list[tuple[int, int]], groups: list[str] | None = None) -> Verdicts:
    truth, said = (np.array(side, np.int64) for side in zip(*told, strict=True))
    return judged(LABELS, truth, said, groups or [str(n) for n in range(len(told))])


@given(pairs)
@settings(max_examples=25)
def test_scores_are_those_of_scikit_learn(told: list[tuple[int, int]]) -> None:
    found = verdicts_of(told)
    truth, said = zip(*told, strict=True)
    told_of = sorted({*truth, *said})
    names = [LABELS[label] for label in told_of]
    report = classification_report(
        truth, said, labels=told_of, target_names=names, output_dict=True, zero_division=0
    )
    expected = confusion_matrix(truth, said, labels=[0, 1, 2])
    np.testing.assert_array_equal(found.confusion, expected)
    for name, scores in [
        *((LABELS[label], found.by_label[label]) for label in told_of),
        ("macro avg", found.macro),
        ("weighted avg", found.weighted),
    ]:
        own = report[name]
        assert scores.support == own["support"]
        ours = (scores.precision, scores.recall, scores.f1)
        theirs = (own["precision"], own["recall"], own["f1-score"])
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert found.accuracy == pytest.approx(np.mean([a == b for a, b in told]))


def test_tracks_of_one_recording_stand_and_fall_together() -> None:
    """Forty tracks of two recordings say less than forty of forty."""
    told = [(0, 0)] * 20 + [(1, 2)] * 20
    apart = verdicts_of(told)
    together = verdicts_of(told, ["one"] * 20 + ["two"] * 20)
    assert apart.accuracy == together.accuracy == 0.5
    assert together.interval == (0.0, 1.0)
    low, high = apart.interval
    # Of 40 throws of a coin: 0.5 ± 1.96 · 0.079.
    assert low == pytest.approx(0.345, abs=0.03)
    assert high == pytest.approx(0.655, abs=0.03)


def test_labels_that_none_has_do_not_count() -> None:
    """Ten labels, of which two are held out and told right."""
    labels = [str(n) for n in range(10)]
    found = judged(labels, np.array([3, 7]), np.array([3, 7]), ["a", "b"])
    assert (found.macro.precision, found.macro.recall, found.macro.f1) == (1, 1, 1)
    assert len(found.by_label) == 10


def test_few_recordings_never_make_sure() -> None:
    """Where the draws do not differ, the interval is what scipy's exact test says."""
    for n, right in ((1, True), (2, True), (2, False), (30, True)):
        found = verdicts_of([(0, 0 if right else 1)] * n)
        expected = binomtest(n if right else 0, n).proportion_ci(method="exact")
        np.testing.assert_allclose(found.interval, (expected.low, expected.high))
    halves = verdicts_of([(0, 0), (0, 1)] * 2, ["a", "a", "b", "b"])
    assert halves.interval[0] < 0.1 < 0.9 < halves.interval[1]


def test_draws_in_blocks_are_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(0, n % 3) for n in range(40)]
    at_once = verdicts_of(told).interval
    monkeypatch.setattr(verdicts_file, "MOST_AT_ONCE", 100)
    assert verdicts_of(told).interval == at_once


def test_no_tracks_no_verdicts() -> None:
    with pytest.raises(ValueError, match="there must be tracks"):
        judged(LABELS, np.zeros(0, np.int64), np.zeros(0, np.int64), [])


def table() -> Table:
    good = verdicts_of([(0, 0), (1, 1), (2, 2), (2, 2)])
    bad = verdicts_of([(0, 1), (1, 1), (2, 1), (2, 2)])
    return Table(
        corpus="a|folder",
        kind="genre",
        labels=LABELS,
        n_tracks=4,
        n_recordings=4,
        division="2 folds by recording",
        chance=0.5,
        rows=(
            Row("k-nn", {"n_neighbours": 5}, bad, 0.5, 0.1, ("on 3 tracks", "on 3 tracks")),
            Row("cnn-1", {}, None, 9.0, 0.0, (), "the disk is full"),
            Row("svm", {"c": 100.0}, good, 1.0, 0.2, ("on 3 tracks", "on 4 tracks")),
        ),
        left_out=(Dropped("genre folk", "1 recording"),),
        describing_s=3.0,
        device="cpu",
        seed=0,
    )


def test_the_table_is_the_best_first_and_failures_last() -> None:
    assert [line[0] for line in summary(table())] == ["classifier", "svm", "k-nn", "cnn-1"]
    text = markdown(table(), {"svm": "confusion-svm.png"})
    assert "# Telling the genre of a\\|folder" in text
    assert "| svm | 1.00 | 0.40–1.00 | 1.00 | 1.00 | 1.00 | 1.0 | 0.2 |" in text
    assert "cnn-1 failed: the disk is full" in text
    assert "![what svm took for what](confusion-svm.png)" in text
    assert "| accuracy |  |  | 0.50 | 4 |" in text
    assert "| jazz | 0.33 | 1.00 | 0.50 | 1 |" in text
    assert "- genre folk: 1 recording" in text
    assert text.count("- on 3 tracks") == 2  # once for each classifier, however many folds said it
    json.dumps(asdict(table()))


def test_csv_has_a_line_for_each_figure() -> None:
    lines = list(csv.DictReader(io.StringIO(csv_text(table()))))
    assert [line["label"] for line in lines[:6]] == [
        *LABELS,
        "macro avg",
        "weighted avg",
        "accuracy",
    ]
    assert {line["classifier"] for line in lines} == {"svm", "k-nn"}
    assert lines[5]["f1"] == "1.0000"


def test_the_picture_is_darkest_where_most_are_told() -> None:
    labels = ["a $trange label of some length", *"bcdefghijk"]
    confusion = np.eye(11, dtype=int) * 20
    confusion[0, 1] = 3
    one = Confused("svm: 95 % right", labels, confusion.tolist())
    picture = imread(io.BytesIO(confusions_png([one])))
    height, width = picture.shape[:2]
    assert width > 700
    assert height > 600
    blue = (picture[..., 2] - picture[..., 0]) > 0.2
    assert 0.02 < blue.mean() < 0.2
    three = imread(io.BytesIO(confusions_png([one] * 3, columns=2)))
    assert three.shape[1] > 1.8 * width
    assert three.shape[0] > 1.8 * height
    with pytest.raises(ValueError, match="at least one"):
        confusions_png([])
    many = Confused("many", [str(n) for n in range(101)], np.eye(101, dtype=int).tolist())
    with pytest.raises(ValueError, match="at most 100 labels"):
        confusions_png([many])
