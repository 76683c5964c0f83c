"""What every map promises: a row of numbers for each sound in, a point for each out."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

Rows = Float64[np.ndarray, "points columns"]
Points = Float64[np.ndarray, "points 2"]


@dataclass(frozen=True)
class Laid:
    """points: one for each row, all finite. remarks: what to know to read the map, in words."""

    points: Points
    remarks: tuple[str, ...] = ()


class Map(ABC):
    """A way to lay rows out in a plane. One file a map; its file name is its name.

    title: what the map is called. paper: where it comes from. least: rows that it takes at least.
    """

    title: ClassVar[str]
    paper: ClassVar[str]
    least: ClassVar[int] = 3

    def missing(self) -> str | None:
        """What is to be installed before it can be drawn, in words; None where nothing is."""
        return None

    @abstractmethod
    def lay(self, rows: Rows, seed: int) -> Laid:
        """The points. A pure function: equal rows and seeds give equal points on one machine.

        rows: finite, `least` of them or more, their columns on one scale (see
        `menura.evaluation.standardising`). Raises MenuraError where `missing` says something.
        """
