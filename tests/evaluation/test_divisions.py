"""Divisions by recording: nobody is judged by a recording that they have heard a piece of."""

from collections import defaultdict
from random import Random
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.evaluation import classifiers
from menura.evaluation.classifiers import Examples, Training
from menura.evaluation.divisions import (
    Division,
    by_splits,
    cross_validation,
    folds_of,
    heard_twice,
)
from menura.foundation.reporting import Reporter
from toy_labels import ArraySounds

Tracks = list[tuple[str, str]]
SPLITS: list[Literal["train", "valid", "test"]] = ["train", "valid", "test"]

tracks = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 2)), min_size=1, max_size=40).map(
    lambda pairs: [(f"recording {g}", "abc"[label]) for g, label in pairs]
)
"""(recording, label): recordings may have several labels, and labels few recordings."""


def of(pairs: Tracks) -> tuple[list[str], list[str]]:
    return [group for group, _ in pairs], [label for _, label in pairs]


def assert_no_leak(division: Division, groups: list[str], labels: list[str]) -> None:
    known, judge = ({groups[n] for n in part} for part in (division.known, division.judge))
    assert not known & judge
    for way in division.choosing:
        assert not {groups[n] for n in way.learn} & {groups[n] for n in way.choose}
        assert sorted((*way.learn, *way.choose)) == sorted(division.known)
        assert {labels[n] for n in way.learn} == {labels[n] for n in division.known}


@given(tracks, st.integers(2, 6), st.integers(0, 3))
def test_no_recording_is_on_both_sides(pairs: Tracks, n_folds: int, seed: int) -> None:
    groups, labels = of(pairs)
    divisions = cross_validation(groups, labels, n_folds, seed)
    assert sorted(n for division in divisions for n in division.judge) == list(range(len(pairs)))
    for division in divisions:
        assert_no_leak(division, groups, labels)


@given(tracks, st.data())
def test_the_corpus_own_splits_are_kept(pairs: Tracks, data: st.DataObject) -> None:
    groups, labels = of(pairs)
    choice = st.sampled_from(["train", "valid", "test"])
    split_of: dict[str, Literal["train", "valid", "test"]] = {
        group: data.draw(choice, label=group)  # type: ignore[misc]
        for group in sorted(set(groups))
    }
    splits = [split_of[group] for group in groups]
    division = by_splits(groups, labels, splits, 0)
    known, judge = ({groups[n] for n in part} for part in (division.known, division.judge))
    assert not known & judge
    if "test" in splits:
        assert {splits[n] for n in division.judge} == {"test"}
    for way in division.choosing:
        assert not {groups[n] for n in way.learn} & {groups[n] for n in way.choose}


@given(tracks, st.integers(2, 6), st.randoms(use_true_random=False))
def test_the_order_of_the_tracks_does_not_matter(
    pairs: Tracks, n_folds: int, random: Random
) -> None:
    turned = list(pairs)
    random.shuffle(turned)
    one = dict(zip(of(pairs)[0], folds_of(*of(pairs), n_folds, 1), strict=True))
    other = dict(zip(of(turned)[0], folds_of(*of(turned), n_folds, 1), strict=True))
    assert one == other


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 30)), min_size=1, max_size=30),
    st.integers(2, 5),
)
def test_labels_are_spread_evenly(sizes: list[tuple[int, int]], n_folds: int) -> None:
    """However large the recordings: no fold has two more recordings of a label than another."""
    pairs = [
        (f"recording {number}", "abc"[label])
        for number, (label, size) in enumerate(sizes)
        for _ in range(size)
    ]
    groups, labels = of(pairs)
    folds = folds_of(groups, labels, n_folds, 0)
    found: dict[str, list[set[str]]] = defaultdict(lambda: [set() for _ in range(n_folds)])
    for group, label, fold in zip(groups, labels, folds, strict=True):
        found[label][fold].add(group)
    for of_folds in found.values():
        counts = [len(own) for own in of_folds]
        assert max(counts) - min(counts) <= 1


def test_valid_is_judged_by_where_there_is_no_test() -> None:
    groups, labels = list("aabbccdd"), list("xxyyxxyy")
    splits: list[Literal["train", "valid", "test"]] = ["train"] * 4 + ["valid"] * 4
    division = by_splits(groups, labels, splits, 0)
    assert (division.known, division.judge) == ((0, 1, 2, 3), (4, 5, 6, 7))
    # Every label has one recording only in train: nothing can be chosen by.
    assert [way.choose for way in division.choosing] == [()]


def test_valid_is_chosen_by_where_there_is_a_test() -> None:
    splits: list[Literal["train", "valid", "test"]] = ["train", "train", "valid", "test"]
    division = by_splits(list("abcd"), list("xyxy"), splits, 0)
    [way] = division.choosing
    assert (division.known, way.learn, way.choose, division.judge) == (
        (0, 1, 2),
        (0, 1),
        (2,),
        (3,),
    )


