"""How well the codec of a system carries music that it was not made for."""

import json
from pathlib import Path

from menura.foundation.printable import printable
from menura.training.rows import Tracks

METRICS, ROUND_TRIP = "metrics.json", "round_trip_db"
N_PIECES = 8  # of ten seconds, spread over all recordings: their mean is known to some 0.2 dB
WORSE_DB = 1.0  # than music that the codec was made for comes back
CLEAR_DB = 3.5  # below, nothing is gained by a better codec that the flow would not lose again
POOR_DB = 4.5  # where it is not known how the codec's own music comes back


def carried_db(tracks: Tracks, n_pieces: int = N_PIECES) -> float:
    """Mean difference of log-mel spectra, there and back, in dB (`Promise` log-mel-db)."""
    values = tracks.round_trips(n_pieces)
    return sum(values) / len(values)


def its_own_db(folder: Path) -> float | None:
    """Of the held-out music that the system in this folder was trained with; None where it does
    not say."""
    try:
        said = json.loads((folder / METRICS).read_text(encoding="utf-8"))[ROUND_TRIP]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if said is None else float(said)


def is_poor(value: float, its_own: float | None) -> bool:
    """Whether it is worth minutes to train the codec on."""
    return value > (POOR_DB if its_own is None else max(CLEAR_DB, its_own + WORSE_DB))


def in_words(value: float, its_own: float | None, folder: Path) -> str:
    """A line for the person."""
    other = "" if its_own is None else f"; music it was made for: {its_own:.1f} dB"
    return (
        f"your music comes back through the codec of {printable(str(folder))} with {value:.1f} dB "
        f"of log-mel difference{other}"
    )
