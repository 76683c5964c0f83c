"""PCA: the plane in which the sounds differ most, seen from the side where it is widest."""

from typing import ClassVar

from menura.evaluation.maps._principal import principal
from menura.evaluation.maps.contract import Laid, Map, Rows


class Pca(Map):
    """The first two principal components: distances are true but for what lies across the plane.

    Of each component the sign is chosen so that its largest weight is positive.
    """

    title: ClassVar[str] = "PCA"
    paper: ClassVar[str] = "Pearson 1901"

    def lay(self, rows: Rows, seed: int) -> Laid:
        points, shares = principal(rows, 2)
        said = " and ".join(f"{share:.0%}" for share in shares)
        return Laid(points, (f"its axes show {said} of how the sounds differ",))
