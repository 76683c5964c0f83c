"""Which note-off ends which note-on: shared by MIDI files and by note events as tokens."""

from collections import deque
from collections.abc import Sequence


def note_ends(events: Sequence[tuple[float, bool]]) -> list[float | None]:
    """The end of each note-on, in order; None for one that nothing ends.

    events: (time, is it a note-on) of one pitch of one instrument, in the order they came.

    Notes of one pitch may overlap. Where every note-on has its note-off they pair in order, first
    to first. Where some are missing (a key struck again without having been let go), a note-off
    ends all that sound, except those that begin at its very time while older ones sound.
    """
    n_on = sum(is_on for _, is_on in events)
    complete = 2 * n_on == len(events)
    ends: list[float | None] = [None] * n_on
    sounding: deque[tuple[int, float]] = deque()
    n_begun = 0
    for time, is_on in events:
        if is_on:
            sounding.append((n_begun, time))
            n_begun += 1
        elif sounding:
            n_ended = 1 if complete else sum(start < time for _, start in sounding)
            for _ in range(n_ended or len(sounding)):
                ends[sounding.popleft()[0]] = time
    return ends
