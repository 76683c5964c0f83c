"""How far candidates move away from real music as they go on, second by second."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float64

from menura.audio import Clip
from menura.evaluation.gaussian import Gaussian, frechet_distance, gaussian_of
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.windows import IN_WORDS, window_embeddings
from menura.foundation import seeds

DRAWS = 8  # of as many pieces of real music as there are candidates
MOST_SECONDS = 120
FEWEST = 8  # clips at each second
Pieces = Float64[np.ndarray, "pieces seconds dimensions"]


class Drift(Metric):
    """The worst second: its Fréchet spectral distance over that of real music at that second.

    The windows at second t of all candidates are compared with all windows of the reference. Few
    windows make such a distance large by themselves; so the reference is cut into pieces as long
    as the shortest candidate, as many of them are drawn as there are candidates (eight draws,
    averaged), and their distance at the same second is what 1 stands for. curves: "candidates"
    and "reference", distance a second. details: "late rise", the mean ratio of the last third of
    the seconds over that of the first third. Below 1 means nearer than other real music.
    """

    means = "how far the worst second is from real music, against real music at that second"
    about = "going on"
    ideal = of_itself = 1.0
    higher_is_better = False
    tolerance = 1e-3
    unit = "× real"

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        shortest = min(len(window_embeddings(clip)) for clip in candidate.values())
        longest = max(len(window_embeddings(clip)) for clip in reference.values())
        n_seconds = min(shortest, longest, MOST_SECONDS)
        made, real = _pieces(candidate, n_seconds, 1), _pieces(reference, n_seconds, None)
        n = min(len(made), len(real))
        everything = gaussian_of(
            np.concatenate([window_embeddings(reference[name]) for name in sorted(reference)])
        )
        curves = {
            "candidates": _curve(made, n, everything),
            "reference": _curve(real, n, everything),
        }
        tiny = 1e-9 * everything.variance + 1e-12
        ratios = (np.array(curves["candidates"]) + tiny) / (np.array(curves["reference"]) + tiny)
        third = -(-n_seconds // 3)
        return Measurement(
            float(ratios.max()),
            f"{IN_WORDS}, {n} clips at each of {n_seconds} seconds",
            "windows",
            everything.n,
            len(made) * n_seconds,
            details={
                "worst second": float(ratios.argmax()),
                "late rise": float(ratios[-third:].mean() / ratios[:third].mean()),
            },
            curves=curves,
            remarks=_remarks(n, shortest, n_seconds),
            too_few=n < FEWEST,
        )


def _pieces(clips: Mapping[str, Clip], n_seconds: int, most_each: int | None) -> Pieces:
    """Embeddings of the successive pieces of n_seconds of every clip, the first `most_each`."""
    found = []
    for name in sorted(clips):
        windows = window_embeddings(clips[name])
        n_whole = len(windows) // n_seconds
        n_taken = n_whole if most_each is None else min(n_whole, most_each)
        found.append(windows[: n_taken * n_seconds].reshape(n_taken, n_seconds, windows.shape[1]))
    return np.concatenate(found)


def _curve(pieces: Pieces, n: int, everything: Gaussian) -> tuple[float, ...]:
    """Distance of n of the pieces at each second; where there are more, the mean of some draws.
    Fewer are the first of those that more would be."""
    rng = np.random.default_rng(seeds.derive(0, "drift", len(pieces)))
    whole = len(pieces) == n
    draws = [np.arange(n)] if whole else [rng.permutation(len(pieces))[:n] for _ in range(DRAWS)]
    distances = [
        [
            frechet_distance(everything, gaussian_of(pieces[draw, second]))
            for second in range(pieces.shape[1])
        ]
        for draw in draws
    ]
    return tuple(float(value) for value in np.mean(distances, axis=0))


def _remarks(n: int, shortest: int, n_seconds: int) -> tuple[str, ...]:
    said = []
    if n < FEWEST:
        said.append(
            f"only {n} clips at each second: the curve is mostly chance; take {FEWEST} or more"
        )
    if n_seconds < shortest:
        said.append(f"only the first {n_seconds} of {shortest} seconds were measured")
    return tuple(said)
