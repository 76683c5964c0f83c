"""Before the model learns: the representation's statistics, and whether it can carry this sound."""

from menura.foundation.reporting import Reporter
from menura.representations import keeps_promise, round_trip
from menura.training.rows import Tracks

STATISTICS_S = 1800.0  # sound from which statistics are taken: more changes nothing
UNITS = {"snr-db": "dB signal-to-noise", "log-mel-db": "dB log-mel difference"}


def learn_statistics(tracks: Tracks) -> None:
    """Fit the representation to half an hour of sound at most, spread over all tracks."""
    tracks.representation.fit(tracks.pieces(STATISTICS_S))


def check_round_trip(tracks: Tracks, reporter: Reporter, n_pieces: int = 4) -> float:
    """Measure what the representation alone does to this sound, and say it.

    Whatever is lost here no model can bring back, so it is measured before hours are spent.
    """
    representation = tracks.representation
    pieces = [piece.numpy() for piece in tracks.pieces(n_pieces * 10.0)][:n_pieces]
    values = [round_trip(representation, piece) for piece in pieces]
    mean = sum(values) / len(values)
    promise = representation.promise
    reporter.say(
        f"round trip of this sound through the representation: {mean:.2f} {UNITS[promise.measure]}"
    )
    if not keeps_promise(representation, mean):
        reporter.warn(
            f"that is worse than the {promise.bound:g} it promises: what is made will sound "
            "no better than this"
        )
    return mean
