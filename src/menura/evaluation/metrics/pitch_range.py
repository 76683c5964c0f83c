"""From the lowest note to the highest in a few seconds, against the reference."""

from menura.audio import Clip
from menura.evaluation.metrics._excerpt_mean import ExcerptMean
from menura.evaluation.pitches import IN_WORDS, semitones, span


class PitchRange(ExcerptMean):
    """Semitones from the lowest to the highest note of an excerpt, on average: the difference.

    One wrong octave of pYIN in two frames widens an excerpt by 12; real music pays that too.
    Excerpts without notes have no range, and are not counted.
    """

    means = "by how much the notes of a few seconds lie too close together or too far apart"
    about = "pitch"
    unit = "semitones"
    in_words = IN_WORDS
    what = "notes"

    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float | None:
        notes = semitones(clip, start_s, seconds)
        return span(notes) if len(notes) else None
