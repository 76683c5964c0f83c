"""Power in mel bands → power in bins, which many spectra explain: three ways to choose one.

Their errors and speeds side by side: docs/results/representations.md.
"""

from collections.abc import Callable
from typing import Literal

from jaxtyping import Float32
from torch import Tensor

from menura.representations._mel_filters import MelFilters
from menura.representations._mel_nnls import nnls

Power = Float32[Tensor, "rows bins frames"]
Mel = Float32[Tensor, "rows mels frames"]
Unmel = Literal["pinv", "multiplicative", "nnls"]

TINY = 1e-20
N_STEPS = 8  # of the multiplicative kind; more brings nothing that is left after Griffin-Lim
SHARE = 0.01  # of an even spread in the start of multiplicative steps, which cannot leave zero


def pinv(filters: MelFilters, mel: Mel) -> Power:
    """The pseudo-inverse, cut at zero. The cut adds power: bands come out a little too loud."""
    return filters.pseudo_inverse(mel).clamp_min(0)


def multiplicative(filters: MelFilters, mel: Mel) -> Power:
    """The pseudo-inverse, then steps that multiply every bin by how much its bands lack.

    The steps (Richardson 1972; Lucy 1974; the Kullback-Leibler rule of Lee & Seung, NIPS 2000,
    theorem 2) lower the relative error of quiet bands as well as of loud ones, which a logarithm
    hears alike, and never make a negative.
    """
    even = filters.transposed(mel / filters.band_sums.clamp_min(TINY))
    weight = filters.bin_sums.clamp_min(TINY)
    power = pinv(filters, mel) + SHARE * even / weight
    for _ in range(N_STEPS):
        lacking = mel / filters(power).clamp_min(TINY)
        power = power * (filters.transposed(lacking) / weight)
    return power


UNMEL: dict[Unmel, Callable[[MelFilters, Mel], Power]] = {
    "pinv": pinv,
    "multiplicative": multiplicative,
    "nnls": nnls,
}
