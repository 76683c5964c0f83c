"""The jackknife that leaves out one group after the other, where groups differ in size."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

Values = Float64[np.ndarray, "groups"]


def pseudo_values(value: float, without: Sequence[float], sizes: Sequence[float]) -> Values:
    """What each group makes of a figure: of a mean over all, the group's own mean.

    h · value − (h − 1) · the value without the group, of which h make the whole (Busing, Meijer &
    van der Leeden, Statistics and Computing 9, 1999, the delete-m_j jackknife).
    """
    times = sum(sizes) / np.asarray(sizes, np.float64)
    found: Values = times * value - (times - 1) * np.asarray(without, np.float64)
    return found


def deviations(parts: Sequence[float] | Values, sizes: Sequence[float]) -> Values:
    """How far the group moves the figure, so that the mean of as many draws of these has the
    figure's standard error: √Σd² over their number.

    Parts are weighted by their sizes, which gives groups of all sizes the right spread: of a mean
    over n values the expected Σd² / groups² is σ² / n, however they are put into groups.
    """
    values, shares = np.asarray(parts, np.float64), np.asarray(sizes, np.float64) / sum(sizes)
    apart = len(values) * shares * (values - shares @ values)
    found: Values = apart / np.sqrt(1 - np.square(shares).sum())
    return found
