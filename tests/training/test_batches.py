"""Batches are a function of the step, read every part, and carry state only where it goes on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.foundation.errors import MenuraError
from menura.recipes import Batching, ContiguousWindows, RandomCrops, SlidingWindows
from menura.representations.log_power import LogPower
from menura.training.batches import batches
from menura.training.rows import Tracks
from menura.training.source import Row

RATE, HOP = 8000, 128


@dataclass
class FakeTrack:
    n_samples: int
    silent: tuple[tuple[float, float], ...] = ()


class FakeRendition:
    """Ramps: a sample's value says which track and which place it is from."""

    sample_rate = RATE

    def __init__(self, *seconds: float) -> None:
        self.tracks = [FakeTrack(round(s * RATE)) for s in seconds]
        self.reads = 0

    def read(self, index: int, start: int, stop: int) -> np.ndarray:
        self.reads += 1
        at = np.arange(start, stop)
        inside = (at >= 0) & (at < self.tracks[index].n_samples)
        return np.where(inside, (index + 1) * np.sin(at * 0.3), 0).astype(np.float32)[None]


def tracks_of(*seconds: float) -> Tracks:
    """Tracks of the given lengths, in the form a recipe reads them."""
    part = LogPower(LogPower.Config(n_fft=256, hop_length=HOP), RATE)
    made = object.__new__(Tracks)
    object.__setattr__(made, "rendition", FakeRendition(*seconds))
    object.__setattr__(made, "representation", part)
    object.__setattr__(made, "indices", tuple(range(len(seconds))))
    return made


@pytest.fixture
def tracks() -> Callable[..., Tracks]:
    return tracks_of


WINDOWS = ContiguousWindows(batch_size=3, n_frames=11, piece_s=2.0)
CROPS = RandomCrops(batch_size=3, n_frames=20)
SLIDING = SlidingWindows(batch_size=3, n_frames=17)


@pytest.mark.parametrize("batching", [WINDOWS, CROPS, SLIDING])
def test_a_batch_is_a_function_of_its_step(
    tracks: Callable[..., Tracks], batching: Batching
) -> None:
    one, other = (batches(tracks(5, 7, 3), batching, seed=1) for _ in range(2))
    for step in (0, 1, 90, 2):
        list(map(one.rows, range(step % 5)))  # what was asked before must not matter
        assert one.rows(step) == other.rows(step)
    assert one.rows(4) != batches(tracks(5, 7, 3), batching, seed=2).rows(4)


def test_frames_are_those_of_the_whole_track(tracks: Callable[..., Tracks]) -> None:
    made = tracks(4, 4, 4)
    source = batches(made, WINDOWS, seed=0)
    whole = {
        t: made.representation.encode(
            torch.from_numpy(made.rendition.read(t, 0, made.rendition.tracks[t].n_samples))[None]
        )
        for t in made.indices
    }
    for step in range(5):
        frames = source.batch(step).frames
        for row, place in zip(frames, source.rows(step), strict=True):
            stop = place.start + WINDOWS.n_frames
            torch.testing.assert_close(row, whole[place.track][0, :, place.start : stop])


def test_windows_follow_one_another_and_share_a_frame(tracks: Callable[..., Tracks]) -> None:
    source = batches(tracks(8, 9, 10, 11), WINDOWS, seed=0)
    stride = WINDOWS.n_frames - 1
    n_followed = n_continued = 0
    for step in range(1, 3 * source.steps_per_epoch):
        for a, b in zip(source.rows(step - 1), source.rows(step), strict=True):
            follows = b.track == a.track and b.start == a.start + stride
            assert b.continues <= follows, "says it goes on where it does not"
            n_followed, n_continued = n_followed + follows, n_continued + b.continues
    assert n_continued > 0.9 * n_followed > 100


def test_windows_share_as_many_frames_as_are_predicted_ahead(tracks: Callable[..., Tracks]) -> None:
    source = batches(tracks(8, 9, 10), replace(WINDOWS, n_shared=5), seed=0)
    n_going_on = 0
    for step in range(1, 12):
        for before, row in zip(source.rows(step - 1), source.rows(step), strict=True):
            if row.continues:
                assert (row.track, row.start) == (before.track, before.start + 6)
                n_going_on += 1
    assert n_going_on > 10


def test_windows_that_share_all_they_have_are_refused() -> None:
    with pytest.raises(ValueError, match=r"n_frames must be above n_shared \(11\), not 11"):
        replace(WINDOWS, n_shared=11)


