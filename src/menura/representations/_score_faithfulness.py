"""How much of a score survives a round trip: note F1, as transcription is measured."""

from collections import defaultdict
from collections.abc import Iterable

from menura.audio.score import Note, Score
from menura.representations._score_contract import ScoreRepresentation

# mir_eval compares distances rounded to a tenth of a millisecond.
ROUNDING_S = 0.00005


def round_trip_score(representation: ScoreRepresentation, score: Score) -> float:
    """Note F1 of decode(encode(score)) against score, at 50 ms."""
    return note_f1(score, representation.decode(representation.encode(score)))


def note_f1(reference: Score, candidate: Score, tolerance_s: float = 0.05) -> float:
    """F1 of notes that match in pitch, and in onset within `tolerance_s` seconds: 0…1.

    As `mir_eval.transcription` counts them without offsets (Raffel et al. 2014): each note matches
    at most one, and as many match as can. Drums match drums alone. 1 where neither has notes.
    """
    n_notes = len(reference.notes) + len(candidate.notes)
    if n_notes == 0:
        return 1.0
    mine, theirs = _onsets(reference.notes), _onsets(candidate.notes)
    n_matched = sum(_n_matched(mine[key], theirs[key], tolerance_s) for key in mine.keys() & theirs)
    return 2 * n_matched / n_notes


def _onsets(notes: Iterable[Note]) -> dict[tuple[int, bool], list[float]]:
    onsets = defaultdict(list)
    for note in sorted(notes):
        onsets[note.pitch, note.is_drum].append(note.start_s)
    return onsets


def _n_matched(a: list[float], b: list[float], tolerance_s: float) -> int:
    """Pairs within the tolerance, of two sorted lists: earliest with earliest is the most."""
    i = j = n = 0
    while i < len(a) and j < len(b):
        if abs(a[i] - b[j]) < tolerance_s + ROUNDING_S:
            i, j, n = i + 1, j + 1, n + 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return n
