"""How well classifiers tell genres and instruments: the report's beside a small one of today.

Genres: the clips in GTZAN's layout, genres with at least four recordings, four folds by recording.
Instrument families: the notes in NSynth's layout, by its own splits. Classifiers of descriptors
choose among the report's settings in every fold; deep ones learn for --minutes in each fold at
most. A run that was stopped goes on, if --work is given. Writes docs/results/classifiers.{md,json,
png}, and of each corpus classifiers-LABEL.md: how each label was told by the best of either sort.

  MENURA_DATA=... python benchmarks/classifiers.py [--minutes 4] [--work DIR] [--preset laptop]
                                                   [--classifiers A,B] [--only genre|family]
"""

import argparse
import json
import os
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from machine import machine
from menura.evaluation.classified import Row, Table, markdown, ranked, summary
from menura.evaluation.classifiers import kind
from menura.evaluation.confusion_picture import Confused, confusions_png
from menura.foundation.atomic import write_json
from menura.foundation.config import from_dict
from menura.workflows.classify.table import classify_table
from menura.workflows.prepare import prepare
from page_parts import table, where
from speaking import Speaker

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "classifiers"
FOLDS = 4
CORPORA = {"genre": ("clips", "gtzan", FOLDS), "family": ("notes", "nsynth", None)}
"""Kind of label → folder of the data, its layout, folds (None: the corpus's own splits)."""

Made = tuple[Table, dict[str, Any]]
"""A table, and the machine that it was made on."""

SVM = "svm"
REPORTED = {
    "svm": (0.59, 3000, "C = 100, another test set"),
    "logistic-regression": (0.35, 2000, "C = 0.1"),
    "k-nn": (0.34, 2000, "40 neighbours"),
    "decision-tree": (0.26, 2000, "leaf 10"),
    "naive-bayes": (0.24, 2000, ""),
    "gmm": (0.15, 2000, "without means"),
    "gmm-class-means": (0.15, 2000, "one track of each genre as means"),
    "cnn-2": (0.46, 8320, "best of ten epochs"),
    "cnn-1": (0.41, 8320, "best of five epochs"),
    "rnn": (0.41, 8320, "best of ten epochs"),
}
"""Classifier → accuracy of eight genres of FMA, tracks judged, what was chosen."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=4.0, help="of a deep one in a fold")
    parser.add_argument("--work", type=Path, help="folder to keep what is prepared in")
    parser.add_argument("--preset", default="laptop")
    parser.add_argument("--classifiers", default="", help="names with commas between; all")
    parser.add_argument("--only", choices=list(CORPORA), help="one of the two corpora")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        done = {
            label: found
            for label in CORPORA
            if (found := kept(label, work, options) or wanted(label, work, options)) is not None
        }
    tables = {label: table for label, (table, _) in done.items()}
    figures = {
        "machines": {label: own for label, (_, own) in done.items()},
        "minutes": options.minutes,
        "preset": options.preset,
        "tables": {label: asdict(table) for label, table in tables.items()},
    }
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / NAME
    file.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    file.with_suffix(".png").write_bytes(picture(tables))
    file.with_suffix(".md").write_text(page(figures, tables), encoding="utf-8")
    for label, found in tables.items():
        own = options.results / by_label_file(label)
        own.write_text(by_label(found), encoding="utf-8")
    print(file.with_suffix(".md"))  # noqa: T201


def asked(options: Any) -> dict[str, Any]:
    """What a table rests on, besides its corpus."""
    return {name: getattr(options, name) for name in ("minutes", "preset", "classifiers")}


def kept(label: str, work: Path, options: Any) -> Made | None:
    """The table of one corpus that is done already."""
    file = work / f"{label}.json"
    if not file.is_file():
        return None
    known = json.loads(file.read_text(encoding="utf-8"))
    if known["asked"] != asked(options) or "machine" not in known:
        return None
    return from_dict(Table, known["table"]), known["machine"]


def wanted(label: str, work: Path, options: Any) -> Made | None:
    """The same, made now and kept; None where --only names the other corpus."""
    if options.only not in (None, label):
        return None
    found, own = measured(label, work, options), machine()
    known = {"asked": asked(options), "table": asdict(found), "machine": own}
    write_json(work / f"{label}.json", known)
    return found, own


def measured(label: str, work: Path, options: Any) -> Table:
    """The table of one corpus."""
    folder, layout, folds = CORPORA[label]
    source = Path(os.environ["MENURA_DATA"]) / folder
    prepare(source, work / folder, corpus=layout, resume=True, reporter=Speaker())
    chosen = [name for name in options.classifiers.split(",") if name]
    kinds = [kind(name) for name in chosen]
    any_deep = not kinds or any(one.is_deep for one in kinds)
    report = classify_table(
        work / folder,
        work / f"{label}-table",
        label=label,
        classifiers=chosen,
        folds=folds,
        preset=options.preset,
        grid=not kinds or any(one.grid for one in kinds),
        minutes=options.minutes if any_deep else None,
        reporter=Speaker(),
    )
    return report.table


def best_of(found: Table) -> list[Row]:
    """The best classifier of descriptors and the best deep one; of a sort that none has, none."""
    firsts = (
        next((row for row in judged(found) if kind(row.classifier).is_deep == deep), None)
        for deep in (False, True)
    )
    return [row for row in firsts if row is not None]


def judged(found: Table) -> list[Row]:
    """Those that did not fail, from the best on."""
    return [row for row in ranked(found) if row.verdicts is not None]


def svm_beside_deep(found: Table) -> str:
    """Which is ahead, the SVM or the best deep one, in a sentence; "" where there are not both."""
    rows = {row.classifier: row for row in judged(found)}
    deep = next((row for row in rows.values() if kind(row.classifier).is_deep), None)
    if SVM not in rows or deep is None:
        return ""
    svm, best = rows[SVM].verdicts, deep.verdicts
    assert svm is not None, "judged"
    assert best is not None, "judged"
    overlap = svm.interval[0] <= best.interval[1] and best.interval[0] <= svm.interval[1]
    said = "their limits overlap" if overlap else "their limits do not overlap"
    return (
        f"The SVM tells {svm.accuracy:.2f} right, the best deep one ({deep.classifier}) "
        f"{best.accuracy:.2f}: {said}."
    )


def picture(tables: dict[str, Table]) -> bytes:
    """For each corpus what its best ones took for what."""
    shown = []
    for label, found in tables.items():
        for best in best_of(found):
            assert best.verdicts is not None, "those that were judged"
            title = f"{label}: {best.classifier}, {best.verdicts.accuracy:.0%} right"
            shown.append(Confused(title, best.verdicts.labels, best.verdicts.confusion))
    return confusions_png(shown, columns=2)


def by_label_file(label: str) -> str:
    return f"{NAME}-{label}.md"


def by_label(found: Table) -> str:
    """Precision, recall and F1 of every label, as the report prints them, of the best ones and of
    the SVM, which is the report's best."""
    shown = best_of(found)
    shown += [row for row in judged(found) if row.classifier == SVM and row not in shown]
    best = replace(found, rows=tuple(shown), left_out=())
    return (
        f"{markdown(best, {}).rstrip()}\n\n"
        "The best classifier of descriptors, the best deep one, and the SVM where it is neither, "
        f"of [{NAME}.md]({NAME}.md). Written by `python benchmarks/{NAME}.py`; not by hand.\n"
    )


