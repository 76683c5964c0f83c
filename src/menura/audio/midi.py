"""Reading MIDI files: bytes → Score, or one line of what is wrong with them."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from menura.audio.midi_notes import NoteEvent, notes_of
from menura.audio.refusals import UnreadableAudioError, beginning
from menura.audio.score import LONGEST_S, Score, TempoChange
from menura.audio.ticks import (
    DEFAULT_TEMPO_US,
    LARGEST_DELTA,
    TickClock,
    seconds_per_tick,
    smpte_seconds_per_tick,
)

MIDI_SUFFIXES = frozenset((".mid", ".midi"))
MOST_BYTES = 2 << 20  # hours of dense piano
# A time is at most four bytes long, all but its last with the top bit set. Such a run without end
# would be read as one number of millions of digits; names of tracks hold runs of some hundreds.
ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{1024}")
SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123


def read_score(path: Path, sustain: bool = True) -> Score:
    """The notes of a MIDI file (type 0 or 1), its tempo, changes of tempo and first key.

    Times are seconds through the tempo map. A note-on of velocity 0 is a note-off; notes of one
    pitch that overlap pair as `note_ends` says; notes that nothing ends last until the channel is
    silenced or the file ends. Channel 10 is drums. All tracks are heard together.

    sustain: a note let go while the sustain pedal is down sounds on until the pedal rises or its
        key is struck again (Oore et al. 2018, section 3.1, do the same).

    Raises UnreadableAudioError for a file that is not MIDI, is of type 2 (pieces side by side, not
    one), is damaged or cut, larger than 2 MiB or longer than 24 hours.
    """
    return parse_score(*beginning(path, MOST_BYTES + 1), path, sustain)


def parse_score(data: bytes, size: int, path: Path, sustain: bool = True) -> Score:
    """The same of a MIDI file that is in memory already.

    size: of the whole file in bytes; `data` need be no longer than 2 MiB + 1. path: its name in
    errors.
    """
    midi = _parsed(data, size, path)
    timed = _in_order(path, midi)
    clock, score = _tempo(path, midi.ticks_per_beat, timed)
    end_s = clock.seconds(timed[-1][0]) if timed else 0.0
    if end_s > LONGEST_S:
        raise UnreadableAudioError(path, f"a MIDI file of {end_s / 3600:.0f} hours; at most 24")
    notes = notes_of(_events(timed, clock), end_s, sustain)
    return Score(tuple(notes), score.tempo_bpm, _key(timed), score.tempo_changes)


def messages(path: Path) -> Iterator[Any]:
    """All messages of a MIDI file, track after track, as mido has them. Raises as `read_score`."""
    for track in _parsed(*beginning(path, MOST_BYTES + 1), path).tracks:
        yield from track


def _parsed(data: bytes, size: int, path: Path) -> Any:
    """The file as mido sees it."""
    import mido  # here, because most who read sound read no notes

    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        raise UnreadableAudioError(path, "MIDI inside RIFF (.rmi); save it as a plain MIDI file")
    if data[:4] != b"MThd":
        raise UnreadableAudioError(path, "not a MIDI file")
    if size > MOST_BYTES:
        mebibytes = size / (1 << 20)
        raise UnreadableAudioError(path, f"a MIDI file of {mebibytes:.0f} MiB; at most 2 are read")
    if ENDLESS_NUMBER.search(data):
        raise UnreadableAudioError(path, "a damaged MIDI file (a number without end)")
    try:
        midi = mido.MidiFile(file=BytesIO(data), clip=True)
    except EOFError:
        raise UnreadableAudioError(path, "a MIDI file that is cut short") from None
    except Exception as error:  # mido raises a dozen kinds, each meaning bytes that make no sense
        reason = f" ({error})" if str(error) else ""
        raise UnreadableAudioError(path, f"a damaged MIDI file{reason}") from None
    if midi.type == 2:
        raise UnreadableAudioError(
            path, "a MIDI file of type 2, which holds pieces side by side; save it as type 0 or 1"
        )
    if midi.type not in (0, 1):
        raise UnreadableAudioError(path, f"a damaged MIDI file (of type {midi.type})")
    return midi


def _in_order(path: Path, midi: Any) -> list[tuple[int, int, Any]]:
    """(tick, track, message) of all tracks in the order they are heard."""
    timed = []
    for number, track in enumerate(midi.tracks):
        tick = 0
        for message in track:
            if message.time > LARGEST_DELTA:
                raise UnreadableAudioError(path, "a damaged MIDI file (a time out of range)")
            tick += message.time
            timed.append((tick, number, message))
    timed.sort(key=lambda entry: entry[0])  # keeps the tracks' order within a tick
    return timed


def _tempo(path: Path, division: int, timed: list[tuple[int, int, Any]]) -> tuple[TickClock, Score]:
    """The clock of the file, and an empty score with its tempo."""
    if division < 0:
        rate = smpte_seconds_per_tick(division)
        if rate is not None:
            return TickClock(rate), Score(())
    if division <= 0:
        raise UnreadableAudioError(path, "a damaged MIDI file (its header gives no time)")
    tempi = [(0, DEFAULT_TEMPO_US)]
    for tick, _, message in timed:
        # A tempo of 0 would stop time: it is passed over.
        if message.type == "set_tempo" and message.tempo not in (0, tempi[-1][1]):
            if tempi[-1][0] == tick:
                tempi.pop()
            tempi.append((tick, message.tempo))
    clock = TickClock(seconds_per_tick(tempi[0][1], division))
    for tick, tempo in tempi[1:]:
        clock.change(tick, seconds_per_tick(tempo, division))
    changes = (TempoChange(clock.seconds(tick), 60e6 / tempo) for tick, tempo in tempi[1:])
    return clock, Score((), 60e6 / tempi[0][1], tempo_changes=tuple(changes))


def _key(timed: list[tuple[int, int, Any]]) -> str | None:
    keys = (str(message.key) for _, _, message in timed if message.type == "key_signature")
    return next(keys, None)


def _events(timed: list[tuple[int, int, Any]], clock: TickClock) -> list[NoteEvent]:
    """What the messages mean for notes, in order; the rest is left out."""
    events = []
    for tick, track, message in timed:
        kind, value = _meaning(message)
        if kind is None:
            continue
        pitch = message.note if kind in ("on", "off") else 0
        time_s = clock.seconds(tick)
        events.append(NoteEvent(time_s, kind, track, message.channel, pitch, value))
    return events


def _meaning(message: Any) -> tuple[Any, int]:
    if message.type == "note_on":
        return ("on" if message.velocity else "off"), message.velocity
    if message.type == "note_off":
        return "off", 0
    if message.type == "program_change":
        return "program", message.program
    if message.type == "control_change":
        if message.control == SUSTAIN:
            return ("pedal-down" if message.value >= 64 else "pedal-up"), 0
        if message.control in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            return "silence", 0
    return None, 0
