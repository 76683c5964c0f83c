"""Floors: real music as if it had been made, as it is or through a codec."""

import tracemalloc

import numpy as np
import pytest

from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.collecting import tape_for
from menura.evaluation.floors import Coder, divisions, floor_of, round_trip
from menura.evaluation.pieces import halves
from menura.foundation import seeds
from menura.systems import TrainedSystem
from tunes import tune

RATE = 8000


class Quieter(TrainedSystem):
    """In place of a system: turns sound down, and counts what it was given."""

    sample_rate = RATE  # type: ignore[assignment]
    n_audio_channels = 1  # type: ignore[assignment]

    def __init__(self, gain: float):
        self.gain, self.n_sent = gain, 0

    def round_trip(self, clip: Clip) -> Clip:
        self.n_sent += 1
        return Clip(self.gain * clip.samples, clip.sample_rate)


def clips(n: int, seconds: float) -> dict[str, Clip]:
    return {f"{i}": Clip(tune(seconds, RATE, i), RATE) for i in range(n)}


def test_each_piece_is_sent_once_and_pieces_of_one_name_are_told_apart() -> None:
    system = Quieter(0.5)
    long, short = clips(1, 2.0), clips(1, 1.0)
    with tape_for(RATE) as tape:
        coder = Coder(system, tape)
        for _ in range(2):
            for pieces in (long, short):
                sent = coder.sent(pieces)
                np.testing.assert_allclose(sent["0"].samples, 0.5 * pieces["0"].samples)
    assert system.n_sent == 2


def test_what_was_sent_is_not_held_in_memory() -> None:
    held = []
    with tape_for(RATE) as tape:
        coder = Coder(Quieter(0.5), tape)
        coder.sent(clips(1, 1.0))  # what is made on first use is no part of it
        tracemalloc.start()
        try:
            for number in range(40):
                coder.sent({f"piece {number}": Clip(tune(10.0, RATE, 0), RATE)})
                held.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    one = 4 * 10 * RATE  # bytes
    assert held[-1] - held[9] < one / 2


def test_a_codec_that_loses_nothing_scores_the_floor() -> None:
    metric = metrics.load("frechet-spectral")
    floor = floor_of(metric, clips(6, 4.0), clips(3, 2.0), seed=0)
    assert floor is not None
    with tape_for(RATE) as tape:
        same = round_trip(metric, floor, Coder(Quieter(1.0), tape))
        worse = round_trip(metric, floor, Coder(Quieter(0.1), tape))
    assert same is not None
    assert worse is not None
    assert same.value == pytest.approx(floor.measured.value)
    assert worse.value > 2 * same.value


def test_nothing_left_is_no_figure() -> None:
    metric = metrics.load("memorisation")
    floor = floor_of(metric, clips(6, 4.0), clips(3, 2.0), seed=0)
    assert floor is not None
    with tape_for(RATE) as tape:
        assert round_trip(metric, floor, Coder(Quieter(0.0), tape)) is None


def test_halves_too_short_for_as_many_pieces_are_not_taken() -> None:
    """A third of the recordings is short: as the second half it would stand for all real music."""
    reference = {**clips(2, 20.0), "short": Clip(tune(5.0, RATE, 9), RATE)}
    pattern = clips(8, 2.0)
    found = divisions(reference, pattern, seed=0)
    assert len(found) == 5
    assert {len(pieces) for _, pieces in found} == {8}
    assert len({name.split()[0] for _, pieces in found for name in pieces}) == 2
    only = {"long": reference["0"], "short": reference["short"]}
    both = {len(pieces) for _, pieces in divisions(only, pattern, seed=0)}
    assert both == {8}, "the long one is tried until it comes"


def test_halves_of_equal_recordings_are_the_first_that_are_drawn() -> None:
    reference = clips(6, 4.0)
    found = divisions(reference, clips(3, 2.0), seed=3)
    assert [list(first) for first, _ in found] == [
        list(halves(reference, seeds.derive(3, "floor", draw))[0]) for draw in range(5)
    ]


def test_one_recording_has_no_floor() -> None:
    assert floor_of(metrics.load("frechet-spectral"), clips(1, 4.0), clips(3, 2.0), 0) is None


def test_halves_of_which_one_file_sounds_have_no_floor() -> None:
    """The files that are silent are there, but no likeness can be taken of them."""
    reference = {f"{i}": Clip(np.zeros((1, 3 * RATE), np.float32), RATE) for i in range(4)}
    reference["4"], reference["5"] = clips(2, 4.0).values()
    assert floor_of(metrics.load("memorisation"), reference, clips(3, 2.0), seed=0) is None
