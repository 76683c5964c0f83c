"""What every Fréchet distance between two sets of clips shares; they differ in the embedding."""

import numpy as np
from jaxtyping import Float

from menura.evaluation.fewness import remarks_on
from menura.evaluation.gaussian import frechet_distance, gaussian_of_all
from menura.evaluation.metrics._embedded import Embedded
from menura.evaluation.metrics.contract import Clips, Measurement
from menura.evaluation.pairing import require
from menura.evaluation.unbiased import unbiased

OfClip = Float[np.ndarray, "_ dimensions"]


class Frechet(Embedded):
    """The distance between two Gaussians, each fitted to all points of a set of clips.

    details: "FAD∞" and its 95 % interval,
    "FAD∞ from" and "FAD∞ to", where there are enough clips (see `evaluation/unbiased.py`): what
    the figure would be with candidates without end. It, and not the figure itself, compares
    between sets of different size.
    """

    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-3

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        for side, clips in (("reference", reference), ("candidates", candidate)):
            if not any(self.embedding.n_points(clip) for clip in clips.values()):
                return f"no clip of the {side} is long enough for {self.embedding.counted}"
        return None

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        embedding = self.embedding
        known, clips = self._points(reference, candidate)
        real, made = gaussian_of_all(known), gaussian_of_all(clips)
        endless = unbiased(real, clips)
        return Measurement(
            frechet_distance(real, made),
            embedding.in_words,
            embedding.counted,
            real.n,
            made.n,
            details={"FAD∞": endless.value, "FAD∞ from": endless.low, "FAD∞ to": endless.high}
            if endless
            else {},
            remarks=remarks_on(real, made, embedding.counted),
            too_few=real.too_few or made.too_few,
        )

    def value(self, reference: Clips, candidate: Clips) -> float:
        known, clips = self._points(reference, candidate)
        return frechet_distance(gaussian_of_all(known), gaussian_of_all(clips))

    def _points(self, reference: Clips, candidate: Clips) -> tuple[list[OfClip], list[OfClip]]:
        """Of both sets, clip by clip."""
        require(self.unavailable() or self.unsuited(reference, candidate))
        points = self.embedding.points_of_all
        return (
            points(reference[name] for name in sorted(reference)),
            points(candidate[name] for name in sorted(candidate)),
        )
