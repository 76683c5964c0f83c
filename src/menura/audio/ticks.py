"""Ticks of a MIDI file ⇄ seconds, through its changes of tempo."""

from bisect import bisect_right

DEFAULT_TEMPO_US = 500_000  # microseconds for a quarter note: 120 a minute
SLOWEST_TEMPO_US = 0xFFFFFF
MOST_TICKS_PER_BEAT = 0x7FFF
LARGEST_DELTA = 0x0FFFFFFF  # ticks between two events: four bytes of seven bits


class TickClock:
    """Starts with ticks of one length; changes are added in the order of time."""

    def __init__(self, seconds_per_tick: float):
        self._ticks, self._seconds, self._rates = [0], [0.0], [seconds_per_tick]

    def change(self, tick: int, seconds_per_tick: float) -> None:
        """From `tick` on, ticks have this length. The last of several changes at a tick counts."""
        if tick < self._ticks[-1]:
            raise ValueError(f"a change at tick {tick} comes after one at {self._ticks[-1]}")
        if tick == self._ticks[-1]:
            self._rates[-1] = seconds_per_tick
            return
        self._seconds.append(self.seconds(tick))
        self._ticks.append(tick)
        self._rates.append(seconds_per_tick)

    def seconds(self, tick: int) -> float:
        """Seconds from the start to the tick."""
        i = bisect_right(self._ticks, tick) - 1
        return self._seconds[i] + (tick - self._ticks[i]) * self._rates[i]

    def tick(self, seconds: float) -> int:
        """The tick nearest to a time."""
        i = bisect_right(self._seconds, seconds) - 1
        return self._ticks[i] + round((seconds - self._seconds[i]) / self._rates[i])


def seconds_per_tick(tempo_us: int, ticks_per_beat: int) -> float:
    """Length of a tick at a tempo in microseconds for a quarter note."""
    return tempo_us * 1e-6 / ticks_per_beat


def smpte_seconds_per_tick(division: int) -> float | None:
    """Length of a tick where a file counts film frames; None when the header makes no sense.

    division: the header's 16 bits as a signed number: minus the frames a second (24, 25, 29 for
    29.97, 30) in the upper eight, ticks of a frame in the lower.
    """
    rates = {24: 24.0, 25: 25.0, 29: 30_000 / 1001, 30: 30.0}
    frames_per_second, ticks_per_frame = rates.get(-(division >> 8)), division & 0xFF
    if frames_per_second is None or ticks_per_frame == 0:
        return None
    return 1 / (frames_per_second * ticks_per_frame)
