"""`menura classify table`: how well every classifier tells the labels of a corpus."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from menura.corpora import Dropped
from menura.evaluation import classifiers as room
from menura.evaluation.classified import Row, Table, csv_text, markdown
from menura.evaluation.classifiers import Training
from menura.evaluation.confusion_picture import MOST_LABELS, Confused, confusions_png
from menura.evaluation.divisions import Division, by_splits, cross_validation
from menura.evaluation.fitting import fit
from menura.evaluation.labelled import (
    Labelled,
    labelled,
    learnable,
    learnable_apart,
    n_heard_twice,
)
from menura.evaluation.verdicts import Verdicts, judged
from menura.foundation import seeds
from menura.foundation.atomic import replacing, write_json, write_text
from menura.foundation.config import to_dict
from menura.foundation.devices import choose
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.prepared.refusals import written_into
from menura.workflows.classify.folds import Fold, KeptFolds
from menura.workflows.classify.material import (
    Material,
    check_workers,
    describable,
    gather,
    open_corpus,
    say_heard_twice,
    say_left_out,
    say_recordings,
)
from menura.workflows.classify.train import check_options
from menura.workflows.outputs import check_writable

USUAL_FOLDS = 5
UNFINISHED = "unfinished.jsonl"


@dataclass(frozen=True)
class TableReport:
    """files: written, by name. table: what is in them."""

    out: Path
    files: tuple[str, ...]
    table: Table


@dataclass(frozen=True)
class _Order:
    """What is asked of every classifier."""

    grid: bool
    training: Training
    device: str
    configs: Mapping[str, Any]


def classify_table(
    corpus: Path | str,
    out: Path | str,
    *,
    label: str | None = None,
    classifiers: Sequence[str] = (),
    folds: int | None = None,
    preset: str = "laptop",
    grid: bool = False,
    epochs: int | None = None,
    minutes: float | None = None,
    seed: int = 0,
    device: str = "auto",
    precision: str = "auto",
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> TableReport:
    """Judge classifiers by recordings that they have not heard, and write the table into `out`.

    corpus: a prepared folder, or a raw folder of audio. label: the kind that is told, e.g.
    "genre"; None takes the only one there is. classifiers: names; none takes all.
    folds: every recording is judged once, by who learnt from the other folds; None takes the
    corpus's own splits where one is "test", else five folds. Labels with fewer recordings than
    folds are left out. grid: choose among the settings the report tried, in every fold anew.
    epochs, minutes: at most so much for each fold, of those that learn step by step.

    Writes table.md, .csv, .json and, of at most 100 labels, a confusion plot for each classifier.
    A run that was stopped goes on when it is started again. A classifier that fails is a row with
    the reason. Raises UsageError for wrong words, and MenuraError where there is too little.
    """
    corpus, out, reporter = Path(corpus), Path(out), reporter or Reporter()
    order = _order(classifiers, preset, grid, Training(seed, epochs, minutes, device, precision))
    check_options(list(order.configs), grid, epochs, minutes)
    _check(out, folds, workers)
    prepared = open_corpus(corpus, out, reporter)
    found, described, describing_s = labelled(prepared, label), None, 0.0
    if not all(map(_is_deep, order.configs)):
        started = time.monotonic()
        found, described = describable(prepared, found, out, workers, reporter)
        describing_s = time.monotonic() - started
    found, divisions, words = _divided(found, folds, seed)
    say_left_out(found.left_out, reporter)
    say_heard_twice(found, reporter)
    say_recordings(found, reporter)
    rates = [config.image.sample_rate for name, config in order.configs.items() if _is_deep(name)]
    material = gather(prepared, found, described, rates, out, reporter)
    kept = KeptFolds(out / UNFINISHED, _rests_on(prepared, material, divisions, order))
    rows = [_row(name, material, divisions, order, kept, reporter) for name in order.configs]
    table = _tabled(prepared, material, divisions, words, rows, describing_s, order)
    with written_into(f"--out {printable(str(out))}", "choose another place", "start it again"):
        files = _written(out, table, reporter)
    kept.clear()
    reporter.say(f"wrote {len(files)} files into {printable(str(out))}")
    return TableReport(out, files, table)


def _tabled(
    prepared: PreparedCorpus,
    material: Material,
    divisions: Sequence[Division],
    words: str,
    rows: Sequence[Row],
    describing_s: float,
    order: _Order,
) -> Table:
    found = material.found
    judged_labels = [found.labels[n] for division in divisions for n in division.judge]
    return Table(
        corpus=str(prepared.about["source"]["name"]),
        kind=found.kind,
        labels=tuple(sorted(set(found.labels))),
        n_tracks=len(found.tracks),
        n_recordings=len(set(found.groups)),
        division=words,
        chance=max(Counter(judged_labels).values()) / len(judged_labels),
        rows=tuple(rows),
        left_out=tuple(
            Dropped(printable(item.file), printable(item.reason)) for item in found.left_out
        ),
        describing_s=round(describing_s, 1),
        device=order.device,
        seed=order.training.seed,
    )


def _order(names: Sequence[str], preset: str, grid: bool, training: Training) -> _Order:
    chosen = list(dict.fromkeys(names)) or room.room.names()
    compute = choose(training.device, training.precision, gains_from_bfloat16=False)
    configs = {name: room.config_of(name, preset) for name in chosen}
    return _Order(grid, training, compute.device, configs)


def _is_deep(name: str) -> bool:
    return room.kind(name).is_deep


def _check(
    out: Path,
    folds: int | None,
    workers: int | None,
) -> None:
    check_workers(workers)
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {printable(str(out))}: is a file; give a folder")
    check_writable(out, out)
    if folds is not None and folds < 2:
        raise UsageError(f"--folds must be at least 2, not {folds}")


def _divided(found: Labelled, folds: int | None, seed: int) -> tuple[Labelled, list[Division], str]:
    """What is left of the tracks, how they are divided, and that in words."""
    seed = seeds.derive(seed, "division")
    has_test = any(track.split == "test" for track in found.tracks)
    if folds is None and has_test:
        found = learnable_apart(found, " in the split train")
        splits = [track.split for track in found.tracks]
        if "test" not in splits:
            raise MenuraError("no track with these labels is in the split test; give --folds")
        division = by_splits(found.groups, found.labels, splits, seed)
        words = "the corpus's own splits, judged by the test split"
        if n_twice := n_heard_twice(found):
            words += f"; not learnt from: {n_twice} whose recording is in it too"
        return found, [division], words
    n_folds = folds or USUAL_FOLDS
    found = learnable(found, n_folds, why=f" for {n_folds} folds")
    divisions = cross_validation(found.groups, found.labels, n_folds, seed)
    return found, divisions, f"{n_folds} folds by recording"


def _rests_on(
    prepared: PreparedCorpus, material: Material, divisions: Sequence[Division], order: _Order
) -> dict[str, Any]:
    return {
        "corpus": prepared.fingerprint,
        "kind": material.found.kind,
        "divisions": [asdict(division) for division in divisions],
        "grid": order.grid,
        "training": asdict(order.training),
    }


def _row(
    name: str,
    material: Material,
    divisions: Sequence[Division],
    order: _Order,
    kept: KeptFolds,
    reporter: Reporter,
) -> Row:
    """One classifier in all folds."""
    settings = to_dict(order.configs[name])
    chosen = room.kind(name).grid if order.grid else {}  # which each fold says for itself
    said = {key: value for key, value in settings.items() if key not in chosen}
    done: list[Fold] = []
    for number, division in enumerate(divisions):
        fold = kept.get(name, settings, number)
        if fold is None:
            started = time.monotonic()
            try:
                fold = _fold(name, material, division, order, reporter)
            except Exception as error:  # one classifier's fault must not cost the others
                plain = isinstance(error, MenuraError)
                reason = str(error) if plain else f"{type(error).__name__}: {error}"
                reporter.warn(f"{name} failed: {reason}")
                seconds = sum(one.fit_s for one in done) + time.monotonic() - started
                return Row(name, said, None, round(seconds, 2), 0.0, (), reason)
            kept.add(name, settings, number, fold)
        done.append(fold)
        if len(divisions) > 1:
            took = f"{fold.fit_s:.1f} s to fit"
            reporter.say(f"{name}: fold {number + 1} of {len(divisions)}, {took}")
    verdicts = _verdicts(material, divisions, done)
    reporter.say(f"{name}: {verdicts.accuracy:.0%} right")
    return Row(
        name,
        said,
        verdicts,
        round(sum(fold.fit_s for fold in done), 2),
        round(sum(fold.judge_s for fold in done), 2),
        tuple(fold.words for fold in done),
    )


def _fold(
    name: str, material: Material, division: Division, order: _Order, reporter: Reporter
) -> Fold:
    config = order.configs[name]
    examples = material.examples(name, config)
    fitted = fit(
        name, config, examples, division, order.training, grid=order.grid, reporter=reporter
    )
    started = time.monotonic()
    likely = fitted.classifier.probabilities(examples.take(division.judge))
    told = tuple(fitted.classifier.labels[n] for n in likely.argmax(axis=1))
    return Fold(told, fitted.words, fitted.seconds, time.monotonic() - started)


def _verdicts(material: Material, divisions: Sequence[Division], done: Sequence[Fold]) -> Verdicts:
    """Of all folds together: each track was judged once."""
    labels = sorted(set(material.found.labels))
    places = {label: number for number, label in enumerate(labels)}
    tracks = [n for division in divisions for n in division.judge]
    truth = np.array([places[material.found.labels[n]] for n in tracks], np.int64)
    told = np.array([places[label] for fold in done for label in fold.told], np.int64)
    return judged(labels, truth, told, [material.found.groups[n] for n in tracks])


def _written(out: Path, table: Table, reporter: Reporter) -> tuple[str, ...]:
    """The names of the files. Pictures of an earlier table are deleted."""
    for name in room.room.names():
        (out / f"confusion-{name}.png").unlink(missing_ok=True)
    pictures: dict[str, str] = {}
    drawable = len(table.labels) <= MOST_LABELS
    if not drawable:
        reporter.say(f"no confusion plots: {len(table.labels)} labels, and {MOST_LABELS} fit")
    for row in table.rows:
        if row.verdicts is None or not drawable:
            continue
        pictures[row.classifier] = f"confusion-{row.classifier}.png"
        title = f"{row.classifier}: {row.verdicts.accuracy:.0%} right"
        with replacing(out / pictures[row.classifier]) as temporary:
            picture = Confused(title, row.verdicts.labels, row.verdicts.confusion)
            temporary.write_bytes(confusions_png([picture]))
    write_text(out / "table.md", markdown(table, pictures))
    write_text(out / "table.csv", csv_text(table))
    write_json(out / "table.json", asdict(table))
    return ("table.md", "table.csv", "table.json", *pictures.values())
