"""Beside the page of classifiers: how each label was told by the best of either sort."""

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np

from menura.corpora import Dropped
from menura.evaluation.classified import Row, Table
from menura.evaluation.verdicts import judged
from menura.foundation.atomic import write_json

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


def test_the_svm_is_told_of_beside_the_deep_ones() -> None:
    import classifiers

    rows = row("svm", 0, 0, 0, 1), row("k-nn", 0, 0, 1, 1), row("cnn-1", 1, 1, 0, 0), row("rnn")
    found = table(*rows)
    said = classifiers.svm_beside_deep(found)
    assert said.startswith("The SVM tells 0.75 right, the best deep one (cnn-1) 0.00: their limits")
    page = classifiers.by_label(found)
    assert [f"## {name}" in page for name in ("k-nn", "cnn-1", "svm")] == [True] * 3
    assert classifiers.svm_beside_deep(table(row("svm", 0, 0, 1, 1), row("rnn"))) == ""


def test_what_is_done_already_keeps_its_machine(tmp_path: Path) -> None:
    import classifiers

    options = argparse.Namespace(minutes=3.0, preset="laptop", classifiers="")
    known = {"asked": classifiers.asked(options), "table": asdict(table(row("svm", 0, 0, 1, 1)))}
    for machine, is_kept in (({}, False), ({"machine": {"cores": 2}}, True)):
        write_json(tmp_path / "family.json", {**known, **machine})
        found = classifiers.kept("family", tmp_path, options)
        assert (found is not None) == is_kept
    assert found[1] == {"cores": 2}


def test_a_sort_that_none_has_is_left_out() -> None:
    import classifiers

    [best] = classifiers.best_of(table(row("rnn"), row("k-nn", 0, 0, 1, 1)))
    assert best.classifier == "k-nn"
    assert classifiers.best_of(table(row("rnn"))) == []
