"""Excerpts: of one length, apart from each other, and spread over a set."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip
from menura.evaluation.excerpts import (
    at_least,
    common_seconds,
    evenly,
    excerpts,
    left_out,
    too_short,
)

RATE = 100


def clip(seconds: float) -> Clip:
    return Clip(np.zeros((1, round(seconds * RATE)), np.float32), RATE)


@given(
    st.lists(st.floats(1.0, 20.0), min_size=1, max_size=12),
    st.floats(0.5, 6.0),
    st.integers(1, 30),
)
def test_they_lie_in_their_clips_and_apart(lengths: list[float], seconds: float, most: int) -> None:
    clips = {f"{number:02}": clip(length) for number, length in enumerate(lengths)}
    found = excerpts(clips, seconds, most)
    assert len(found) <= most
    for item in clips.values():
        starts = [start for one, start in found if one is item]
        assert all(start >= 0 for start in starts)
        assert all(start + seconds <= item.duration_s + 0.01 for start in starts)
        assert all(b - a >= seconds - 1e-9 for a, b in pairwise(starts))
    if most >= len(clips):
        assert {id(one) for one, _ in found} == {
            id(item) for item in clips.values() if item.duration_s + 1e-3 >= seconds
        }


def test_they_are_spread_over_a_long_clip_and_over_many_clips() -> None:
    long = clip(20.0)
    starts = [start for _, start in excerpts({"a": long}, 2.0, 3)]
    np.testing.assert_allclose(starts, [7 / 3, 9.0, 47 / 3])
    assert excerpts({"a": long}, 2.0, 1) == [(long, 9.0)]  # not its intro
    many = {f"{number:03}": clip(4.0) for number in range(100)}
    chosen = [one for one, _ in excerpts(many, 4.0, 10)]
    places = [list(many.values()).index(one) for one in chosen]
    assert len(set(places)) == 10
    assert min(places) < 30
    assert max(places) > 70
    turned = dict(reversed(many.items()))
    assert [one for one, _ in excerpts(turned, 4.0, 10)] == chosen


def test_without_some_of_the_clips_the_others_stay_chosen() -> None:
    """What is left out to see how much hangs on it must not change all the rest."""
    many = {f"{number:03}": clip(4.0) for number in range(100)}
    chosen = [one for one, _ in excerpts(many, 4.0, 32)]
    fewer = {name: one for name, one in many.items() if one is not chosen[0]}
    still = [one for one, _ in excerpts(fewer, 4.0, 32)]
    assert still[:31] == chosen[1:]


def test_one_short_clip_of_many_does_not_decide_how_much_is_heard() -> None:
    many = {f"{number:02}": clip(4.0) for number in range(20)} | {"short": clip(1.1)}
    assert common_seconds([many], 8.0) == 4.0
    assert len(excerpts(many, 4.0, 32)) == 20
    assert left_out([many, many], 4.0) == ("2 clips are shorter than 4 s, and not heard",)
    assert left_out([many], 1.0) == ()
    few = {f"{number:02}": clip(4.0) for number in range(18)} | {"short": clip(1.1)}
    assert common_seconds([few], 8.0) == 1.1


def test_lengths() -> None:
    short, long = {"a": clip(2.0), "b": clip(5.0)}, {"c": clip(9.0)}
    assert common_seconds([short, long], 8.0) == 2.0
    assert common_seconds([long], 8.0) == 8.0
    assert list(at_least(short, 3.0)) == ["b"]
    assert too_short(short, long, 3.0) is None
    assert too_short(short, long, 6.0) == "no clip of the reference is 6 s long or longer"
    assert too_short(long, short, 6.0) == "no clip of the candidates is 6 s long or longer"


def test_of_many_those_are_taken_that_lie_evenly() -> None:
    assert evenly(range(10), 4) == [0, 2, 5, 7]
    assert evenly(range(3), 4) == [0, 1, 2]
    assert evenly([], 4) == []
