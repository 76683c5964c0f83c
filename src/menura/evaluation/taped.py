"""Clips whose sound lies on the disk: however many there are, memory holds one at a time."""

from jaxtyping import Float32
from numpy import ndarray

from menura.audio import Clip, Signal, Tape


class TapedClip(Clip):
    """A stretch of a tape, which passes for a clip.

    Its samples are read whenever they are asked for and kept by nobody, while the clip itself, by
    which embeddings are remembered, stays. It serves as long as the tape is open.
    """

    def __init__(self, tape: Signal, start: int, stop: int):
        fields = {"sample_rate": tape.sample_rate, "_tape": tape, "_start": start, "_stop": stop}
        for name, value in fields.items():  # a clip is frozen
            object.__setattr__(self, name, value)

    @property
    def samples(self) -> Float32[ndarray, "channels time"]:  # type: ignore[override]
        """Read from the tape, each time anew."""
        return self.read(0, self.n_samples)

    @property
    def n_channels(self) -> int:
        return self._tape.n_channels

    @property
    def n_samples(self) -> int:
        return self._stop - self._start

    def read(self, start: int, stop: int) -> Float32[ndarray, "channels part"]:
        # As a slice of an array would have it: a range that leaves the clip is cut.
        start, stop = min(start, self.n_samples), min(stop, self.n_samples)
        return self._tape.read(self._start + start, self._start + max(start, stop))

    def between(self, start_s: float, stop_s: float) -> "TapedClip":
        start, stop = (
            min(max(0, round(second * self.sample_rate)), self.n_samples)
            for second in (start_s, stop_s)
        )
        return TapedClip(self._tape, self._start + start, self._start + max(start, stop))

    _tape: Signal
    _start: int
    _stop: int


def on_tape(tape: Tape, clip: Clip) -> TapedClip:
    """The clip, put at the end of the tape; both have one rate and as many channels."""
    start = tape.n_samples
    tape.append(clip.samples)
    return TapedClip(tape, start, tape.n_samples)
