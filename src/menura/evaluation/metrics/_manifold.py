"""What precision and recall of sets share."""

from abc import abstractmethod

from menura.evaluation.fewness import sample
from menura.evaluation.manifolds import N_NEIGHBOURS, Points, covered, equally_many
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.windows import IN_WORDS

FEWEST = 50


class Coverage(Metric):
    """The share of one set's windows that lie where the other set is."""

    ideal = of_itself = 1.0
    higher_is_better = True
    tolerance = 1e-9
    unit = "of the windows"
    is_share = True

    @abstractmethod
    def sides(self, real: Points, made: Points) -> tuple[Points, Points]:
        """The points that are asked about, and those they should lie among."""

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        real, made = equally_many(reference, candidate)
        points, known = self.sides(real, made)
        n = len(real)
        said = f"only {n} windows of each side: the share is mostly chance; {FEWEST} are needed"
        few = sample(len(reference), len(candidate), *([said] if n < FEWEST else []))
        return Measurement(
            float(covered(points, known).mean()),
            f"{IN_WORDS}; {N_NEIGHBOURS} neighbours",
            "windows",
            n,
            n,
            remarks=few.remarks,
            too_few=few.too_few,
            still_compares=few.still_compares,
        )
