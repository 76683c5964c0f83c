"""MIDI files as scores: by hand, against mido's own clock, and what real files do wrong."""

from itertools import accumulate
from pathlib import Path
from typing import Any

import mido
import pytest

from menura.audio import Note, Score, TempoChange, read_score, write_score


def smf(*tracks: bytes, kind: int = 1, division: int = 480) -> bytes:
    """A MIDI file of tracks given as bytes; each gets its end-of-track."""
    header = b"MThd" + (6).to_bytes(4, "big")
    header += kind.to_bytes(2, "big") + len(tracks).to_bytes(2, "big")
    header += division.to_bytes(2, "big")
    ended = [track + b"\x00\xff\x2f\x00" for track in tracks]
    return header + b"".join(b"MTrk" + len(t).to_bytes(4, "big") + t for t in ended)


def score_of(tmp_path: Path, data: bytes, sustain: bool = True) -> Score:
    file = tmp_path / "score.mid"
    file.write_bytes(data)
    return read_score(file, sustain)


def played(tmp_path: Path, *messages: tuple[float, Any], sustain: bool = True) -> list[Note]:
    """The notes of messages given with their times in seconds (a tick is a millisecond)."""
    midi = mido.MidiFile(type=0, ticks_per_beat=500)
    ticks = [round(1000 * time) for time, _ in messages]
    gaps = [b - a for a, b in zip([0, *ticks], ticks, strict=False)]
    midi.tracks.append(
        mido.MidiTrack(m.copy(time=gap) for (_, m), gap in zip(messages, gaps, strict=True))
    )
    midi.save(tmp_path / "played.mid")
    return list(read_score(tmp_path / "played.mid", sustain).notes)


def on(pitch: int = 60, velocity: int = 64, channel: int = 0) -> Any:
    return mido.Message("note_on", note=pitch, velocity=velocity, channel=channel)


def off(pitch: int = 60, channel: int = 0) -> Any:
    return mido.Message("note_off", note=pitch, channel=channel)


def control(number: int, value: int, channel: int = 0) -> Any:
    return mido.Message("control_change", control=number, value=value, channel=channel)


def times(notes: list[Note]) -> list[tuple[float, float]]:
    return [(round(note.start_s, 6), round(note.end_s, 6)) for note in notes]


@pytest.mark.parametrize("kind", [0, 1])
def test_a_file_written_by_hand(kind: int, tmp_path: Path) -> None:
    """120 a minute, then 60 after one quarter; running status; velocity 0 ends a note."""
    data = smf(
        b"\x00\xff\x59\x02\xfd\x00"  # three flats, major
        b"\x00\xc0\x28"  # program 40
        b"\x00\x90\x3c\x40"  # C4 on at tick 0
        b"\x83\x60\xff\x51\x03\x0f\x42\x40"  # tick 480: a second for a quarter
        b"\x83\x60\x90\x40\x50"  # tick 960: E4 on
        b"\x00\x3c\x00"  # running status: C4 off
        b"\x81\x70\x40\x00",  # tick 1200: E4 off
        kind=kind,
    )
    score = score_of(tmp_path, data)
    assert score.notes == (Note(0.0, 1.5, 60, 64, 40), Note(1.5, 2.0, 64, 80, 40))
    assert (score.tempo_bpm, score.key) == (120.0, "Eb")
    assert score.tempo_changes == (TempoChange(0.5, 60.0),)


def test_tracks_of_type_1_are_heard_together(tmp_path: Path) -> None:
    tempo = b"\x00\xff\x51\x03\x0f\x42\x40"  # in the first track, for all
    score = score_of(tmp_path, smf(tempo, b"\x83\x60\x90\x3c\x40\x83\x60\x3c\x00"))
    assert times(list(score.notes)) == [(1.0, 2.0)]
    assert score.tempo_bpm == 60.0


@pytest.mark.parametrize(
    ("frames", "per_frame", "rate"), [(25, 40, 1000.0), (30, 80, 2400.0), (29, 1, 30_000 / 1001)]
)
def test_time_in_film_frames(frames: int, per_frame: int, rate: float, tmp_path: Path) -> None:
    division = ((256 - frames) << 8) | per_frame
    score = score_of(tmp_path, smf(b"\x64\x90\x3c\x40\x64\x3c\x00", division=division))
    assert score.notes[0].start_s == pytest.approx(100 / rate)
    assert score.notes[0].end_s == pytest.approx(200 / rate)


def test_drums_and_programs_by_channel(tmp_path: Path) -> None:
    notes = played(
        tmp_path,
        (0.0, mido.Message("program_change", channel=2, program=11)),
        (0.0, on(60, channel=2)),
        (0.1, on(36, channel=9)),
        (0.2, mido.Message("program_change", channel=2, program=12)),
        (0.3, on(61, channel=2)),
        (0.4, off(36, channel=9)),
        (0.5, off(60, channel=2)),
        (0.6, off(61, channel=2)),
    )
    assert [(n.pitch, n.program, n.is_drum) for n in notes] == [
        (60, 11, False),
        (36, 0, True),
        (61, 12, False),
    ]