@pytest.mark.parametrize("seconds", [(8, 9, 10, 11), (2,), (30, *[1] * 20), (60,), (0.3, 0.3, 12)])
def test_an_epoch_of_windows_sees_all_equally_often(
    tracks: Callable[..., Tracks], seconds: tuple[float, ...]
) -> None:
    source = batches(tracks(*seconds), WINDOWS, seed=0)
    for epoch in (0, 1, 2):
        first = epoch * source.steps_per_epoch
        steps = range(first, first + source.steps_per_epoch)
        seen = Counter((r.track, r.start) for step in steps for r in source.rows(step))
        assert max(seen.values()) - min(seen.values()) <= 1
        n_windows = sum(
            max(1, (source.tracks.n_frames(t) - 1) // (WINDOWS.n_frames - 1))
            for t in source.tracks.indices
        )
        assert n_windows - len(seconds) <= len(seen) <= n_windows


def test_epochs_cut_at_other_places(tracks: Callable[..., Tracks]) -> None:
    source = batches(tracks(8, 9, 10), WINDOWS, seed=0)
    n = source.steps_per_epoch
    phases = [
        {row.start % 10 for s in range(e * n, (e + 1) * n) for row in source.rows(s)}
        for e in range(4)
    ]
    assert len(set().union(*phases)) > len(phases[0])


def test_no_window_reaches_past_the_end(tracks: Callable[..., Tracks]) -> None:
    for batching in (WINDOWS, CROPS):
        source = batches(tracks(5, 7, 3), batching, seed=3)
        for step in range(60):
            for row in source.rows(step):
                n_frames = source.tracks.n_frames(row.track)
                assert 0 <= row.start <= n_frames - source.n_frames


def test_more_rows_than_pieces(tracks: Callable[..., Tracks]) -> None:
    source = batches(tracks(3), ContiguousWindows(batch_size=8, n_frames=11), seed=0)
    assert all(len(source.rows(step)) == 8 for step in range(40))


def test_long_tracks_are_cropped_more_often(tracks: Callable[..., Tracks]) -> None:
    source = batches(tracks(30, 3), CROPS, seed=0)
    rows = [row.track for step in range(200) for row in source.rows(step)]
    assert 0.85 < rows.count(0) / len(rows) < 0.98


@pytest.mark.parametrize(("power", "share"), [(1.0, 10 / 11), (0.5, 0.76), (0.0, 0.5)])
def test_how_much_more_often_is_said(
    tracks: Callable[..., Tracks], power: float, share: float
) -> None:
    """Of a track shorter than a crop as well, which is looped."""
    batching = replace(CROPS, n_frames=2 * CROPS.n_frames, length_power=power)
    long, short = seconds_of(300), seconds_of(30)
    source = batches(tracks(long, short), batching, seed=0)
    rows = [row.track for step in range(500) for row in source.rows(step)]
    assert rows.count(0) / len(rows) == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize("power", [-0.1, 1.1])
def test_other_powers_are_refused(power: float) -> None:
    with pytest.raises(ValueError, match="length_power"):
        RandomCrops(length_power=power)


def test_crops_come_from_everywhere(tracks: Callable[..., Tracks]) -> None:
    source = batches(tracks(2), CROPS, seed=0)
    starts = {row.start for step in range(400) for row in source.rows(step)}
    last = source.tracks.n_frames(0) - CROPS.n_frames
    assert starts == set(range(last + 1))


def test_crops_avoid_silence(tracks: Callable[..., Tracks]) -> None:
    made = tracks(10)
    made.rendition.tracks[0].silent = ((0.0, 8.0),)
    rows = [r for step in range(100) for r in batches(made, CROPS, seed=0).rows(step)]
    silent = [row for row in rows if (row.start + CROPS.n_frames) * HOP / RATE <= 8.0]
    assert len(silent) / len(rows) < 0.25  # 0.8 would be if they were not avoided


def test_a_track_that_is_mostly_silent_is_cropped_where_it_sounds(
    tracks: Callable[..., Tracks],
) -> None:
    made = tracks(100)
    made.rendition.tracks[0].silent = ((0.0, 60.0), (61.0, 98.0))
    rows = [r for step in range(100) for r in batches(made, CROPS, seed=0).rows(step)]
    assert not any(made.is_silent(row, CROPS.n_frames) for row in rows)
    between = {60.0 <= row.start * HOP / RATE <= 61.0 for row in rows}
    assert between == {True, False}, "all that sounds is heard"


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0.5, 4)), max_size=4),
    st.integers(1, 200),
    st.floats(0.2, 12),
)
def test_sounding_starts_are_those_of_rows_that_are_not_silent(
    gaps: list[tuple[float, float]], n_frames: int, seconds: float
) -> None:
    spans, at = [], 0.0
    for gap_s, silent_s in gaps:
        spans.append((at + gap_s, at + gap_s + silent_s))
        at = spans[-1][1]
    made = tracks_of(seconds)
    made.rendition.tracks[0].silent = tuple(spans)
    found = [start for part in made.sounding_starts(0, n_frames) for start in part]
    starts = range(max(1, made.n_frames(0) - n_frames + 1))
    assert found == [s for s in starts if not made.is_silent(Row(0, s), n_frames)]


