"""How training sound is changed, so that little of it is heard in many ways."""

from dataclasses import dataclass
from math import log2

PITCHED_KINDS = ("pitch", "note", "key")
"""Kinds of label that a change of pitch would make untrue."""


@dataclass(frozen=True)
class Augmentation:
    """Every crop is changed anew each time it is heard; what is 0 or false is not done.

    gain_db: up to so many decibels louder or softer. polarity: half of the crops upside down.
    tape_percent: up to so many per cent faster or slower by resampling, as a tape is: pitch and
        length change together (6 % is a semitone). Costs next to nothing.
    pitch_semitones: up to so many semitones higher or lower, as long as before.
    stretch_percent: up to so many per cent longer or shorter, as high as before. These two go
        through a phase vocoder, which takes some thirty times as long (docs/log.md) and blurs
        onsets.
    tilt_db: up to so many decibels an octave brighter or darker.
    hiss: so large a share of the crops, 0…1, is heard through noise of any colour, −75 to −25 dBFS.
    mix: so large a share of the crops, 0…1, is heard together with another crop from anywhere, up
        to 12 dB softer. A label is then told only where both have it.

    Held-out sound is heard as it was recorded.
    """

    gain_db: float = 0.0
    polarity: bool = False
    tape_percent: float = 0.0
    pitch_semitones: float = 0.0
    stretch_percent: float = 0.0
    tilt_db: float = 0.0
    hiss: float = 0.0
    mix: float = 0.0

    def __post_init__(self) -> None:
        for name, most in (
            ("gain_db", 60),
            ("tape_percent", 50),
            ("pitch_semitones", 12),
            ("stretch_percent", 50),
            ("tilt_db", 6),
            ("hiss", 1),
            ("mix", 1),
        ):
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be 0…{most}, not {getattr(self, name):g}")

    @property
    def changes_pitch(self) -> bool:
        """By more than a quarter-tone at most, so that a label such as a note's pitch is untrue."""
        by_tape = 12 * log2(1 + self.tape_percent / 100)
        return self.pitch_semitones + by_tape > 0.5


AS_RECORDED = Augmentation()
