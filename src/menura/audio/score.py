"""Music as notes rather than sound."""

import math
from dataclasses import dataclass, replace

KEYS = (
    *("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"),
    *("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m"),
    *("D#m", "A#m"),
)
"""Keys as MIDI names them: seven flats to seven sharps, major, then minor."""

LONGEST_S = 24 * 3600.0  # of a score that is read, written or turned into events


@dataclass(frozen=True, order=True)
class Note:
    """One note. pitch, velocity and program as in MIDI (0…127); times in seconds from the start.

    is_drum: pitch names a drum of the kit `program` rather than a height.
    """

    start_s: float
    end_s: float
    pitch: int
    velocity: int = 80
    program: int = 0
    is_drum: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.pitch <= 127 or not 0 <= self.velocity <= 127:
            raise ValueError(f"pitch and velocity are 0…127, not {self.pitch}, {self.velocity}")
        if not 0 <= self.program <= 127:
            raise ValueError(f"program is 0…127, not {self.program}")
        if not 0 <= self.start_s <= self.end_s < math.inf:
            raise ValueError(f"a note must end after it starts: {self.start_s}…{self.end_s}")


@dataclass(frozen=True, order=True)
class TempoChange:
    """From `start_s` seconds (above 0) on, `bpm` quarter notes a minute."""

    start_s: float
    bpm: float

    def __post_init__(self) -> None:
        if not 0 < self.start_s < math.inf:
            raise ValueError(f"a change of tempo comes after the start, not at {self.start_s} s")
        _check_tempo(self.bpm)


@dataclass(frozen=True)
class Score:
    """Notes in the order they start: what a Clip is to sound, a Score is to notation.

    tempo_bpm: quarter notes a minute at the start; `tempo_changes` are those that follow. Notes
    are placed by seconds, so the tempo only says how they would be written down.
    key: one of KEYS, or None where it is not known.
    """

    notes: tuple[Note, ...]
    tempo_bpm: float = 120.0
    key: str | None = None
    tempo_changes: tuple[TempoChange, ...] = ()

    def __post_init__(self) -> None:
        _check_tempo(self.tempo_bpm)
        if self.key is not None and self.key not in KEYS:
            raise ValueError(f"there is no key {self.key!r} (there is: {', '.join(KEYS)})")
        object.__setattr__(self, "notes", tuple(sorted(self.notes)))
        object.__setattr__(self, "tempo_changes", tuple(sorted(self.tempo_changes)))

    @property
    def duration_s(self) -> float:
        return max((note.end_s for note in self.notes), default=0.0)

    def until(self, seconds: float) -> "Score":
        """What is heard before `seconds`: later notes are gone, those that sound on end there."""
        heard = (note for note in self.notes if note.start_s < seconds)
        notes = (replace(note, end_s=min(note.end_s, seconds)) for note in heard)
        changes = (change for change in self.tempo_changes if change.start_s < seconds)
        return replace(self, notes=tuple(notes), tempo_changes=tuple(changes))


def _check_tempo(bpm: float) -> None:
    if not 0 < bpm < math.inf:
        raise ValueError(f"a tempo is above 0 quarter notes a minute, not {bpm}")
