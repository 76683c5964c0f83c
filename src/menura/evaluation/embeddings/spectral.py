"""Means and deviations of log-mel bands over every second."""

from menura.audio import Clip
from menura.evaluation.embeddings.contract import Embedding, Points
from menura.evaluation.windows import IN_WORDS, window_embeddings


class Spectral(Embedding):
    """128 numbers a second, by no network: the same on every machine."""

    in_words = IN_WORDS
    counted = "windows"
    in_threads = True
    points_a_second = 1.0

    def points(self, clip: Clip) -> Points:
        return window_embeddings(clip)
