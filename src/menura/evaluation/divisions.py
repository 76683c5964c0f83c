"""Dividing labelled tracks into what is learnt from, chosen by and judged by: by recording, so
that no piece of a recording is judged by who has heard another piece of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from menura.corpora import Split
from menura.foundation.seeds import derive

CHOOSING_FOLDS = 4
"""Where a corpus gives nothing to choose by: a quarter of what is learnt from, in turn."""


@dataclass(frozen=True)
class Choosing:
    """Numbers of tracks: those to learn from, and those by which settings or the time to stop
    are chosen. `choose` may be empty."""

    learn: tuple[int, ...]
    choose: tuple[int, ...]


@dataclass(frozen=True)
class Division:
    """known: all tracks that may be learnt from. choosing: ways to divide these; judge: those
    that nobody has heard before."""

    known: tuple[int, ...]
    choosing: tuple[Choosing, ...]
    judge: tuple[int, ...]


def folds_of(
    groups: Sequence[str], labels: Sequence[str], n_folds: int, seed: int
) -> Int64[np.ndarray, " tracks"]:
    """The fold of each track, from 0. Tracks of one group share theirs.

    The labels are spread evenly: a label with as many groups as there are folds has one in each.
    Groups are dealt the largest first, to the fold with the fewest groups of their label, then
    with the fewest tracks of it, then of all. A group with several labels counts by the most
    frequent. The same tracks and seed give the same folds, in whatever order they come.
    """
    sizes = Counter(groups)
    own: dict[str, Counter[str]] = defaultdict(Counter)
    for group, label in zip(groups, labels, strict=True):
        own[group][label] += 1
    label_of = {
        group: min(counts, key=lambda label: (-counts[label], label))
        for group, counts in own.items()
    }
    n_groups = Counter(label_of.values())
    order = sorted(
        sizes,
        key=lambda group: (
            n_groups[label_of[group]],
            label_of[group],
            -sizes[group],
            derive(seed, group),
        ),
    )
    dealt: dict[tuple[int, str], list[int]] = defaultdict(list)
    of_all = [0] * n_folds
    fold_of = {}
    for group in order:
        label = label_of[group]
        turn = {fold: derive(seed, label, fold) for fold in range(n_folds)}
        fold = min(
            range(n_folds),
            key=lambda f: (len(dealt[f, label]), sum(dealt[f, label]), of_all[f], turn[f]),
        )
        dealt[fold, label].append(sizes[group])
        of_all[fold] += sizes[group]
        fold_of[group] = fold
    return np.array([fold_of[group] for group in groups], np.int64)


def cross_validation(
    groups: Sequence[str], labels: Sequence[str], n_folds: int, seed: int
) -> list[Division]:
    """One division for each fold, which is judged by those who know the others."""
    folds = folds_of(groups, labels, n_folds, derive(seed, "folds"))
    divisions = []
    for fold in range(n_folds):
        known = np.flatnonzero(folds != fold).tolist()
        judge = tuple(np.flatnonzero(folds == fold).tolist())
        divisions.append(
            Division(tuple(known), _choosing(known, groups, labels, derive(seed, fold)), judge)
        )
    return divisions


def by_splits(
    groups: Sequence[str], labels: Sequence[str], splits: Sequence[Split], seed: int
) -> Division:
    """The corpus's own splits: chosen by "valid" and judged by "test". Where there is no "test"
    (`menura prepare` makes none) "valid" is judged by, and a part of "train" chosen by.

    Where they hold one recording twice, whoever is judged or chosen by it has not learnt it (see
    `heard_twice`); what is the last of its label in "train" is learnt, and then not chosen by.
    """
    twice = set(heard_twice(groups, splits))
    of = {
        split: [n for n, own in enumerate(splits) if own == split and n not in twice]
        for split in ("train", "valid", "test")
    }
    if of["test"] and of["valid"]:
        known = sorted([*of["train"], *of["valid"]])
        chosen = _apart(of["train"], of["valid"], groups, labels)
        return Division(tuple(known), (chosen,), tuple(of["test"]))
    judge = of["test"] or of["valid"]
    return Division(tuple(of["train"]), _choosing(of["train"], groups, labels, seed), tuple(judge))


def judging(splits: Sequence[Split]) -> Split:
    """The split that is judged by."""
    return "test" if "test" in splits else "valid"


def heard_twice(groups: Sequence[str], splits: Sequence[Split]) -> tuple[int, ...]:
    """Numbers of the tracks that `by_splits` leaves out: they could be learnt from, but are of
    recordings that are judged by too."""
    judged = {group for group, own in zip(groups, splits, strict=True) if own == judging(splits)}
    return tuple(
        n
        for n, (group, own) in enumerate(zip(groups, splits, strict=True))
        if own != judging(splits) and group in judged
    )


def _apart(
    learn: Sequence[int], choose: Sequence[int], groups: Sequence[str], labels: Sequence[str]
) -> Choosing:
    """Without what of `learn` is of a recording in `choose`; but a label that would then be
    unknown is learnt, and not chosen by."""
    chosen = {groups[n] for n in choose}
    inside = {labels[n] for n in learn if groups[n] not in chosen}
    lone = {groups[n] for n in learn if labels[n] not in inside}
    left = [n for n in choose if groups[n] not in lone]
    heard = {groups[n] for n in left}
    return Choosing(tuple(n for n in learn if groups[n] not in heard), tuple(left))


def _choosing(
    known: Sequence[int], groups: Sequence[str], labels: Sequence[str], seed: int
) -> tuple[Choosing, ...]:
    """Each part of what is known chosen by in turn, but for groups that are the last of a label:
    these are always learnt from."""
    own_groups, own_labels = [groups[n] for n in known], [labels[n] for n in known]
    folds = folds_of(own_groups, own_labels, CHOOSING_FOLDS, derive(seed, "choosing"))
    found = []
    for fold in range(CHOOSING_FOLDS):
        inside = {label for n, label in enumerate(own_labels) if folds[n] != fold}
        lone = {
            own_groups[n]
            for n, label in enumerate(own_labels)
            if folds[n] == fold and label not in inside
        }
        chosen = [n for n in range(len(known)) if folds[n] == fold and own_groups[n] not in lone]
        learnt = sorted(set(range(len(known))) - set(chosen))
        if chosen:
            found.append(Choosing(tuple(known[n] for n in learnt), tuple(known[n] for n in chosen)))
    return tuple(found) or (Choosing(tuple(known), ()),)
