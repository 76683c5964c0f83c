"""Random choices, each from a seed of its own."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from menura.foundation.seeds import derive

T = TypeVar("T")


def dice(seed: int, *purpose: str | int) -> Random:
    """A stream for one purpose: what else is drawn, and in which order, does not change it."""
    return Random(derive(seed, *purpose))


def weighted(rng: Random, weights: Mapping[T, float]) -> T:
    """One of the keys, as likely as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def between(rng: Random, low: float, high: float) -> float:
    """A number that is as often above the geometric middle as below it."""
    return float(low * (high / low) ** rng.random())
