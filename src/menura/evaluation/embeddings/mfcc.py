"""Mel-frequency cepstral coefficients of 31.25 frames a second."""

from menura.audio import Clip
from menura.evaluation.cepstra import HOP_LENGTH, IN_WORDS, SAMPLE_RATE, cepstra
from menura.evaluation.embeddings.contract import Embedding, Points


class Mfcc(Embedding):
    """13 numbers a frame: timbre at a moment, the first of them loudness."""

    in_words = IN_WORDS
    counted = "frames"
    in_threads = True
    points_a_second = SAMPLE_RATE / HOP_LENGTH

    def points(self, clip: Clip) -> Points:
        return cepstra(clip)