def page(figures: dict[str, Any], tables: dict[str, Table]) -> str:
    """The figures as a page of Markdown."""
    parts = [
        "# Telling genres and instruments\n",
        "Made by `python benchmarks/classifiers.py`. Every track is judged by classifiers that "
        "heard no piece of its recording. Classifiers of descriptors (FMA's 518) choose among the "
        f"report's settings in every fold; deep ones (preset {figures['preset']}) learn for "
        f"{figures['minutes']:g} minutes in each fold at most, from a part of what the others "
        "learn from: the rest says when to stop. Precision, recall and F1 are means over the "
        "labels; intervals are over draws of recordings; seconds are of all folds together, "
        "without those of describing.\n",
        f"![what was taken for what]({NAME}.png)\n",
    ]
    for label, found in tables.items():
        left_out = [item for item in found.left_out if item.file.startswith(f"{label} ")]
        without = "".join(f" Left out: {item.file}, {item.reason}." for item in left_out)
        if others := len(found.left_out) - len(left_out):
            without += f" {others} tracks without a label or descriptors are left out."
        failed = [f"{row.classifier} failed: {row.failed}.\n" for row in found.rows if row.failed]
        parts += [
            f"## {label}\n",
            f"{found.n_tracks} tracks of {found.n_recordings} recordings, {len(found.labels)} "
            f"labels ({', '.join(found.labels)}); {found.division}. The most frequent label alone "
            f"would be right for {found.chance:.2f}. Describing the tracks took "
            f"{found.describing_s:.0f} s.{without}\n",
            as_table(found) + "\n",
            *failed,
            *([f"{said}\n"] if (said := svm_beside_deep(found)) else []),
            f"Label by label, the best of either sort and the SVM: [{by_label_file(label)}]"
            f"({by_label_file(label)}).\n",
        ]
    parts += [
        "## What the report says\n",
        "Eight genres of FMA, which are not these: the order may be compared, the figures may "
        "not.\n",
        table(
            {
                name: {"accuracy": accuracy, "tracks judged": judged, "settings": said or None}
                for name, (accuracy, judged, said) in REPORTED.items()
            },
            "classifier",
        ),
        f"\nMachine: {'; '.join(dict.fromkeys(map(where, figures['machines'].values())))}.\n",
    ]
    return "\n".join(parts)


def as_table(found: Table) -> str:
    """The summary, with its own head."""
    (head, *columns), *lines = summary(found)
    rows = {line[0]: dict(zip(columns, line[1:], strict=True)) for line in lines}
    return table(rows, head)


if __name__ == "__main__":
    main()
