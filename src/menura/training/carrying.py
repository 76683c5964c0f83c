"""How well the codec of a system carries music that it was not made for."""

import json
from pathlib import Path
from statistics import median

from menura.foundation.printable import printable
from menura.training.rows import Tracks

METRICS, ROUND_TRIP = "metrics.json", "round_trip_db"
STAGES = "stages.json"
"""In a system that was packed away from its run: the METRICS of its stages, as far as they are
told, the last one last."""
# A codec that had learnt solo piano alone for a quarter of an hour brings back held-out piano with
# 1.7 dB of difference, lofi with 2.4 and ambient music, which has what it never heard, with 3.4
# (docs/log.md): the last is what it should be trained on for.
N_PIECES = 8  # of ten seconds, spread over all recordings: costs some three seconds of one core
WORSE_DB = 1.0  # than music that the codec was made for comes back
CLEAR_DB = 2.5  # below, it is no worse than lofi from that codec, whatever its own music does
POOR_DB = 3.0  # where it is not known how the codec's own music comes back


def carried_db(tracks: Tracks, n_pieces: int = N_PIECES) -> float:
    """Difference of log-mel spectra, there and back, in dB (`Promise` log-mel-db): the median of
    some pieces, since one that is all but silent may be off by many."""
    return float(median(tracks.round_trips(n_pieces)))


def its_own_db(folder: Path) -> float | None:
    """Of the held-out music that the system in this folder was trained with; None where it does
    not say."""
    is_packed = (folder / STAGES).is_file()
    try:
        told = json.loads((folder / (STAGES if is_packed else METRICS)).read_text(encoding="utf-8"))
        said = (told[-1] if is_packed else told)[ROUND_TRIP]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return None if said is None else float(said)


def is_poor(value: float, its_own: float | None) -> bool:
    """Whether it is worth minutes to train the codec on."""
    return value > (POOR_DB if its_own is None else max(CLEAR_DB, its_own + WORSE_DB))


def in_words(value: float, its_own: float | None, init: str) -> str:
    """A line for the person."""
    other = "" if its_own is None else f"; music it was made for: {its_own:.1f} dB"
    return (
        f"your music comes back through the codec of {printable(init)} with {value:.1f} dB "
        f"of log-mel difference{other}"
    )
