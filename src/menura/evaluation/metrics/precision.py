"""The share of the candidates that lie where real music is."""

from menura.evaluation.manifolds import Points
from menura.evaluation.metrics._manifold import Coverage


class Precision(Coverage):
    """Kynkäänniemi et al. (NeurIPS 2019) on one-second spectral windows: could it be real?

    A candidate window counts when it is no farther from a window of the reference than that one's
    third nearest neighbour in the reference. As many windows of both sides are taken, since the
    figure depends on their number: beside what real music scores it can be read. Windows of one
    recording are near to each other, which makes the reach small and both figures strict.
    """

    means = "what share of the candidates' seconds could be real music by its sound"

    def sides(self, real: Points, made: Points) -> tuple[Points, Points]:
        return made, real
