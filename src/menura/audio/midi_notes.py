"""Note-ons, note-offs, pedals and programs in their order → notes."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from menura.audio.pairing import note_ends
from menura.audio.score import Note

DRUM_CHANNEL = 9  # the tenth, counted from 0


@dataclass(frozen=True)
class NoteEvent:
    """One thing that happens to the notes of a channel.

    value: the velocity of an "on", the number of a "program"; else 0.
    """

    time_s: float
    kind: Literal["on", "off", "program", "pedal-down", "pedal-up", "silence"]
    track: int
    channel: int
    pitch: int
    value: int


@dataclass
class _Channel:
    """What is known of a channel: its program as it goes, its pedal and silences in the end."""

    program: int = 0
    pressed_s: list[float] = field(default_factory=list)
    raised_s: list[float] = field(default_factory=list)
    silenced_s: list[float] = field(default_factory=list)

    def hear(self, event: NoteEvent) -> None:
        if event.kind == "program":
            self.program = event.value
        elif event.kind == "silence":
            self.silenced_s.append(event.time_s)
        elif event.kind == "pedal-down" and len(self.pressed_s) == len(self.raised_s):
            self.pressed_s.append(event.time_s)
        elif event.kind == "pedal-up" and len(self.pressed_s) > len(self.raised_s):
            self.raised_s.append(event.time_s)

    def held_until(self, end_s: float, last_s: float) -> float:
        """When a note that is let go at end_s falls silent: when the pedal that holds it rises."""
        i = bisect_right(self.pressed_s, end_s) - 1
        if i < 0:
            return end_s
        raised_s = self.raised_s[i] if i < len(self.raised_s) else last_s
        return max(end_s, raised_s)


@dataclass
class _Key:
    """A key of an instrument: what happened to it, and the notes it began (not yet ended)."""

    events: list[tuple[float, bool]] = field(default_factory=list)
    begun: list[Note] = field(default_factory=list)


def notes_of(events: Iterable[NoteEvent], last_s: float, sustain: bool) -> list[Note]:
    """The notes that events in their order make.

    last_s: when the piece ends: no note sounds longer, whatever is missing.
    sustain: whether the pedal is heard.
    """
    channels: defaultdict[int, _Channel] = defaultdict(_Channel)
    # A note-off ends a note of its own track: two tracks may share a channel.
    keys: defaultdict[tuple[int, int, int], _Key] = defaultdict(_Key)
    for event in events:
        channel = channels[event.channel]
        if event.kind not in ("on", "off"):
            channel.hear(event)
            continue
        key = keys[event.channel, event.pitch, event.track]
        key.events.append((event.time_s, event.kind == "on"))
        if event.kind == "on":
            start_s, is_drum = event.time_s, event.channel == DRUM_CHANNEL
            key.begun.append(
                Note(start_s, start_s, event.pitch, event.value, channel.program, is_drum)
            )
    found: defaultdict[tuple[int, int], list[Note]] = defaultdict(list)
    for (number, pitch, _), key in keys.items():
        found[number, pitch] += _ended(key, channels[number], last_s)
    if sustain:
        for (number, _), notes in found.items():
            notes[:] = _sustained(notes, channels[number], last_s)
    return [note for notes in found.values() for note in notes]


def _ended(key: _Key, channel: _Channel, last_s: float) -> list[Note]:
    """The notes of a key; those without a note-off end when the channel, or the piece, does."""
    notes = []
    for note, end_s in zip(key.begun, note_ends(key.events), strict=True):
        if end_s is None:
            i = bisect_right(channel.silenced_s, note.start_s)
            end_s = channel.silenced_s[i] if i < len(channel.silenced_s) else last_s
        notes.append(replace(note, end_s=end_s))
    return notes


def _sustained(notes: list[Note], channel: _Channel, last_s: float) -> list[Note]:
    """Notes of one pitch of a channel, held by the pedal until it rises or the key is struck."""
    starts = sorted(note.start_s for note in notes)
    longer = []
    for note in notes:
        end_s = channel.held_until(note.end_s, last_s)
        i = bisect_left(starts, note.end_s)
        if i < len(starts) and starts[i] > note.start_s:
            end_s = min(end_s, starts[i])
        longer.append(replace(note, end_s=end_s))
    return longer
