"""Beside the page of classifiers: how each label was told by the best of either sort."""

import numpy as np

from menura.corpora import Dropped
from menura.evaluation.classified import Row, Table
from menura.evaluation.verdicts import judged

LABELS = ("bass", "flute")
TRUTH = np.array([0, 0, 1, 1])


def row(classifier: str, *told: int) -> Row:
    groups = [f"recording {n}" for n in range(4)]
    verdicts = judged(LABELS, TRUTH, np.array(told), groups) if told else None
    return Row(classifier, {}, verdicts, 1.0, 1.0, (), "" if told else "no memory")


def table(*rows: Row) -> Table:
    left_out = (Dropped("note 17.wav", "has no label"),)
    return Table("notes", "family", LABELS, 4, 4, "2 folds", 0.5, rows, left_out, 1.0, "cpu", 0)


def test_the_best_of_either_sort_are_told_label_by_label() -> None:
    import classifiers

    found = table(
        row("k-nn", 0, 1, 0, 1), row("svm", 0, 0, 0, 1), row("cnn-1", 0, 0, 1, 1), row("rnn")
    )
    assert [one.classifier for one in classifiers.best_of(found)] == ["svm", "cnn-1"]
    page = classifiers.by_label(found)
    assert "## k-nn" not in page
    assert "note 17.wav" not in page
    # Of three told to be a bass two are; of one told to be a flute one is, of two flutes.
    svm = page.split("## svm")[1].split("## ")[0]
    assert "| bass | 0.67 | 1.00 | 0.80 | 2 |" in svm
    assert "| flute | 1.00 | 0.50 | 0.67 | 2 |" in svm
    assert "| flute | 1.00 | 1.00 | 1.00 | 2 |" in page.split("## cnn-1")[1]


def test_a_sort_that_none_has_is_left_out() -> None:
    import classifiers

    [best] = classifiers.best_of(table(row("rnn"), row("k-nn", 0, 0, 1, 1)))
    assert best.classifier == "k-nn"
    assert classifiers.best_of(table(row("rnn"))) == []