@pytest.mark.parametrize("seconds", [0.06, 10])
def test_every_start_is_drawn_in_many_variants(
    tracks: Callable[..., Tracks], seconds: float
) -> None:
    made = batches(tracks(seconds), CROPS, seed=0)
    rows = [r for step in range(20) for r in made.rows(step)]
    assert ({row.start for row in rows} == {0}) == (seconds < 1)
    assert rows[: CROPS.batch_size] == made.rows(0)
    assert {row.variant % 4 for row in rows} == {0, 1, 2, 3}


@pytest.mark.parametrize("sounding", [True, False])
def test_silent_pieces_are_left_out_where_that_is_asked(
    tracks: Callable[..., Tracks], sounding: bool
) -> None:
    made = tracks(40)
    made.rendition.tracks[0].silent = ((4.0, 31.0),)
    pieces = list(made.pieces(seconds=40, piece_s=10, sounding=sounding))
    assert len(pieces) == (2 if sounding else 4)


@pytest.mark.parametrize("batching", [WINDOWS, CROPS])
def test_short_tracks_are_looped(
    tracks: Callable[..., Tracks], batching: RandomCrops | ContiguousWindows
) -> None:
    made = tracks(0.06)
    source = batches(made, batching, seed=0)
    assert source.short_tracks() == 1
    frames = source.batch(0).frames
    assert frames.shape[2] == source.n_frames
    # Sound to the end: no padding with silence.
    assert frames[:, :, -1].max() > made.representation.floor


def test_no_tracks_is_an_error(tracks: Callable[..., Tracks]) -> None:
    with pytest.raises(MenuraError, match="no tracks"):
        batches(tracks(), CROPS, seed=0)


def test_pieces_for_statistics_are_spread_and_bounded(tracks: Callable[..., Tracks]) -> None:
    made = tracks(40, 40, 40)
    pieces = list(made.pieces(seconds=30, piece_s=5))
    assert 4 <= len(pieces) <= 6
    loudest = {round(float(piece.abs().max())) for piece in pieces}
    assert loudest == {1, 2, 3}, "one track was left out"


def seconds_of(n_frames: int) -> float:
    """The length of a track of so many frames."""
    return (n_frames - 1) * HOP / RATE


def test_a_thousand_files_of_one_frame_are_984_windows(tracks: Callable[..., Tracks]) -> None:
    """The report's count (section 3.3), 16 to see and one to predict, each once an epoch."""
    source = batches(
        tracks(*[seconds_of(1)] * 1000), SlidingWindows(batch_size=32, n_frames=17), seed=0
    )
    assert source.steps_per_epoch == 31
    starts = [row.track for step in range(31) for row in source.rows(step)]
    assert len(starts) == 31 * 32
    assert set(starts) == set(range(984))
    assert max(Counter(starts).values()) <= 2
    assert starts[:32] != [row.track for row in source.rows(31)], "the next epoch is as this one"


def test_windows_slide_from_one_track_into_the_next(tracks: Callable[..., Tracks]) -> None:
    made = tracks(*map(seconds_of, (5, 1, 9, 30)))
    source = batches(made, SLIDING, seed=0)
    whole = {
        t: made.representation.encode(
            torch.from_numpy(made.rendition.read(t, 0, made.rendition.tracks[t].n_samples))[None]
        )
        for t in made.indices
    }
    tape = torch.cat([whole[t] for t in made.indices], dim=2)[0]
    firsts = [0, 5, 6, 15]
    assert source.short_tracks() == 0
    seen = set()
    for step in range(source.steps_per_epoch):
        for frames, row in zip(source.batch(step).frames, source.rows(step), strict=True):
            at = firsts[row.track] + row.start
            torch.testing.assert_close(frames, tape[:, at : at + 17])
            seen.add(at)
    assert seen == set(range(45 - 17 + 1))


def test_windows_within_tracks_never_leave_them(tracks: Callable[..., Tracks]) -> None:
    source = batches(tracks(1, 2), replace(SLIDING, across_tracks=False), seed=0)
    n = [source.tracks.n_frames(t) for t in (0, 1)]
    rows = [row for step in range(source.steps_per_epoch) for row in source.rows(step)]
    wanted = {(t, start) for t in (0, 1) for start in range(n[t] - 17 + 1)}
    assert {(row.track, row.start) for row in rows} == wanted


def test_fewer_frames_than_a_window_begin_again(tracks: Callable[..., Tracks]) -> None:
    made = tracks(seconds_of(4), seconds_of(3))
    frames = batches(made, SLIDING, seed=0).batch(0).frames
    assert frames.shape[2] == 17
    torch.testing.assert_close(frames[:, :, :10], frames[:, :, 7:])
