"""Fréchet distance between one-second windows of two sets, by their log-mel statistics."""

import numpy as np
from jaxtyping import Float

from menura.audio import Clip
from menura.evaluation.metrics._frechet import Frechet
from menura.evaluation.windows import IN_WORDS, window_embeddings


class FrechetSpectral(Frechet):
    """The Fréchet audio distance (Kilgour et al. 2019) on an embedding that needs no network.

    A window is the means and the deviations over one second of 64 log-mel bands: timbre, register
    and level in the one half, how lively each band is in the other. Blind to melody and to
    anything slower than a second.
    """

    in_words = IN_WORDS
    counted = "windows"

    def points(self, clip: Clip) -> Float[np.ndarray, "points dimensions"]:
        return window_embeddings(clip)
