"""Metres: how long a bar is, where its beats fall, and how heavy each place is."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Metre:
    """length: of a bar; pulses: where its beats begin; both in quarter notes."""

    name: str
    length: float
    pulses: tuple[float, ...]

    @property
    def compound(self) -> bool:
        """Whether a beat falls into three."""
        return len(self.pulses) > 1 and self.pulses[1] == 1.5

    def pulse_lengths(self) -> list[float]:
        ends = [*self.pulses[1:], self.length]
        return [end - start for start, end in zip(self.pulses, ends, strict=True)]

    def weight(self, beat: float) -> float:
        """1 on the first beat, 0.7 halfway if a beat is there, 0.5 on others, less between."""
        place = beat % self.length
        if min(place, self.length - place) < 0.01:
            return 1.0
        if any(abs(place - pulse) < 0.01 for pulse in self.pulses):
            return 0.7 if abs(place - self.length / 2) < 0.01 else 0.5
        return 0.25 if abs(place % 0.5) < 0.01 else 0.0

    def even_step(self, bpm: float, rate: float) -> float:
        """The length of even notes, in quarter notes, of which about `rate` go to a second."""
        steps = (0.5, 0.25, 0.125) if self.compound else (1.0, 0.5, 1 / 3, 0.25, 1 / 6, 0.125)
        if self.length % 1:  # a limping bar has no thirds
            steps = (0.5, 0.25, 0.125)
        return min(steps, key=lambda step: abs(math.log(bpm / 60 / step / rate)))


COMMON = Metre("4/4", 4.0, (0.0, 1.0, 2.0, 3.0))
WALTZ = Metre("3/4", 3.0, (0.0, 1.0, 2.0))
MARCH = Metre("2/4", 2.0, (0.0, 1.0))
JIG = Metre("6/8", 3.0, (0.0, 1.5))
SLOW_JIG = Metre("12/8", 6.0, (0.0, 1.5, 3.0, 4.5))
FIVE = Metre("5/4", 5.0, (0.0, 1.0, 2.0, 3.0, 4.0))
SEVEN = Metre("7/8", 3.5, (0.0, 1.0, 2.0))
