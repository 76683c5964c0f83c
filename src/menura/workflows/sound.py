"""What every verb that makes sound has in common: options, finishing and writing."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["wav", "flac", "ogg", "mp3"]


@dataclass(frozen=True)
class SoundOptions:
    """Options of every verb that makes sound.

    seconds: length of the result (of the new part, for `continue`); None: the system's own.
    loop: the end flows into the start.
    loudness_lufs: integrated loudness by EBU R128; None leaves the level as made.
    format: None takes it from the file name, or wav.
    """

    seconds: float | None = None
    seed: int = 0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    loop: bool = False
    loudness_lufs: float | None = None
    format: Format | None = None
