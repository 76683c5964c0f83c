"""How many different notes are heard in a few seconds, against the reference."""

from menura.audio import Clip
from menura.evaluation.metrics._excerpt_mean import ExcerptMean
from menura.evaluation.pitches import IN_WORDS, distinct, semitones


class PitchCount(ExcerptMean):
    """Different semitones an excerpt, on average: by how many the sets differ.

    A report of 2024 takes few notes as good, since it generates single notes; here the reference
    says how many there should be. pYIN hears one note at a time, so a chord counts as one or two.
    """

    means = "by how many the different notes in a few seconds are too few or too many"
    about = "pitch"
    unit = "notes"
    in_words = IN_WORDS

    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float:
        return distinct(semitones(clip, start_s, seconds))
