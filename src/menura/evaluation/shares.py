"""How far a share could be off where draws of its parts cannot tell."""


def clopper_pearson(share: float, n: int, coverage: float = 0.95) -> tuple[float, float]:
    """Clopper's and Pearson's limits (Biometrika 26, 1934) where the `share` of `n` has it."""
    from scipy.stats import beta

    there, not_there = share * n, (1 - share) * n
    low = beta.ppf((1 - coverage) / 2, there, not_there + 1) if there else 0.0
    high = beta.ppf((1 + coverage) / 2, there + 1, not_there) if not_there else 1.0
    return float(low), float(high)
