"""Writing a Score as a MIDI file."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from menura.audio.midi import messages
from menura.audio.midi_notes import DRUM_CHANNEL
from menura.audio.score import LONGEST_S, Note, Score
from menura.audio.ticks import (
    LARGEST_DELTA,
    MOST_TICKS_PER_BEAT,
    SLOWEST_TEMPO_US,
    TickClock,
    seconds_per_tick,
)
from menura.foundation.atomic import replacing
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

FEWEST_TICKS_PER_BEAT = 960
LONGEST_TICK_US = 500
MELODIC_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]


def write_score(path: Path, score: Score, *, comment: str = "") -> None:
    """The score as a MIDI file of type 1: tempi and key first, then a track an instrument.

    Times land on the nearest tick, at most half a millisecond long (a quarter of a millisecond
    off). A note shorter than a tick becomes a tick long, and velocity 0, which MIDI takes for a
    note-off, becomes 1. Notes of one pitch of one instrument that overlap are read back with their
    ends in the order of their starts. Drums go to channel 10; beyond fifteen other programs,
    instruments share channels and say their program before each note.

    comment: kept as a text event at the start; `read_score_comment` gives it back.

    Written whole or not at all. Raises MenuraError for a score of more than 24 hours, or a gap
    longer than MIDI can count.
    """
    import mido  # here, because most who write sound write no notes

    if score.duration_s > LONGEST_S:
        hours = score.duration_s / 3600
        raise MenuraError(f"{printable(str(path))}: a score of {hours:.0f} hours; at most 24")
    tempi_us = [_tempo_us(score.tempo_bpm), *(_tempo_us(c.bpm) for c in score.tempo_changes)]
    ticks_per_beat = min(
        MOST_TICKS_PER_BEAT, max(FEWEST_TICKS_PER_BEAT, -(-max(tempi_us) // LONGEST_TICK_US))
    )
    clock, tempo_ticks = _clock(score, tempi_us, ticks_per_beat)
    first = [(0, mido.MetaMessage("text", text=_latin(comment)))] if comment else []
    first += [(0, mido.MetaMessage("key_signature", key=score.key))] if score.key else []
    first += [
        (tick, mido.MetaMessage("set_tempo", tempo=tempo))
        for tick, tempo in zip(tempo_ticks, tempi_us, strict=True)
    ]
    midi = mido.MidiFile(type=1, ticks_per_beat=ticks_per_beat)
    for timed in (first, *_instruments(score, clock)):
        midi.tracks.append(_track(path, timed))
    with replacing(path) as temporary:
        midi.save(temporary)


def read_score_comment(path: Path) -> str:
    """The first text event of a MIDI file; "" where there is none. Raises as `read_score` does."""
    texts = (message.text for message in messages(path) if message.type == "text")
    return next((str(text) for text in texts), "")


def _latin(comment: str) -> str:
    """Texts in MIDI files are Latin-1."""
    return comment.encode("latin-1", "replace").decode("latin-1")


def _tempo_us(bpm: float) -> int:
    """Microseconds for a quarter note, as near as the three bytes of MIDI allow."""
    return round(min(max(60e6 / bpm, 1), SLOWEST_TEMPO_US))


def _clock(score: Score, tempi_us: list[int], ticks_per_beat: int) -> tuple[TickClock, list[int]]:
    """The clock whose changes of tempo lie on ticks, and those ticks (the first is 0)."""
    rates = [seconds_per_tick(tempo, ticks_per_beat) for tempo in tempi_us]
    clock, ticks = TickClock(rates[0]), [0]
    for change, rate in zip(score.tempo_changes, rates[1:], strict=True):
        # No earlier than the change before it, even where that one was rounded up.
        ticks.append(max(ticks[-1], clock.tick(change.start_s)))
        clock.change(ticks[-1], rate)
    return clock, ticks


def _instruments(score: Score, clock: TickClock) -> list[list[tuple[int, Any]]]:
    """The messages of each instrument with their ticks, in order."""
    import mido

    names = sorted({(note.is_drum, note.program) for note in score.notes})
    tracks: dict[tuple[bool, int], list[tuple[int, Any]]] = {name: [] for name in names}
    channels = {
        name: DRUM_CHANNEL if name[0] else MELODIC_CHANNELS[i % len(MELODIC_CHANNELS)]
        for i, name in enumerate(names)
    }
    programs: dict[int, int] = {}
    for tick, name, is_on, note in _strokes(score.notes, clock, names):
        timed, channel = tracks[names[name]], channels[names[name]]
        if is_on and programs.get(channel) != note.program:
            said = mido.Message("program_change", channel=channel, program=note.program)
            timed.append((tick, said))
            programs[channel] = note.program
        # A note-on of velocity 0 for a note-off: the status byte need not be said again.
        velocity = max(1, note.velocity) if is_on else 0
        stroke = mido.Message("note_on", channel=channel, note=note.pitch, velocity=velocity)
        timed.append((tick, stroke))
    return list(tracks.values())


def _strokes(
    notes: tuple[Note, ...], clock: TickClock, names: list[tuple[bool, int]]
) -> list[tuple[int, int, bool, Note]]:
    """(tick, instrument, is it a note-on, note) in the order a reader of the file hears them.

    By tick, then track, so that a program said in one track is not taken by another; note-offs
    first, so that a key is let go before it is struck again.
    """
    place = {name: i for i, name in enumerate(names)}
    strokes = []
    for note in notes:
        start = clock.tick(note.start_s)
        name = place[note.is_drum, note.program]
        strokes.append((start, name, True, note))
        strokes.append((max(start + 1, clock.tick(note.end_s)), name, False, note))
    return sorted(strokes)


def _track(path: Path, timed: list[tuple[int, Any]]) -> Any:
    """A track of messages, each with the ticks since the one before."""
    import mido

    ticks = [0, *(tick for tick, _ in timed)]
    gaps = [after - before for before, after in pairwise(ticks)]
    if max(gaps, default=0) > LARGEST_DELTA:
        raise MenuraError(
            f"{printable(str(path))}: a gap longer than MIDI can count at this tempo; "
            "take a slower tempo or cut the score"
        )
    pairs = zip(timed, gaps, strict=True)
    return mido.MidiTrack(message.copy(time=gap) for (_, message), gap in pairs)
