"""What every Fréchet distance between two sets of clips shares; they differ in the embedding."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from menura.audio import Clip
from menura.evaluation.fewness import remarks_on
from menura.evaluation.gaussian import Gaussian, frechet_distance, gaussian_of
from menura.evaluation.metrics.contract import Clips, Measurement, Metric


class Frechet(Metric):
    """The distance between two Gaussians, each fitted to all points of a set of clips.

    in_words: the embedding. counted: what a point is, e.g. "windows".
    """

    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-3
    in_words: ClassVar[str]
    counted: ClassVar[str]

    @abstractmethod
    def points(self, clip: Clip) -> Float[np.ndarray, "points dimensions"]:
        """The embedding of one clip."""

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        real, made = self._gaussian(reference), self._gaussian(candidate)
        return Measurement(
            frechet_distance(real, made),
            self.in_words,
            self.counted,
            real.n,
            made.n,
            remarks=remarks_on(real, made, self.counted),
        )

    def _gaussian(self, clips: Clips) -> Gaussian:
        return gaussian_of(np.concatenate([self.points(clips[name]) for name in sorted(clips)]))
