"""Joining two stretches of sound without a click or a dip."""

import numpy as np
from jaxtyping import Float32

Samples = Float32[np.ndarray, "channels time"]
Before = Float32[np.ndarray, "channels before"]
After = Float32[np.ndarray, "channels after"]
Joined = Float32[np.ndarray, "channels joined"]


def cross_fade(before: Before, after: After, n_overlap: int) -> Joined:
    """`before` then `after`, the last and first `n_overlap` samples of which are the same moment.

    The gains keep the power of the sum constant for whatever correlation the two have there:
    equal gain where they are alike, equal power where they are strangers (Fink, Holters &
    Zölzer, DAFx 2016). The overlap is cut to what both have.
    """
    n = min(n_overlap, before.shape[1], after.shape[1])
    if n == 0:
        return np.concatenate([before, after], axis=1)
    tail, head = before[:, -n:], after[:, :n]
    alike = _correlation(tail, head)
    t = (np.arange(n, dtype=np.float32) + 0.5) / n
    fade_in = np.sin(np.pi / 2 * t) ** 2
    fade_out = 1 - fade_in
    power = fade_in**2 + fade_out**2 + 2 * alike * fade_in * fade_out
    mixed = (tail * fade_out + head * fade_in) / np.sqrt(power)
    joined = [before[:, :-n], mixed.astype(np.float32), after[:, n:]]
    return np.concatenate(joined, axis=1)


def _correlation(a: Samples, b: Samples) -> float:
    """Between 0 (strangers; opposites are treated so too, they cannot be saved) and 1 (equal)."""
    norm = float(np.sqrt(np.square(a).sum(dtype=np.float64) * np.square(b).sum(dtype=np.float64)))
    return max(0.0, float((a * b).sum(dtype=np.float64)) / norm) if norm > 0 else 1.0
