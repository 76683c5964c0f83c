"""Stretches of real music: as many and as long as asked, wherever they have to come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.evaluation.compare.stretches import length_s, long_stretches, short_stretches
from menura.prepared.tracks import PreparedTrack

RATE = 1000
SECONDS = st.lists(st.integers(1, 90), min_size=1, max_size=12)


def track(number: int, seconds: float, group: str | None = None) -> PreparedTrack:
    return PreparedTrack(
        id=f"{number}",
        group=group or f"{number}",
        split="test",
        labels={},
        licence=None,
        shard=0,
        offset=0,
        n_samples=round(seconds * RATE),
        sample_rate=RATE,
        n_channels=1,
        scale=1.0,
        silent=(),
        content="",
    )


def tracks(seconds: list[int]) -> list[tuple[int, PreparedTrack]]:
    return [(10 + number, track(number, s)) for number, s in enumerate(seconds)]


@given(SECONDS, st.integers(1, 20), st.integers(1, 60), st.integers(0, 9))
def test_every_stretch_is_as_long_as_asked_and_lies_in_its_tracks(
    seconds: list[int], n: int, wanted: int, seed: int
) -> None:
    there = tracks(seconds)
    found = long_stretches(there, n, wanted, seed)
    assert len(found) == (n if sum(seconds) >= wanted else 0)
    by_number = dict(there)
    for stretch in found:
        assert length_s(stretch) == pytest.approx(wanted)
        for part in stretch:
            assert 0 <= part.start_s < part.stop_s <= by_number[part.track].duration_s + 1e-9
    assert found == long_stretches(there, n, wanted, seed)


def test_long_tracks_are_taken_in_turn_and_never_twice_at_one_place() -> None:
    found = long_stretches(tracks([60, 5, 60]), 12, 10.0, seed=0)
    assert [stretch[0].track for stretch in found] == [10, 12] * 6
    starts = sorted(stretch[0].start_s for stretch in found if stretch[0].track == 10)
    assert starts[0] < 10
    assert starts[-1] > 40
    # Six equal shares of the 50 s in which ten seconds may begin, one start in each.
    assert all(k * 50 / 6 <= start <= (k + 1) * 50 / 6 for k, start in enumerate(starts))


def test_tracks_of_one_recording_are_no_choice_when_others_are_short() -> None:
    """One long recording among short ones would be all that is ever heard."""
    there = [(0, track(0, 60)), *((k, track(k, 4)) for k in range(1, 10))]
    found = long_stretches(there, 3, 12.0, seed=0)
    assert [len(stretch) for stretch in found] == [1, 3, 3]
    assert [part.track for part in found[1]] == [3, 4, 5]
    only = [(0, track(0, 60))]
    assert all(len(stretch) == 1 for stretch in long_stretches(only, 3, 12.0, seed=0))


def test_more_tracks_than_parts_are_taken_from_all_of_them() -> None:
    """They lie by instrument in the order of the corpus: the first are of one."""
    found = long_stretches(tracks([4] * 60), 4, 4.0, seed=0)
    assert [stretch[0].track for stretch in found] == [10, 25, 40, 55]


def test_short_recordings_are_heard_one_by_one() -> None:
    found = short_stretches(tracks([4] * 8), 4, 10.0, seed=0)
    assert [(part.track, part.start_s, part.stop_s) for (part,) in found] == [
        (10, 0.0, 4.0),
        (12, 0.0, 4.0),
        (14, 0.0, 4.0),
        (16, 0.0, 4.0),
    ]
    assert len(short_stretches(tracks([4] * 3), 16, 10.0, seed=0)) == 3, "not one twice"
    of_long = short_stretches(tracks([20, 30]), 4, 10.0, seed=0)
    assert [length_s(stretch) for stretch in of_long] == pytest.approx([10.0] * 4)
