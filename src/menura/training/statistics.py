"""Before the model learns: the representation's statistics, and whether it can carry this music."""

from collections.abc import Sequence
from statistics import mean, median

from menura.foundation.reporting import Reporter
from menura.training.carrying import N_PIECES
from menura.training.source import Source

STATISTICS_S = 1800.0  # music from which statistics are taken: more changes nothing
UNITS = {
    "snr-db": "dB signal-to-noise",
    "log-mel-db": "dB log-mel difference",
    "note-f1": "of 1 (F1 of the notes)",
}


def learn_statistics(tracks: Source) -> None:
    """Fit the representation to half an hour of music at most, spread over all tracks."""
    tracks.learn_statistics(STATISTICS_S)


def check_round_trip(tracks: Source, reporter: Reporter, n_pieces: int = N_PIECES) -> float:
    """Measure what the representation alone does to this music, and say it.

    Whatever is lost here no model can bring back, so it is measured before hours are spent.
    """
    promise = tracks.promise
    value = typical(tracks.round_trips(n_pieces), promise.measure)
    reporter.say(
        f"round trip of this music through the representation: {value:.2f} {UNITS[promise.measure]}"
    )
    if not promise.is_kept_by(value):
        reporter.warn(
            f"that is worse than the {promise.bound:g} it promises: what is made will sound "
            "no better than this"
        )
    return value


def typical(values: Sequence[float], measure: str) -> float:
    """One value for some pieces. Of sound the median, as in `carried_db`: a piece of silence may be
    off by any number of dB. Of notes the mean: no piece counts for more than any other."""
    return float(mean(values) if measure == "note-f1" else median(values))
