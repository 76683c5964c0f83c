"""MusicGen: text to music by a transformer over EnCodec's codes, opened from a checkpoint."""

from menura.systems.musicgen.config import MusicGenConfig
from menura.systems.musicgen.system import MusicGen

__all__ = ["MusicGen", "MusicGenConfig"]
