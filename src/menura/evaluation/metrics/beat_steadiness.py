"""How clearly a beat comes back, against the reference."""

from menura.audio import Clip
from menura.evaluation.metrics._excerpt_mean import ExcerptMean
from menura.evaluation.pulse import IN_WORDS, LONGEST_S, SHORTEST_S, pulse


class BeatSteadiness(ExcerptMean):
    """The clarity of the pulse of an excerpt, on average: the difference.

    0 where onsets follow no beat, 1 where every beat is as the one before: a drum machine is near
    1, free piano far from it. So neither more nor less is better, but as in the reference. Excerpts
    in which fewer than three notes begin have no beat, and are not counted.
    """

    means = "by how much the beat is too loose or too strict"
    about = "rhythm"
    in_words = IN_WORDS
    what = "a beat"
    shortest_s = SHORTEST_S
    longest_s = LONGEST_S

    def of_excerpt(self, clip: Clip, start_s: float, seconds: float) -> float | None:
        heard = pulse(clip, start_s, seconds)
        return None if heard.bpm is None else heard.clarity