@given(tracks, st.data())
def test_a_recording_that_is_in_several_splits_is_on_one_side(
    pairs: Tracks, data: st.DataObject
) -> None:
    """The same sound may lie in a corpus twice, and be in whatever splits."""
    groups, labels = of(pairs)
    kinds = st.sampled_from(data.draw(st.sampled_from([SPLITS, SPLITS[:2]])))
    splits = data.draw(st.lists(kinds, min_size=len(pairs), max_size=len(pairs)))
    division = by_splits(groups, labels, splits, 0)
    known, judge = ({groups[n] for n in part} for part in (division.known, division.judge))
    assert not known & judge
    judged_by = "test" if "test" in splits else "valid"
    assert division.judge == tuple(n for n, own in enumerate(splits) if own == judged_by)
    assert set(division.known) | set(heard_twice(groups, splits)) | set(division.judge) == set(
        range(len(pairs))
    )
    in_train = {labels[n] for n in division.known if splits[n] == "train"}
    for way in division.choosing:
        assert not {groups[n] for n in way.learn} & {groups[n] for n in way.choose}
        assert {*way.learn, *way.choose} <= set(division.known)
        assert {labels[n] for n in way.learn} == in_train


def test_copies_are_not_learnt_from_by_whom_they_judge() -> None:
    groups, labels = list("abcabbde"), list("xyzxyyzz")
    splits: list[Literal["train", "valid", "test"]]
    splits = ["train", "train", "train", "test", "valid", "test", "train", "valid"]
    assert heard_twice(groups, splits) == (0, 1, 4)
    division = by_splits(groups, labels, splits, 0)
    assert (division.known, division.judge) == ((2, 6, 7), (3, 5))
    # Of what is chosen by a copy is not learnt until it was chosen, unless it is all of a label.
    groups, splits = list("ababc"), ["train", "train", "valid", "valid", "test"]
    [way] = by_splits(groups, list("xyxyx"), splits, 0).choosing
    assert (way.learn, way.choose) == ((0, 1), ())
    [way] = by_splits([*groups, "d"], list("xyxyxx"), [*splits, "train"], 0).choosing
    assert (way.learn, way.choose) == ((1, 5), (2,))


def recordings_of_no_kind(seed: int) -> Examples:
    """Each recording has a sound of its own and a label by chance: there is nothing to learn."""
    rng = np.random.default_rng(seed)
    n_recordings, n_pieces = 24, 6
    own = np.repeat(rng.normal(0, 10, (n_recordings, 8)), n_pieces, axis=0)
    rows = own + rng.normal(0, 0.1, own.shape)
    labels = np.repeat(rng.permutation(["a", "b"] * (n_recordings // 2)), n_pieces)
    groups = np.repeat([f"recording {n}" for n in range(n_recordings)], n_pieces)
    ids = tuple(str(n) for n in range(len(rows)))
    return Examples(ids, tuple(groups), tuple(labels), rows.astype(np.float32))


def accuracy(examples: Examples, divisions: list[Division]) -> float:
    n_right = 0
    for division in divisions:
        known = classifiers.kind("k-nn")(classifiers.config_of("k-nn", "tiny"), ["a", "b"])
        known.fit(examples.take(division.known), None, Training(), Reporter())
        judge = examples.take(division.judge)
        told = known.probabilities(judge).argmax(axis=1)
        n_right += int((told == known.numbers(judge.labels)).sum())
    return n_right / len(examples)


def test_what_cannot_be_known_is_told_by_chance() -> None:
    """Divided by piece, the same classifier seems to know everything: that would be the leak."""
    ours, leaky = [], []
    for seed in range(4):
        examples = recordings_of_no_kind(seed)
        ours.append(accuracy(examples, cross_validation(examples.groups, examples.labels, 4, seed)))
        leaky.append(accuracy(examples, cross_validation(examples.ids, examples.labels, 4, seed)))
    assert min(leaky) > 0.95
    assert np.mean(ours) < 0.65


@pytest.mark.parametrize("name", ["cnn-1", "log-mel-cnn"])
def test_stretches_are_heard_of_known_recordings_alone(name: str) -> None:
    """Deep classifiers read sound by themselves: what is judged stays unread until it is judged."""
    labels = ["a", "b"] * 12
    groups = [f"recording {n // 2}" for n in range(24)]
    labels = [labels[n // 2] for n in range(24)]
    rng = np.random.default_rng(0)
    sounds = ArraySounds([rng.normal(0, 0.1, 30_000).astype(np.float32) for _ in labels], 8000)
    ids = tuple(str(n) for n in range(24))
    examples = Examples(ids, tuple(groups), tuple(labels), None, sounds, tuple(range(24)))
    for division in cross_validation(groups, labels, 3, 0):
        sounds.heard.clear()
        known = classifiers.kind(name)(classifiers.config_of(name, "tiny"), ["a", "b"])
        way = division.choosing[0]
        known.fit(
            examples.take(way.learn),
            examples.take(way.choose),
            Training(epochs=2, precision="float32"),
            Reporter(),
        )
        assert sounds.heard == set(division.known)
        known.probabilities(examples.take(division.judge))
        assert sounds.heard == set(range(24))
