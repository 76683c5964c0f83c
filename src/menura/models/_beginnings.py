"""Which of several beginnings is most like what it follows."""

from jaxtyping import Float32, Int64
from torch import Tensor

Pieces = Float32[Tensor, "batch pieces features frames"]


def most_alike(
    pieces: Pieces, end: Float32[Tensor, "batch features known"]
) -> Int64[Tensor, " batch"]:
    """For each row the number of the piece whose frames spread most like those of `end`.

    Compared are means and deviations over time, feature by feature (Euclidean distance): what
    sounds and how much it moves, not when.
    """
    ends = end[:, None]
    means = (pieces.mean(dim=3) - ends.mean(dim=3)).square().sum(dim=2)
    spreads = (_deviation(pieces) - _deviation(ends)).square().sum(dim=2)
    nearest: Int64[Tensor, " batch"] = (means + spreads).argmin(dim=1)
    return nearest


def _deviation(x: Pieces) -> Float32[Tensor, "batch pieces features"]:
    spread: Float32[Tensor, "batch pieces features"] = x.std(dim=3, correction=0)
    return spread
