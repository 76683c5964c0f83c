"""`menura classify train`: a classifier from the labelled tracks of a corpus."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from menura.corpora import Dropped
from menura.evaluation import classifiers
from menura.evaluation.classifiers import About, Examples, Training
from menura.evaluation.classifiers._saving import is_classifier
from menura.evaluation.divisions import Division, by_splits
from menura.evaluation.fitting import Fitted, fit
from menura.evaluation.labelled import Labelled, labelled, learnable_apart
from menura.evaluation.verdicts import Verdicts, judged
from menura.foundation import seeds
from menura.foundation.config import to_dict
from menura.foundation.devices import choose
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.prepared.refusals import written_into
from menura.workflows.classify.material import (
    CORPUS,
    DESCRIPTORS,
    RENDITION,
    Material,
    check_workers,
    describable,
    gather,
    open_corpus,
    say_heard_twice,
    say_left_out,
    say_recordings,
)
from menura.workflows.outputs import check_writable


@dataclass(frozen=True)
class ClassifierReport:
    """What `classify_train` did. out: the folder. kind: of label. training: in words.

    tried: settings → share told right of the tracks that are chosen by, with grid. held_out: of
    the recordings that it had not heard; None where none were held out. seconds: of the training.
    """

    out: Path
    classifier: str
    kind: str
    labels: tuple[str, ...]
    training: str
    tried: Mapping[str, float]
    held_out: Verdicts | None
    left_out: tuple[Dropped, ...]
    seconds: float


def classify_train(
    corpus: Path | str,
    out: Path | str,
    *,
    label: str | None = None,
    classifier: str = "svm",
    preset: str = "laptop",
    settings: Mapping[str, str] | None = None,
    grid: bool = False,
    epochs: int | None = None,
    minutes: float | None = None,
    seed: int = 0,
    device: str = "auto",
    precision: str = "auto",
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> ClassifierReport:
    """Train a classifier into the new folder `out`.

    corpus: a prepared folder, or a raw folder of audio. label: the kind that it is to tell, e.g.
    "genre"; None takes the only one there is. It learns from the split "train" (and "valid",
    where there is a "test"), and is judged by the recordings that are held out of it: tracks of
    these that are in what is learnt from too are left out.
    preset, settings: of the classifier. grid: choose among the settings that the report tried.
    epochs, minutes: at most so much, of classifiers that learn step by step; Ctrl-C ends these
    too, and what was learnt is kept. workers: processes that describe tracks.

    Raises UsageError for wrong words, and MenuraError where there is too little to learn from.
    """
    corpus, out, reporter = Path(corpus), Path(out), reporter or Reporter()
    config = classifiers.config_of(classifier, preset, settings)
    check_options([classifier], grid, epochs, minutes)
    check_workers(workers)
    choose(device, precision, gains_from_bfloat16=False)  # refuses what is not there
    _check_folder(out)
    prepared = open_corpus(corpus, out, reporter)
    material = _material(prepared, classifier, config, label, out, workers, reporter)
    found = material.found
    examples = material.examples(classifier, config)
    splits = [track.split for track in found.tracks]
    division = by_splits(found.groups, found.labels, splits, seeds.derive(seed, "division"))
    training = Training(seed, epochs, minutes, device, precision, kept_when_stopped=True)
    fitted = fit(classifier, config, examples, division, training, grid=grid, reporter=reporter)
    held_out = _judged(fitted, examples, division)
    about = _about(classifier, prepared, material, fitted, held_out, len(division.judge), seed)
    with written_into(f"--out {printable(str(out))}", "choose another place", "start it again"):
        classifiers.save(fitted.classifier, about, out)
        (out / DESCRIPTORS).unlink(missing_ok=True)
    _say(out, held_out, fitted, reporter)
    return ClassifierReport(
        out,
        classifier,
        found.kind,
        fitted.classifier.labels,
        fitted.words,
        fitted.tried,
        held_out,
        found.left_out,
        round(fitted.seconds, 3),
    )


def _material(
    prepared: PreparedCorpus,
    name: str,
    config: Any,
    label: str | None,
    out: Path,
    workers: int | None,
    reporter: Reporter,
) -> Material:
    found, described = labelled(prepared, label), None
    is_deep = classifiers.kind(name).is_deep
    if not is_deep:
        found, described = describable(prepared, found, out, workers, reporter)
    _check_train(found)
    found = learnable_apart(found, " in what is learnt from")
    say_left_out(found.left_out, reporter)
    say_heard_twice(found, reporter)
    say_recordings(found, reporter)
    rates = [config.image.sample_rate] if is_deep else []
    return gather(prepared, found, described, rates, out, reporter)


def check_options(
    names: Sequence[str], grid: bool, epochs: int | None, minutes: float | None
) -> None:
    """Raises UsageError for options that none of these classifiers can use, and for limits that
    leave nothing."""
    kinds, every = list(map(classifiers.kind, names)), classifiers.room.names()
    listed = " and ".join(names)
    if grid and not any(kind.grid for kind in kinds):
        able = [one for one in every if classifiers.kind(one).grid]
        raise UsageError(
            f"--grid: there is none of {listed}; classifiers that have one: {', '.join(able)}"
        )
    if (epochs is not None or minutes is not None) and not any(kind.is_deep for kind in kinds):
        option = "--epochs" if epochs is not None else "--minutes"
        able = [one for one in every if classifiers.kind(one).is_deep]
        raise UsageError(
            f"{option}: of {listed} none learns step by step; those that do: {', '.join(able)}"
        )
    if epochs is not None and epochs < 1:
        raise UsageError(f"--epochs must be at least 1, not {epochs}")
    if minutes is not None and not minutes > 0:
        raise UsageError(f"--minutes must be above 0, not {minutes:g}")


def _check_folder(out: Path) -> None:
    name = printable(str(out))
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {name}: is a file; give a folder")
    if is_classifier(out):
        raise MenuraError(f"--out {name}: holds a classifier already; give another folder")
    check_writable(out, out)
    ready = (CORPUS, DESCRIPTORS)  # of a run that was stopped
    others = [
        path
        for path in (out.iterdir() if out.exists() else [])
        if path.name not in ready and not path.name.startswith(RENDITION)
    ]
    if others:
        raise MenuraError(
            f"--out {name}: is not empty ({printable(others[0].name)} is in it); give a new folder"
        )


def _check_train(found: Labelled) -> None:
    """Raises MenuraError where there is nothing to learn from. Of a corpus with "valid" and "test"
    too: what is chosen by "valid" has learnt from "train" alone."""
    if not any(track.split == "train" for track in found.tracks):
        raise MenuraError(
            f"no track with a {found.kind} is in the split train; prepare with a smaller --held-out"
        )


def _judged(fitted: Fitted, examples: Examples, division: Division) -> Verdicts | None:
    if not division.judge:
        return None
    classifier, judge = fitted.classifier, examples.take(division.judge)
    told = classifier.probabilities(judge).argmax(axis=1)
    return judged(classifier.labels, classifier.numbers(judge.labels), told, judge.groups)


def _about(
    name: str,
    prepared: PreparedCorpus,
    material: Material,
    fitted: Fitted,
    held_out: Verdicts | None,
    judged: int,
    seed: int,
) -> About:
    known = [material.found.tracks[n] for n in fitted.learnt_from]
    scores = {"accuracy": held_out.accuracy, "macro F1": held_out.macro.f1} if held_out else {}
    return About(
        name=name,
        config=to_dict(fitted.classifier.config),
        labels=fitted.classifier.labels,
        kind=material.found.kind,
        training=fitted.words,
        data=str(prepared.about["source"]["name"]),
        data_fingerprint=prepared.fingerprint,
        data_licences=dict(Counter(track.licence or "not stated" for track in known)),
        data_minutes=round(sum(track.duration_s for track in known) / 60, 2),
        tracks=dict(Counter(track.labels[material.found.kind] for track in known)),
        scores={key: round(value, 4) for key, value in scores.items()},
        judged=judged,
        seed=seed,
    )


def _say(out: Path, held_out: Verdicts | None, fitted: Fitted, reporter: Reporter) -> None:
    where = f"the classifier is in {printable(str(out))}"
    if held_out is None:
        reporter.warn("no recording is held out, so how well it does is not known")
        reporter.say(f"trained in {fitted.seconds:.1f} s; {where}")
        return
    n_tracks = int(np.sum(held_out.confusion))
    low, high = held_out.interval
    reporter.say(
        f"trained in {fitted.seconds:.1f} s; of {n_tracks} tracks of {held_out.n_recordings} other "
        f"recordings {held_out.accuracy:.0%} are told right (95 %: {low:.0%} to {high:.0%}); "
        f"{where}"
    )
