"""How evenly the sound is shared out over notes, against the reference."""

from menura.audio import Clip
from menura.evaluation.metrics._excerpt_mean import ExcerptMean
from menura.evaluation.pitches import IN_WORDS, entropy_bits, semitones


class PitchEntropy(ExcerptMean):
    """−Σ p log₂ p over the semitones of an excerpt's voiced frames, on average: the difference.

    0 bits for one held note, 2 for four notes equally long: the formula that a report of 2024
    prints for 128 pitches. Excerpts without notes have none, and are not counted.
    """

    means = "by how much the notes of a few seconds are too predictable or too scattered"
    about = "pitch"
    unit = "bits"
    in_words = IN_WORDS
    what = "notes"

    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float | None:
        notes = semitones(clip, start_s, seconds)
        return entropy_bits(notes) if len(notes) else None
