"""Fréchet distance between the MFCC frames of two sets."""

import numpy as np
from jaxtyping import Float

from menura.audio import Clip
from menura.evaluation.cepstra import IN_WORDS, cepstra
from menura.evaluation.metrics._frechet import Frechet


class FrechetMfcc(Frechet):
    """The distance that a report of 2024 on GAN, LSTM, WaveNet and CVAE calls FAD.

    It says "the first 13 coefficients, out of the total 40"; rate, lengths and counts are not
    stated there, so only figures of one run compare with each other. Frames of one clip are
    alike: their number overstates how much was heard.
    """

    in_words = IN_WORDS
    counted = "frames"

    def points(self, clip: Clip) -> Float[np.ndarray, "points dimensions"]:
        return cepstra(clip)
