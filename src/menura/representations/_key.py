"""The key of a score, found by how long its pitch classes sound."""

import numpy as np

from menura.audio.score import Score

# How well each degree fits a key, C major and A minor: the probe tones of Krumhansl & Kessler 1982,
# used as Krumhansl 1990, "Cognitive Foundations of Musical Pitch", chapter 4, has it.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
RELATIVE = 9  # the minor key of the same notes begins nine semitones above the major one


def scale_of(score: Score) -> int:
    """Pitch class (0 for C … 11) on which the major scale begins whose notes the score uses most:
    0 for C major and for A minor. 0 where there are no notes."""
    heard = np.zeros(12)
    for note in score.notes:
        if not note.is_drum:
            heard[note.pitch % 12] += note.end_s - note.start_s
    if not heard.any() or heard.min() == heard.max():
        return 0
    fits = [
        max(_likeness(heard, MAJOR, tonic), _likeness(heard, MINOR, (tonic + RELATIVE) % 12))
        for tonic in range(12)
    ]
    return int(np.argmax(fits))


def _likeness(heard: np.ndarray, profile: tuple[float, ...], tonic: int) -> float:
    return float(np.corrcoef(heard, np.roll(profile, tonic))[0, 1])
