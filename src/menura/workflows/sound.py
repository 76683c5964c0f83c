"""The options of every verb that makes sound. Light: the command line imports it for its help."""

from dataclasses import dataclass
from typing import Literal

from menura.foundation.errors import UsageError

Format = Literal["wav", "flac", "ogg", "mp3"]
LOOP_S = 0.5  # how long the end of a loop flows into its start
LONGEST_S = 86_400.0
QUIETEST_LUFS = -70.0  # below it, EBU R128 hears nothing


@dataclass(frozen=True)
class SoundOptions:
    """Options of every verb that makes sound.

    seconds: length of the result (of the new part, for `continue`), up to 24 hours; None: the
        system's own where the music is new, the clip's where a clip is changed.
    loop: the end flows into the start: over half a second or a third of what there is, or, where
        `generate` makes 2 s or more with a system that fills gaps, by music of its own.
    loudness_lufs: integrated loudness by EBU R128, −70…0; None leaves the level as made. Where
        the true peak would pass −1 dB the result stays quieter, and that is said.
    format: None takes it from the file name, and is wav in a folder.
    device, precision: where and in which numbers the network computes; "auto" takes the fastest
        there is, where the system gains from it. compiled: it is compiled first, which takes half a
        minute and pays where there is much to make.
    stereo: sound in one channel is spread over two, whose mix down is the one again (see
        `audio.widened`); what has two channels stays as it is.

    Raises UsageError for values that cannot be.
    """

    seconds: float | None = None
    seed: int = 0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    loop: bool = False
    loudness_lufs: float | None = None
    format: Format | None = None
    stereo: bool = False
    device: str = "auto"
    precision: str = "auto"
    compiled: bool = False

    def __post_init__(self) -> None:
        if self.seconds is not None and not 0 < self.seconds <= LONGEST_S:
            raise UsageError(
                f"--seconds must be above 0 and at most {LONGEST_S:.0f} (24 hours), "
                f"not {self.seconds:g}"
            )
        for option, fade_s in (("--fade-in", self.fade_in_s), ("--fade-out", self.fade_out_s)):
            if not 0 <= fade_s <= LONGEST_S:
                raise UsageError(f"{option} must be 0…{LONGEST_S:.0f} seconds, not {fade_s:g}")
        if self.loop and (self.fade_in_s or self.fade_out_s):
            raise UsageError("--loop has no start or end to fade; leave out --fade-in/--fade-out")
        if self.loudness_lufs is not None and not QUIETEST_LUFS <= self.loudness_lufs <= 0:
            raise UsageError(
                f"--loudness must be {QUIETEST_LUFS:.0f}…0 LUFS, not {self.loudness_lufs:g}"
            )

    def length(self, usual: float) -> float:
        """Seconds asked for, or the usual."""
        return usual if self.seconds is None else self.seconds

    def over(self, seconds: float) -> float:
        """What must be made beyond a result of `seconds`: the end of a loop lies over its start."""
        return min(LOOP_S, seconds / 2) if self.loop else 0.0
