"""A classifier by name, fitted to what is known; its settings chosen from the report's grid."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from menura.evaluation import classifiers
from menura.evaluation.classifiers import Classifier, Examples, Training
from menura.evaluation.divisions import Division
from menura.foundation import seeds
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter


@dataclass(frozen=True)
class Fitted:
    """words: how it was trained. learnt_from: numbers of the tracks. tried: settings in words →
    share told right of the tracks that are chosen by; empty without a grid. seconds: all of it."""

    classifier: Classifier
    words: str
    learnt_from: tuple[int, ...]
    tried: Mapping[str, float]
    seconds: float


def fit(
    name: str,
    config: Any,
    examples: Examples,
    division: Division,
    training: Training,
    *,
    grid: bool,
    reporter: Reporter,
) -> Fitted:
    """Fit to `division.known`; nothing of `division.judge` is looked at.

    grid: choose among the values that the classifier's `grid` names, by the accuracy on the
    tracks that are chosen by, and learn from all that is known with the best (the first of equal
    ones). A deep one learns from the first way of choosing, and stops by it.
    """
    started = time.monotonic()
    of_name = classifiers.kind(name)
    labels = sorted(set(examples.take(division.known).labels))
    tried: dict[str, float] = {}
    if grid and of_name.grid:
        config, tried = _chosen(name, config, labels, examples, division, training, reporter)
    classifier = of_name(config, labels)
    learnt_from, choose_by = division.known, None
    if of_name.is_deep:
        first = division.choosing[0]
        learnt_from = first.learn
        choose_by = examples.take(first.choose) if first.choose else None
    words = classifier.fit(examples.take(learnt_from), choose_by, training, reporter)
    if tried:
        best = _said(config, of_name.grid)
        words += f"; {best} is the best of {len(tried)} settings, {tried[best]:.2f} right"
    return Fitted(classifier, words, learnt_from, tried, time.monotonic() - started)


def _chosen(
    name: str,
    config: Any,
    labels: list[str],
    examples: Examples,
    division: Division,
    training: Training,
    reporter: Reporter,
) -> tuple[Any, dict[str, float]]:
    of_name = classifiers.kind(name)
    ways = [way for way in division.choosing if way.choose]
    if not ways:
        raise MenuraError(
            "there are too few recordings to choose settings by: every label has only one; "
            "prepare more, or leave --grid"
        )
    configs = [
        replace(config, **dict(zip(of_name.grid, values, strict=True)))
        for values in product(*of_name.grid.values())
    ]
    tried: dict[str, float] = {}
    for number, candidate in enumerate(configs):
        reporter.progress(number, len(configs), f"{name}: trying {_said(candidate, of_name.grid)}")
        n_right = n_tracks = 0
        for way in ways:
            classifier = of_name(candidate, labels)
            own = replace(training, seed=seeds.derive(training.seed, "grid"))
            classifier.fit(examples.take(way.learn), None, own, reporter)
            chosen_by = examples.take(way.choose)
            told = classifier.probabilities(chosen_by).argmax(axis=1)
            n_right += int((told == classifier.numbers(chosen_by.labels)).sum())
            n_tracks += len(chosen_by)
        tried[_said(candidate, of_name.grid)] = n_right / n_tracks
    best = int(np.argmax(list(tried.values())))
    return configs[best], tried


def _said(config: Any, grid: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={getattr(config, key):g}" for key in grid)
