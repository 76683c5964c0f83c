"""How well labels were told: precision, recall and F1 of each, and what was taken for what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from menura.evaluation.shares import clopper_pearson

N_DRAWS = 1000
SHARE = 0.95
MOST_AT_ONCE = 1_000_000  # recordings that are drawn

Confusion = Int64[np.ndarray, "labels labels"]


@dataclass(frozen=True)
class LabelScores:
    """Of one label, or a mean over labels. support: tracks that have it."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Verdicts:
    """How a classifier did on tracks that it had not heard.

    by_label: in the order of the labels. macro: the mean of those that any track has or was told
    to have; weighted: by support. As scikit-learn's `classification_report`, which the report
    printed: a label that is never told has precision 0. confusion: rows are the true labels,
    columns those told.
    interval: of the accuracy, 95 %, over draws of the recordings (not of the tracks: those of one
    recording stand and fall together). Where the draws do not differ, as where all is right, it
    is Clopper's and Pearson's for as many recordings (Biometrika 26, 1934).
    """

    labels: tuple[str, ...]
    by_label: tuple[LabelScores, ...]
    accuracy: float
    interval: tuple[float, float]
    macro: LabelScores
    weighted: LabelScores
    confusion: tuple[tuple[int, ...], ...]
    n_recordings: int


def judged(
    labels: Sequence[str],
    truth: Int64[np.ndarray, " tracks"],
    told: Int64[np.ndarray, " tracks"],
    groups: Sequence[str],
    seed: int = 0,
) -> Verdicts:
    """truth, told: numbers of labels. groups: the recording of each track."""
    if not len(truth) == len(told) == len(groups) or not len(truth):
        raise ValueError("there must be tracks, each with a label, a verdict and a recording")
    confusion = confusion_of(truth, told, len(labels))
    by_label = _by_label(confusion)
    support = confusion.sum(axis=1)
    return Verdicts(
        tuple(labels),
        tuple(by_label),
        float((truth == told).mean()),
        _interval(truth == told, groups, seed),
        _mean(by_label, ((support + confusion.sum(axis=0)) > 0).astype(np.float64)),
        _mean(by_label, support.astype(np.float64)),
        tuple(tuple(int(n) for n in row) for row in confusion),
        len(set(groups)),
    )


def confusion_of(
    truth: Int64[np.ndarray, " tracks"], told: Int64[np.ndarray, " tracks"], n_labels: int
) -> Confusion:
    """How many tracks of each label (row) were told to be of each (column)."""
    confusion = np.zeros((n_labels, n_labels), np.int64)
    np.add.at(confusion, (truth, told), 1)
    return confusion


def _by_label(confusion: Confusion) -> list[LabelScores]:
    found = []
    for label in range(len(confusion)):
        right = int(confusion[label, label])
        told, support = int(confusion[:, label].sum()), int(confusion[label].sum())
        precision = right / told if told else 0.0
        recall = right / support if support else 0.0
        f1 = 2 * right / (told + support) if told + support else 0.0
        found.append(LabelScores(precision, recall, f1, support))
    return found


def _mean(scores: Sequence[LabelScores], weights: Float64[np.ndarray, " labels"]) -> LabelScores:
    def mean(values: list[float]) -> float:
        return float(np.average(values, weights=weights))

    return LabelScores(
        mean([own.precision for own in scores]),
        mean([own.recall for own in scores]),
        mean([own.f1 for own in scores]),
        sum(own.support for own in scores),
    )


def _interval(right: "np.ndarray", groups: Sequence[str], seed: int) -> tuple[float, float]:
    """Of the share that is right, over draws of as many recordings with replacement."""
    names = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    of = np.array([names[group] for group in groups])
    n_right = np.bincount(of, weights=right.astype(np.float64), minlength=len(names))
    n_tracks = np.bincount(of, minlength=len(names))
    rng = np.random.default_rng(seed)
    at_once = max(1, MOST_AT_ONCE // len(names))
    shares: list[float] = []
    while len(shares) < N_DRAWS:
        draws = rng.integers(len(names), size=(min(at_once, N_DRAWS - len(shares)), len(names)))
        shares.extend(n_right[draws].sum(axis=1) / n_tracks[draws].sum(axis=1))
    if min(shares) == max(shares):
        return clopper_pearson(shares[0], len(names), SHARE)
    low, high = np.quantile(shares, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)
