"""Sets of clips, by name: of a corpus, and made by a system."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from menura.audio import Clip
from menura.evaluation.compare.ways import fitting
from menura.evaluation.excerpts import evenly
from menura.prepared import Rendition
from menura.systems import TrainedSystem

__all__ = [
    "Clips",
    "as_written",
    "continue_all",
    "cut",
    "cut_clips",
    "fitting",
    "generated",
    "whole",
]

Clips = Mapping[str, Clip]


def whole(rendition: Rendition, split: Any) -> dict[str, Clip]:
    """All tracks of a split, from end to end."""
    return {
        f"{index:03}": Clip(
            np.array(rendition.read(index, 0, rendition.tracks[index].n_samples)),
            rendition.sample_rate,
        )
        for index in rendition.of_split(split)
    }


def cut(rendition: Rendition, splits: Any, n: int, seconds: float, seed: int) -> dict[str, Clip]:
    """n pieces from anywhere in the splits' recordings, all recordings in turn."""
    splits = [splits] if isinstance(splits, str) else splits
    return cut_clips([clip for one in splits for clip in whole(rendition, one).values()],
                     n, seconds, seed)  # fmt: skip


def cut_clips(
    clips: Sequence[Clip], n: int, seconds: float, seed: int, every_s: float | None = None
) -> dict[str, Clip]:
    """n pieces from anywhere in the clips that are longer, or from multiples of every_s: of all
    clips in turn, or of n that are evenly apart where there are more."""
    rng = np.random.default_rng(seed)
    long = [clip for clip in clips if clip.duration_s > seconds]
    in_turn = evenly(long, n)
    found = {}
    for number in range(n):
        clip = in_turn[number % len(in_turn)]
        length = round(seconds * clip.sample_rate)
        if every_s is None:
            start = int(rng.integers(clip.n_samples - length))
        else:
            every = round(every_s * clip.sample_rate)
            start = every * int(rng.integers((clip.n_samples - length) // every + 1))
        found[f"{number:02}"] = Clip(clip.read(start, start + length), clip.sample_rate)
    return found


def as_written(clip: Clip) -> Clip:
    """As a file holds it: lowered as a whole where its peak is above full scale."""
    peak = float(np.abs(clip.samples).max(initial=1.0))
    return clip if peak == 1 else Clip(clip.samples / np.float32(peak), clip.sample_rate)


def generated(system: TrainedSystem, n: int, seconds: float) -> dict[str, Clip]:
    """n clips from nothing, as files hold them."""
    clips = system.generate(n, seconds, seed=0)
    return {f"{number:02}": as_written(clip) for number, clip in enumerate(clips)}


def continue_all(
    system: TrainedSystem, seeds: Clips, seconds: float, temperature: float | None = None
) -> dict[str, Clip]:
    """Each from a seed number of its own: with one number they would come out alike later on."""
    return {
        name: system.continue_(fitting(system, seed), seconds, seed=number, temperature=temperature)
        for number, (name, seed) in enumerate(seeds.items(), start=1)
    }