def test_overlapping_notes_of_a_pitch_pair_in_order(tmp_path: Path) -> None:
    notes = played(tmp_path, (0, on()), (1, on()), (2, off()), (3, off()))
    assert times(notes) == [(0, 2), (1, 3)]


def test_a_missing_note_off_does_not_shift_the_rest(tmp_path: Path) -> None:
    struck = ((0, on()), (1, on()), (2, off()), (10, on()), (11, off()))
    assert times(played(tmp_path, *struck)) == [(0, 2), (1, 2), (10, 11)]


def test_a_note_struck_as_the_last_ends_is_not_ended_with_it(tmp_path: Path) -> None:
    struck = ((0, on()), (1, on()), (1, off()), (3, on(61)))
    assert times(played(tmp_path, *struck)) == [(0, 1), (1, 3), (3, 3)]


def test_hanging_notes_end_with_the_file_or_when_the_channel_is_silenced(tmp_path: Path) -> None:
    struck = ((0, on(60)), (1, on(61, channel=1)), (2, control(123, 0)), (5, off(99)))
    assert times(played(tmp_path, *struck)) == [(0, 2), (1, 5)]


def test_the_pedal_holds_notes_until_it_rises_or_the_key_is_struck(tmp_path: Path) -> None:
    struck = (
        (0, on(60)),
        (0.5, control(64, 127)),
        (1, off(60)),
        (2, on(62)),
        (2.5, off(62)),
        (3, on(60)),
        (3.5, off(60)),
        (4, control(64, 0)),
        (5, on(64)),
        (6, off(64)),
    )
    assert times(played(tmp_path, *struck)) == [(0, 3), (2, 4), (3, 4), (5, 6)]
    dry = played(tmp_path, *struck, sustain=False)
    assert times(dry) == [(0, 1), (2, 2.5), (3, 3.5), (5, 6)]


def test_a_pedal_that_never_rises_holds_to_the_end_of_its_channel(tmp_path: Path) -> None:
    struck = (
        (0, control(64, 64)),
        (0, on(60)),
        (0, on(60, channel=1)),
        (1, off(60)),
        (1, off(60, channel=1)),
        (4, control(7, 100)),
    )
    assert times(played(tmp_path, *struck)) == [(0, 1), (0, 4)]


def test_a_tempo_of_zero_is_passed_over(tmp_path: Path) -> None:
    data = smf(b"\x00\xff\x51\x03\x00\x00\x00\x83\x60\x90\x3c\x40\x83\x60\x3c\x00")
    score = score_of(tmp_path, data)
    assert (score.tempo_bpm, times(list(score.notes))) == (120.0, [(0.5, 1.0)])


def test_no_notes_is_an_empty_score(tmp_path: Path) -> None:
    assert score_of(tmp_path, smf(b"")) == Score(())
    assert score_of(tmp_path, smf()) == Score(())


def test_real_piano_agrees_with_midos_clock(recordings: Path) -> None:
    """mido plays a file by its own clock: every note-on must be where it says."""
    files = sorted((recordings / "piano").rglob("*.midi"))
    for file in files[:: max(1, len(files) // 2)]:
        messages = list(mido.MidiFile(file))
        clock = accumulate(message.time for message in messages)
        theirs = sorted(
            (time, message.note, message.velocity)
            for time, message in zip(clock, messages, strict=True)
            if message.type == "note_on" and message.velocity
        )
        score = read_score(file)
        mine = sorted((note.start_s, note.pitch, note.velocity) for note in score.notes)
        assert len(mine) == len(theirs) > 100
        for (t, *stroke), (t_mido, *stroke_mido) in zip(mine, theirs, strict=True):
            assert t == pytest.approx(t_mido, abs=1e-6)
            assert stroke == stroke_mido


def test_real_piano_is_written_and_read_back(recordings: Path, tmp_path: Path) -> None:
    file = min((recordings / "piano").rglob("*.midi"), key=lambda f: f.stat().st_size)
    score = read_score(file)
    write_score(tmp_path / "again.mid", score)
    again = read_score(tmp_path / "again.mid")
    assert (again.key, again.tempo_bpm) == (score.key, score.tempo_bpm)
    assert len(again.notes) == len(score.notes) > 100
    assert len(again.tempo_changes) == len(score.tempo_changes) > 10
    for note, returned in zip(score.notes, again.notes, strict=True):
        assert returned.start_s == pytest.approx(note.start_s, abs=3e-4)
