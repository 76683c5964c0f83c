"""What is said of the round trip before training."""

import pytest

from menura.foundation.reporting import Collected
from menura.representations import Promise
from menura.training.carrying import carried_db
from menura.training.rows import Tracks
from menura.training.statistics import check_round_trip


class Pieces(Tracks):
    """Tracks of which a piece comes back so well."""

    def __init__(self, promise: Promise, *values: float):
        vars(self).update(promised=promise, values=values)

    @property
    def promise(self) -> Promise:
        return self.promised

    def round_trips(self, n_pieces: int) -> list[float]:
        return list(self.values[:n_pieces])


LOG_MEL, SNR = Promise("log-mel-db", 6.0), Promise("snr-db", 60.0)


@pytest.mark.parametrize("silence", range(8))
def test_a_silent_piece_does_not_decide(silence: int) -> None:
    values = [2.0] * 8
    values[silence] = 90.0
    tracks = Pieces(LOG_MEL, *values)
    said = Collected()
    assert check_round_trip(tracks, said) == 2.0 == carried_db(tracks)
    assert said.lines == [
        "round trip of this music through the representation: 2.00 dB log-mel difference"
    ]
    assert said.warnings == []


def test_sound_that_comes_back_badly_is_told_of() -> None:
    tracks = Pieces(SNR, *[50.0] * 7, 120.0)
    said = Collected()
    assert check_round_trip(tracks, said) == 50.0
    assert "worse than the 60 it promises" in said.warnings[0]


def test_of_notes_every_piece_counts() -> None:
    tracks = Pieces(Promise("note-f1", 0.9), *[1.0] * 5, 0.0, 0.0, 0.0)
    assert check_round_trip(tracks, Collected()) == pytest.approx(5 / 8)
