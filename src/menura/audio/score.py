"""Music as notes rather than sound."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Note:
    """One note. pitch and velocity as in MIDI (0…127); times in seconds from the start."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int = 80
    program: int = 0
    is_drum: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.pitch <= 127 or not 0 <= self.velocity <= 127:
            raise ValueError(f"pitch and velocity are 0…127, not {self.pitch}, {self.velocity}")
        if not 0 <= self.start_s <= self.end_s:
            raise ValueError(f"a note must end after it starts: {self.start_s}…{self.end_s}")


@dataclass(frozen=True)
class Score:
    """Notes in the order they start: what a Clip is to sound, a Score is to notation."""

    notes: tuple[Note, ...]
    tempo_bpm: float = 120.0
    key: str | None = None  # as MIDI writes it, e.g. "Ebm"

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(sorted(self.notes)))

    @property
    def duration_s(self) -> float:
        return max((note.end_s for note in self.notes), default=0.0)
