"""notes: MIDI files of both types in any folder, and what is wrong with those that fail."""

import os
import shutil
from pathlib import Path

import mido
import pytest

from menura import corpora
from menura.audio import read_score
from menura.foundation.errors import MenuraError
from menura.prepared import PreparedCorpus
from menura.workflows.prepare import prepare

DATA = Path(os.environ.get("MENURA_DATA", "no data")) / "piano"


def tune(path: Path, kind: int) -> Path:
    """Two notes at 90 quarter notes a minute in D minor, as mido writes them."""
    midi = mido.MidiFile(type=kind, ticks_per_beat=480)
    head = [
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90)),
        mido.MetaMessage("key_signature", key="Dm"),
    ]
    played = [
        mido.Message("note_on", note=62, velocity=80, time=0),
        mido.Message("note_off", note=62, time=480),
        mido.Message("note_on", note=65, velocity=80, time=0),
        mido.Message("note_off", note=65, time=480),
    ]
    parts = [[*head, *played]] if kind == 0 else [head, played]
    midi.tracks.extend(mido.MidiTrack(part) for part in parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    midi.save(path)
    return path


def test_both_types_with_tempo_and_key(tmp_path: Path) -> None:
    tune(tmp_path / "a/zero.mid", 0)
    tune(tmp_path / "b/deep/one.MIDI", 1)
    tune(tmp_path / "loose.midi", 1)
    found = corpora.load("notes").find(tmp_path)
    assert [(track.id, dict(track.labels)) for track in found.tracks] == [
        ("a/zero.mid", {"label": "a"}),
        ("b/deep/one.MIDI", {"label": "b"}),
        ("loose.midi", {}),
    ]
    for track in found.tracks:
        assert track.is_score
        assert track.score == track.path == tmp_path / track.id
        assert track.group == track.id
        score = read_score(track.path)
        assert score.tempo_bpm == pytest.approx(90, abs=1e-3)
        assert score.key == "Dm"
        assert [note.pitch for note in score.notes] == [62, 65]
        assert score.duration_s == pytest.approx(4 / 3, abs=1e-5)


def test_a_label_file(tmp_path: Path) -> None:
    for name in ("a.mid", "b.mid", "c.mid"):
        tune(tmp_path / name, 0)
    (tmp_path / "labels.csv").write_text(
        "file,composer,group,split\na.mid,Bach,one,train\nb.mid,Berg,one,train\n"
    )
    found = corpora.load("notes").find(tmp_path)
    assert [(t.id, t.group, t.split, dict(t.labels)) for t in found.tracks] == [
        ("a.mid", "one", "train", {"composer": "Bach"}),
        ("b.mid", "one", "train", {"composer": "Berg"}),
    ]
    assert all(track.is_score for track in found.tracks)
    assert [(item.file, item.reason) for item in found.dropped] == [
        ("c.mid", "not listed in labels.csv")
    ]


def test_other_files(tmp_path: Path) -> None:
    tune(tmp_path / "a.mid", 0)
    (tmp_path / "take.wav").write_bytes(b"RIFF0000WAVE")
    (tmp_path / "song.flac").write_bytes(b"fLaC")
    (tmp_path / ".hidden.mid").touch()
    (tmp_path / "b.mid").symlink_to(tmp_path / "a.mid")
    found = corpora.load("notes").find(tmp_path)
    assert [track.id for track in found.tracks] == ["a.mid"]
    assert found.notes == ("2 sound files were not looked at",)
    assert [item.file for item in found.dropped] == [".hidden.mid", "b.mid"]


def test_no_midi_files(tmp_path: Path) -> None:
    (tmp_path / "take.wav").touch()
    with pytest.raises(MenuraError, match="no MIDI files"):
        corpora.load("notes").find(tmp_path)


def test_every_failing_file_has_a_reason(tmp_path: Path) -> None:
    """find opens nothing; whoever reads a track is told why it cannot be used."""
    good = tune(tmp_path / "good.mid", 1).read_bytes()
    bad = {
        "empty.mid": b"",
        "text.mid": b"not music",
        "cut.mid": good[:40],
        "two.mid": good[:8] + b"\x00\x02" + good[10:],
        "seven.mid": good[:8] + b"\x00\x07" + good[10:],
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    found = corpora.load("notes").find(tmp_path)
    assert {track.id for track in found.tracks} == {"good.mid", *bad}
    for track in found.tracks:
        if track.id in bad:
            with pytest.raises(MenuraError) as error:
                read_score(track.path)
            assert track.id in str(error.value)
            assert "\n" not in str(error.value)


def test_what_needs_sound_says_so(tmp_path: Path) -> None:
    corpora.load("notes").miniature(tmp_path / "source")
    prepare(tmp_path / "source", tmp_path / "out", corpus="notes")
    with pytest.raises(MenuraError, match=r"holds notes .* and no sound") as error:
        PreparedCorpus.open(tmp_path / "out").rendition(8000, 1)
    assert "\n" not in str(error.value)


@pytest.mark.skipif(not DATA.is_dir(), reason="no data")
def test_real_scores(tmp_path: Path) -> None:
    files = sorted(DATA.glob("*/*.midi"), key=lambda path: path.stat().st_size)
    assert len(corpora.load("notes").find(DATA).tracks) == len(files) == 26
    for path in files[:3]:
        shutil.copy(path, tmp_path)
    for track in corpora.load("notes").find(tmp_path).tracks:
        score = read_score(track.path)
        ons = sum(m.type == "note_on" and m.velocity > 0 for m in mido.MidiFile(track.path))
        assert len(score.notes) == ons > 0
        assert score.tempo_bpm > 0
