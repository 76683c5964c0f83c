"""What the features of a frame stand for, so that a picture of frames can say so."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from menura.audio.mel import hz_to_mel

Kind = Literal["feature", "coefficient", "hz", "mel", "htk", "wave"]
Panel = Literal["", "magnitude", "phase", "frequency", "real", "imaginary"]
Linear = Literal["", "power", "amplitude"]
TICKS_HZ = (0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000)
LABELS: dict[Kind, str] = {
    "feature": "feature",
    "coefficient": "coefficient",
    "hz": "frequency (Hz)",
    "mel": "frequency (Hz)",
    "htk": "frequency (Hz)",
    "wave": "amplitude",
}
MOST_PANELS = 3  # an image file has three colours to hold them


@dataclass(frozen=True)
class Axis:
    """What the features of one audio channel stand for, from the first on.

    kind: "hz": bins evenly spaced, the first centred on low_hz and the last on high_hz.
        "mel" (Slaney's scale), "htk": bands evenly spaced in mel, whose triangles together reach
        from low_hz to high_hz. "coefficient", "feature": numbered from 0. "wave": each feature is
        a value that changes over time, drawn as a line.
    panels: names of the equal parts that the features fall into, one after the other: an image
        of magnitudes and phases has ("magnitude", "phase"). Phases are in any unit whose full
        turn is the range of the values; "frequency" is a deviation, zero in the middle.
    linear: the values (of panels that have no sign) are powers or amplitudes, which only decibels
        show well; "" where they are levels already.
    label: in place of the kind's own.
    """

    kind: Kind = "feature"
    low_hz: float = 0.0
    high_hz: float = 0.0
    panels: tuple[Panel, ...] = ("",)
    linear: Linear = ""
    label: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.panels) <= MOST_PANELS:
            raise ValueError(f"an axis has 1…{MOST_PANELS} panels, not {len(self.panels)}")
        if self.in_hz and not 0 <= self.low_hz < self.high_hz:
            raise ValueError(
                f"an axis in Hz rises from 0 or more, not {self.low_hz:g} to {self.high_hz:g}"
            )

    @property
    def in_hz(self) -> bool:
        return self.kind in ("hz", "mel", "htk")

    @property
    def words(self) -> str:
        """What to write beside the axis."""
        return self.label or LABELS[self.kind]

    def position(self, hz: float) -> float:
        """Where a frequency stands, in the unit the features are evenly spaced in."""
        if self.kind == "mel":
            return float(hz_to_mel(hz))
        return float(hz_to_mel(hz, "htk")) if self.kind == "htk" else hz

    def edges(self, n_features: int) -> tuple[float, float]:
        """Lower edge of the first of `n_features` and upper edge of the last, in that unit."""
        if not self.in_hz:
            return -0.5, n_features - 0.5
        low, high = self.position(self.low_hz), self.position(self.high_hz)
        if self.kind == "hz":
            half = (high - low) / (2 * max(1, n_features - 1))
            return low - half, high + half
        half = (high - low) / (2 * (n_features + 1))  # centres of triangles lie inside
        return low + half, high - half

    def ticks(self, n_features: int) -> tuple[Float64[np.ndarray, " ticks"], list[str]] | None:
        """Places and names of ticks in Hz; None where plain numbers do."""
        if self.kind not in ("mel", "htk"):
            return None
        low, high = self.edges(n_features)
        inside = [hz for hz in TICKS_HZ if low <= self.position(hz) <= high]
        places = np.array([self.position(hz) for hz in inside], np.float64)
        return places, [f"{hz}" for hz in inside]
