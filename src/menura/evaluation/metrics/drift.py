"""How far candidates move away from real music as they go on, second by second."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from menura.evaluation.gaussian import Gaussian, frechet_distance, gaussian_of, gaussian_of_all
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.pairing import require
from menura.evaluation.windows import IN_WORDS, Windows, window_embeddings
from menura.foundation import seeds

DRAWS, TRIED = 8, 16  # halves of the reference; those of more that give most pieces
MOST_SECONDS = 120
FEWEST = 8  # clips at each second
Pieces = Float64[np.ndarray, "pieces seconds dimensions"]
Draw = tuple[Gaussian, Pieces]
"""What is measured by, and what is measured, in the order in which it is drawn."""


class Drift(Metric):
    """The worst second: its Fréchet spectral distance over that of other real music then.

    Half of the reference's clips are what is measured by: all of their windows. The others, which
    are not in it, are cut into pieces as long as the shortest candidate. Of these as many as there
    are candidates, and the candidates, are compared with it by their windows at second t; what
    the pieces score is what 1 stands for. Eight halvings, averaged: of sixteen those that give
    most pieces. Few windows make such a distance large by themselves, on both sides alike.
    curves: "candidates" and "reference" (its pieces), distance a second. details: "late rise", the
    mean ratio of the last third of the seconds over that of the first third.

    1 is real music that the reference does not hold. The worst of many seconds is somewhat above
    it by chance alone; below 1 is nearer than other real music, as copies are. Where there are
    fewer pieces than candidates these are drawn by their names, as the halves are: so a set
    of clips of one length against itself is measured as its own pieces are, and scores 1.
    """

    means = "how far the worst second is from real music, against other real music at that second"
    about = "going on"
    ideal = of_itself = 1.0
    higher_is_better = False
    ideal_bounds = False
    tolerance = 1e-3
    unit = "× real"

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        if len(reference) < 2:
            return "takes two reference files or more: what one is measured by must be another"
        return None

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        made, real = _windows(candidate), _windows(reference)
        shortest, longest = min(map(len, made.values())), max(map(len, real.values()))
        n_seconds = min(shortest, longest, MOST_SECONDS)
        halved = _halved(real, n_seconds)
        n = min(len(made), *(len(pieces) for _, _, pieces in halved))
        n_known = min(known.n for _, known, _ in halved)
        curves = {
            "candidates": _curve(
                [(known, _first(made, _order(made, draw), n_seconds)) for draw, known, _ in halved],
                n,
            ),
            "reference": _curve([(known, pieces) for _, known, pieces in halved], n),
        }
        tiny = 1e-9 * float(np.mean([known.variance for _, known, _ in halved])) + 1e-12
        ratios = (np.array(curves["candidates"]) + tiny) / (np.array(curves["reference"]) + tiny)
        third = -(-n_seconds // 3)
        return Measurement(
            float(ratios.max()),
            f"{IN_WORDS}, {n} clips at each of {n_seconds} seconds",
            "windows",
            sum(map(len, real.values())),
            len(made) * n_seconds,
            details={
                "worst second": float(ratios.argmax()),
                "late rise": float(ratios[-third:].mean() / ratios[:third].mean()),
            },
            curves=curves,
            remarks=_remarks(n, n_known, shortest, n_seconds),
            too_few=min(n, n_known) < FEWEST,
        )


def _windows(clips: Clips) -> dict[str, Windows]:
    return {name: window_embeddings(clips[name]) for name in sorted(clips)}


def _order(names: Iterable[str], draw: int) -> list[str]:
    """The names shuffled; which others there are does not change who comes before whom, so that
    leaving out a clip draws nothing anew."""
    return sorted(names, key=lambda name: seeds.derive(0, "drift", draw, name))


def _halved(real: Mapping[str, Windows], n_seconds: int) -> list[tuple[int, Gaussian, Pieces]]:
    """(number of the draw, one half of the clips, pieces of the other in the order in which they
    are drawn). Clips that are shorter than a piece are in the first half always."""
    long = [name for name, windows in real.items() if len(windows) >= n_seconds]
    found = []
    for draw in range(TRIED):
        left_out = _order(long, draw)[: max(1, len(long) // 2)]
        pieces = np.concatenate([_cut(real[name], n_seconds) for name in left_out])
        found.append((draw, left_out, pieces))
    found.sort(key=lambda one: -len(one[2]))
    return [
        (
            draw,
            gaussian_of_all([real[name] for name in real if name not in left_out]),
            np.random.default_rng(seeds.derive(0, "drift", draw)).permutation(pieces),
        )
        for draw, left_out, pieces in found[:DRAWS]
    ]


def _cut(windows: Windows, n_seconds: int) -> Pieces:
    """The successive pieces of n_seconds."""
    n = len(windows) // n_seconds
    return windows[: n * n_seconds].reshape(n, n_seconds, windows.shape[1])


def _first(made: Mapping[str, Windows], names: Sequence[str], n_seconds: int) -> Pieces:
    """The first piece of each."""
    return np.stack([made[name][:n_seconds] for name in names])


def _curve(draws: Sequence[Draw], n: int) -> tuple[float, ...]:
    """The distance of the first n pieces at each second, the mean of all draws."""
    distances = [
        [
            frechet_distance(known, gaussian_of(pieces[:n, second]))
            for second in range(pieces.shape[1])
        ]
        for known, pieces in draws
    ]
    return tuple(float(value) for value in np.mean(distances, axis=0))


def _remarks(n: int, n_known: int, shortest: int, n_seconds: int) -> tuple[str, ...]:
    said = []
    if n_known < FEWEST:
        said.append(f"only {n_known} s of the reference to measure by: the curve is mostly chance")
    if n < FEWEST:
        clips = "1 clip" if n == 1 else f"{n} clips"
        said.append(
            f"only {clips} at each second: the curve is mostly chance; {FEWEST} candidates and "
            "as many pieces of half of the reference are needed"
        )
    if n_seconds < shortest:
        said.append(f"only the first {n_seconds} of {shortest} seconds were measured")
    return tuple(said)
