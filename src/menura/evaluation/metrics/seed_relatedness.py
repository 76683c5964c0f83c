"""Whether a continuation is nearer to its own seed than to other seeds."""

import numpy as np
from jaxtyping import Float32, Float64

from menura.audio import Clip, conform
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.pairing import pairs, require, unpaired
from menura.evaluation.windows import IN_WORDS, SAMPLE_RATE, window_embeddings

SAME = 0.9  # correlation from which a continuation's beginning is the seed itself
FEWEST_PAIRS = 3
FEW_PAIRS = 8  # below, luck decides


class SeedRelatedness(Metric):
    """The chance that a continuation is nearer to its own seed than to another's: 1 best, 0.5 luck.

    Reference: seeds; candidates: continuations, a file of the seed's name each. The first second
    of the continuation is compared with the last second of every seed (Euclidean distance of
    spectral windows); the figure is the share of the other seeds that are farther than its own
    (ties count half), averaged: the area under the ROC curve (Hanley & McNeil 1982). details:
    how many are nearest to their own seed. A candidate that begins with its seed, as `menura
    continue` writes it, is taken from where the seed ends.
    """

    means = "how surely a continuation is told to be of its own seed: 0.5 is luck"
    about = "going on"
    ideal = of_itself = 1.0
    higher_is_better = True
    tolerance = 1e-9
    paired = True
    has_floor = False
    against = "seed"

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        n_pairs = len(pairs(reference, candidate))
        if n_pairs < FEWEST_PAIRS:
            return (
                f"{n_pairs} candidates have the file name of a seed in the reference; "
                f"at least {FEWEST_PAIRS} are needed"
            )
        return None

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        both = pairs(reference, candidate)
        ends = np.stack([_last_second(seed) for _, seed, _ in both])
        starts = np.stack([window_embeddings(_new_part(seed, made))[0] for _, seed, made in both])
        distances = np.linalg.norm(starts[:, None] - ends[None], axis=2)
        shares = np.array([_share_farther(row, own) for own, row in enumerate(distances)])
        n_nearest = int((distances.argmin(axis=1) == np.arange(len(both))).sum())
        n = len(both)
        few = (f"only {n} pairs: {FEW_PAIRS} are needed to tell luck",) if n < FEW_PAIRS else ()
        return Measurement(
            float(shares.mean()),
            IN_WORDS,
            "pairs",
            len(both),
            len(both),
            details={"nearest to their own seed": float(n_nearest)},
            remarks=(*few, *unpaired(reference, candidate)),
            too_few=bool(few),
            of_each={name: float(share) for (name, _, _), share in zip(both, shares, strict=True)},
        )


def _share_farther(distances: Float64[np.ndarray, "seeds"], own: int) -> float:
    others = np.delete(distances, own)
    farther, equal = others > distances[own], others == distances[own]
    return float((farther + 0.5 * equal).mean())


def _last_second(seed: Clip) -> Float64[np.ndarray, "dimensions"]:
    last: Float64[np.ndarray, "dimensions"] = window_embeddings(
        seed.between(seed.duration_s - 1.0, seed.duration_s)
    )[-1]
    return last


def _new_part(seed: Clip, made: Clip) -> Clip:
    """The continuation without the seed at its beginning, where at least a second is left."""
    if made.duration_s < seed.duration_s + 0.999:  # a resampler's rounding is forgiven
        return made
    a, b = (conform(clip, SAMPLE_RATE, 1).samples[0] for clip in (seed, made))
    return made.between(seed.duration_s, made.duration_s) if _same(a, b[: len(a)]) else made


def _same(a: Float32[np.ndarray, "_"], b: Float32[np.ndarray, "_"]) -> bool:
    """Whether two sounds are one, whatever their levels."""
    n = min(len(a), len(b))
    x, y = a[:n].astype(np.float64), b[:n].astype(np.float64)
    both = float(np.linalg.norm(x) * np.linalg.norm(y))
    return both > 0 and float(x @ y) > SAME * both
