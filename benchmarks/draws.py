"""Clips in three draws far apart: how much of a figure is chance, and nothing else?"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from clip_sets import Clips, as_written
from distances import DISTANCES
from menura.audio import Clip
from menura.evaluation import metrics
from menura.systems import TrainedSystem

# Clip n of seed s is clip n − 1 of seed s + 1: draws of near seeds would be one draw.
SEEDS = (0, 1_000_000, 2_000_000)
Row = Mapping[str, float]
IN_WORDS = (
    f"What is made is {len(SEEDS)} draws from seeds far apart. Beside each distance stand the "
    "lowest and the highest that one of them has alone: fewer clips make a distance larger by "
    "itself, but how far these lie apart is chance, and a difference between rows that is no "
    "larger says little."
)


def drawn(system: TrainedSystem, n: int, seconds: float) -> list[Clips]:
    """n clips from nothing, as files hold them, in a draw for each seed; the first draws have one
    more where n is no multiple."""
    shares = [(n + len(SEEDS) - 1 - number) // len(SEEDS) for number in range(len(SEEDS))]
    return [
        {
            f"{number:02}": as_written(clip)
            for number, clip in enumerate(system.generate(share, seconds, seed))
        }
        for share, seed in zip(shares, SEEDS, strict=True)
    ]


def dealt(pieces: Clips) -> list[Clips]:
    """Real music in as many sets, by chance: pieces that lie beside each other are alike, and in
    turn a set would get always the same recordings."""
    mixed = [str(name) for name in np.random.default_rng(0).permutation(list(pieces))]
    return [{name: pieces[name] for name in mixed[k :: len(SEEDS)]} for k in range(len(SEEDS))]


def together(draws: Sequence[Clips]) -> dict[str, Clip]:
    return {f"{k}-{name}": clip for k, clips in enumerate(draws) for name, clip in clips.items()}


def spread(held_out: Clips, draws: Sequence[Clips]) -> dict[str, list[float]]:
    """Of each distance what every draw has alone."""
    return {
        name: [round(metrics.load(name).value(held_out, clips), 1) for clips in draws]
        for name in DISTANCES
    }


def with_spread(row: Row, of_draws: Mapping[str, Sequence[float]]) -> dict[str, object]:
    """The row of a table, beside each distance the lowest and the highest of the draws."""
    return dict(_beside(row, of_draws))


def _beside(row: Row, of_draws: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        yield name, value
        if name in of_draws:
            yield f"{name}, a third", f"{min(of_draws[name]):g}–{max(of_draws[name]):g}"
