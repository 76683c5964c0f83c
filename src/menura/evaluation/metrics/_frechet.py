"""What every Fréchet distance between two sets of clips shares; they differ in the embedding."""

import numpy as np
from jaxtyping import Float

from menura.evaluation.fewness import remarks_on, sample
from menura.evaluation.gaussian import frechet_distance, gaussian_of_all
from menura.evaluation.metrics._embedded import Embedded
from menura.evaluation.metrics.contract import Clips, Measurement
from menura.evaluation.pairing import require
from menura.evaluation.unbiased import unbiased, why_not

OfClip = Float[np.ndarray, "_ dimensions"]


class Frechet(Embedded):
    """The distance between two Gaussians, each fitted to all points of a set of clips.

    details: "FAD∞" and its 95 % interval, "FAD∞ from" and "FAD∞ to", where there are enough clips
    (see `evaluation/unbiased.py`; else a remark says so): what the figure would be with candidates
    without end. It, and not the figure itself, compares between sets of different size. Of fewer
    points than twice the dimensions the figure is too large, but alike for sets of as many; of
    fewer clips than eight, whose points are alike, it is chance; where these are the reference's,
    it is the same for all that are compared with it.
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
        n_made, n_real = (sum(len(points) > 0 for points in side) for side in (clips, known))
        few = sample(n_real, n_made)  # of fewer dimensions all that are compared lean alike
        return Measurement(
            frechet_distance(real, made),
            embedding.in_words,
            embedding.counted,
            real.n,
            made.n,
            details={"FAD∞": endless.value, "FAD∞ from": endless.low, "FAD∞ to": endless.high}
            if endless
            else {},
            remarks=(
                *few.remarks,
                *remarks_on(real, made, embedding.counted),
                *([] if endless else [why_not(clips, embedding.counted)]),
            ),
            too_few=few.too_few or real.too_few or made.too_few,
            still_compares=few.still_compares,
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
