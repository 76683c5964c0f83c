"""The share of real music that lies where the candidates are."""

from menura.evaluation.manifolds import Points
from menura.evaluation.metrics._manifold import Coverage


class Recall(Coverage):
    """Kynkäänniemi et al. (NeurIPS 2019) on one-second spectral windows: is all of it reached?

    `precision` with the sides changed: few of the reference's windows near the candidates means
    that they are all alike, however good each may be.
    """

    means = "what share of the real music's seconds has something like it among the candidates"

    def sides(self, real: Points, made: Points) -> tuple[Points, Points]:
        return real, made
