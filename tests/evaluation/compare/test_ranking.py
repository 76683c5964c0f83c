"""Ranks: by hand on small tables."""

import pytest

from menura.evaluation.compare.ranking import Direction, mean_ranks

LOWER, HIGHER = Direction(False), Direction(True)


def test_ranks_follow_the_way_that_is_better() -> None:
    values = {
        "a": {"far": 1.0, "kept": 0.9},
        "b": {"far": 3.0, "kept": 0.2},
        "c": {"far": 2.0, "kept": 0.5},
    }
    assert mean_ranks(values, {"far": LOWER, "kept": HIGHER}) == {"a": 1.0, "b": 3.0, "c": 2.0}
    assert mean_ranks(values, {"far": HIGHER, "kept": HIGHER}) == {"a": 2.0, "b": 2.0, "c": 2.0}


def test_equal_figures_share_a_rank() -> None:
    values = {"a": {"m": 1.0}, "b": {"m": 1.0}, "c": {"m": 2.0}}
    assert mean_ranks(values, {"m": LOWER}) == {"a": 1.5, "b": 1.5, "c": 3.0}


@pytest.mark.parametrize(("higher", "floor"), [(False, 2.0), (True, -2.0)])
def test_nearer_than_real_music_is_as_near_as_real_music(higher: bool, floor: float) -> None:
    sign = -1 if higher else 1
    values = {"a": {"m": sign * 0.5}, "b": {"m": sign * 1.9}, "c": {"m": sign * 2.5}}
    assert mean_ranks(values, {"m": Direction(higher, floor)}) == {"a": 1.5, "b": 1.5, "c": 3.0}


@pytest.mark.parametrize("direction", [LOWER, HIGHER, Direction(False, 5.0)])
def test_who_has_nothing_to_measure_is_last(direction: Direction) -> None:
    """Noise has no notes: it must not be left out of what notes are measured by."""
    values = {"music": {"m": 1.0}, "noise": {"m": None}, "hiss": {"m": None}}
    assert mean_ranks(values, {"m": direction}) == {"music": 1.0, "noise": 2.5, "hiss": 2.5}


def test_only_what_all_rows_have_counts() -> None:
    values = {"a": {"m": 1.0, "n": 1.0}, "b": {"m": 2.0}}
    assert mean_ranks(values, {"m": LOWER, "n": HIGHER}) == {"a": 1.0, "b": 2.0}
    assert mean_ranks({"a": {"m": 1.0}, "b": {"n": 1.0}}, {"m": LOWER, "n": LOWER}) == {}
    assert mean_ranks({}, {"m": LOWER}) == {}
    assert mean_ranks({"a": {"m": 1.0}}, {"m": LOWER}) == {}, "one alone is not the first"
