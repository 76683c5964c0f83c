"""NSynth: what examples.json says, checked against the file itself read by pandas."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menura import corpora
from menura.corpora import Track
from menura.foundation.errors import MenuraError, UsageError

DATA = Path(os.environ.get("MENURA_DATA", "no data")) / "notes"
NOTE: dict[str, Any] = {
    "note": 7,
    "note_str": "reed_acoustic_001-060-127",
    "instrument": 1,
    "instrument_str": "reed_acoustic_001",
    "instrument_family": 7,
    "instrument_family_str": "reed",
    "instrument_source": 0,
    "instrument_source_str": "acoustic",
    "pitch": 60,
    "velocity": 127,
    "sample_rate": 16000,
    "qualities": [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    "qualities_str": ["bright", "tempo-synced"],
}


def lay(folder: Path, notes: dict[str, Any], suffix: str = "wav") -> Path:
    """A part of NSynth with an empty file for each note: find opens none."""
    (folder / "audio").mkdir(parents=True)
    for name in notes:
        (folder / "audio" / f"{name}.{suffix}").touch()
    (folder / "examples.json").write_text(json.dumps(notes))
    return folder


def pitched(*pitches: int) -> dict[str, Any]:
    return {f"note-{pitch:03d}": {**NOTE, "pitch": pitch} for pitch in pitches}


def pitches(tracks: tuple[Track, ...]) -> list[int]:
    return sorted(int(track.labels["pitch"]) for track in tracks)


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_one_note(tmp_path: Path, suffix: str) -> None:
    lay(tmp_path / "nsynth-valid", {"reed_acoustic_001-060-127": NOTE}, suffix)
    for root, below in ((tmp_path, "nsynth-valid/"), (tmp_path / "nsynth-valid", "")):
        found = corpora.load("nsynth").find(root)
        [track] = found.tracks
        assert track.id == f"{below}audio/reed_acoustic_001-060-127.{suffix}"
        assert track.path == root / track.id
        assert track.group == "reed_acoustic_001"
        assert track.split == "valid"
        assert track.licence == "CC BY 4.0"
        assert track.details == NOTE
        assert track.labels == {
            "family": "reed",
            "source": "acoustic",
            "instrument": "reed_acoustic_001",
            "pitch": "60",
            "qualities": "bright, tempo-synced",
        }
        assert found.dropped == found.notes == ()


def test_pitches(tmp_path: Path) -> None:
    lay(tmp_path / "nsynth-train", pitched(9, 23, 24, 60, 84, 85, 120))
    found = corpora.load("nsynth").find(tmp_path)
    assert pitches(found.tracks) == [24, 60, 84]
    assert found.notes == ("nsynth-train: 4 of 7 notes are not among those wanted (pitch 24…84)",)
    chosen = {"pitch_min": "60", "pitch_max": "85"}
    assert pitches(corpora.load("nsynth", chosen).find(tmp_path).tracks) == [60, 84, 85]
    for wrong in ({"pitch_min": "85"}, {"pitch_max": "128"}, {"families": '["oboe"]'}):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            corpora.load("nsynth", wrong)


def test_filters(tmp_path: Path) -> None:
    notes = {
        "a": NOTE,
        "b": {**NOTE, "instrument_family_str": "bass", "instrument_str": "bass_x"},
        "c": {**NOTE, "instrument_source_str": "synthetic", "instrument_str": "reed_y"},
    }
    lay(tmp_path / "nsynth-train", notes)
    for chosen, expected in (
        ({"families": '["bass"]'}, "b"),
        ({"sources": '["synthetic"]'}, "c"),
        ({"instruments": '["reed_acoustic_001", "bass_x"]'}, "ab"),
        ({"families": '["reed"]', "sources": '["acoustic"]'}, "a"),
    ):
        found = corpora.load("nsynth", chosen).find(tmp_path)
        assert "".join(track.path.stem for track in found.tracks) == expected
    with pytest.raises(MenuraError, match=r"3 of 3 notes .* vocal"):
        corpora.load("nsynth", {"families": '["vocal"]'}).find(tmp_path)


def test_everything_left_out_has_a_reason(tmp_path: Path) -> None:
    folder = lay(tmp_path / "nsynth-test", {"good": NOTE, "gone": NOTE, "both": NOTE})
    (folder / "audio/gone.wav").unlink()
    (folder / "audio/both.flac").touch()
    (folder / "audio/stray.wav").touch()
    notes = json.loads((folder / "examples.json").read_text())
    notes |= {
        "nothing": None,
        "nameless": {**NOTE, "instrument_str": ""},
        "high": {**NOTE, "pitch": 128},
        "text": {**NOTE, "pitch": "60"},
        "true": {**NOTE, "pitch": True},
        "words": {**NOTE, "qualities_str": "dark"},
        "../../outside": NOTE,
    }
    (folder / "examples.json").write_text(json.dumps(notes))
    found = corpora.load("nsynth").find(tmp_path)
    assert [track.path.name for track in found.tracks] == ["both.wav", "good.wav"]
    reasons = {item.file.removeprefix("nsynth-test/"): item.reason for item in found.dropped}
    assert reasons == {
        "audio/gone": "in examples.json, but its sound is not there",
        "audio/../../outside": "in examples.json, but its sound is not there",
        "audio/both.flac": "the note of nsynth-test/audio/both.wav, which is used",
        "audio/stray.wav": "not in examples.json",
        "nothing": "in examples.json: nothing is said of it",
        "nameless": "in examples.json: instrument_str is not given",
        "high": "in examples.json: its pitch is not a whole number from 0 to 127",
        "text": "in examples.json: its pitch is not a whole number from 0 to 127",
        "true": "in examples.json: its pitch is not a whole number from 0 to 127",
        "words": "in examples.json: qualities_str is not a list of words",
    }


def test_licence_of_another_set_in_this_layout(tmp_path: Path) -> None:
    lay(tmp_path / "nsynth-train", {"a": NOTE, "b": {**NOTE, "license": "CC0 1.0"}})
    found = corpora.load("nsynth", {"licence": "MIT"}).find(tmp_path)
    assert [track.licence for track in found.tracks] == ["MIT", "CC0 1.0"]


def test_wrong_places(tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match=r"no examples.json in"):
        corpora.load("nsynth").find(tmp_path)
    folder = lay(tmp_path / "nsynth-train", {"a": NOTE})
    with pytest.raises(UsageError, match="--labels"):
        corpora.load("nsynth").find(tmp_path, tmp_path / "labels.csv")
    for content in ("", "[]", '{"a": ', "[" * 100_000, "\x00"):
        (folder / "examples.json").write_text(content)
        with pytest.raises(MenuraError) as error:
            corpora.load("nsynth").find(tmp_path)
        assert str(folder / "examples.json") in str(error.value)
        assert "\n" not in str(error.value)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_lists_never_crash(changes: list[tuple[int, int]]) -> None:
    data = bytearray(json.dumps({"a": NOTE, "b": NOTE}).encode())
    for place, value in changes:
        data[place % len(data)] = value
    with tempfile.TemporaryDirectory() as folder:
        part = lay(Path(folder) / "nsynth-train", {"a": NOTE, "b": NOTE})
        (part / "examples.json").write_bytes(data)
        try:
            found = corpora.load("nsynth").find(Path(folder))
        except MenuraError as error:
            said = str(error)
        else:
            said = ""
            assert len(found.tracks) + len(found.dropped) + len(found.notes) >= 2
        assert "\n" not in said


@pytest.mark.skipif(not DATA.is_dir(), reason="no data")
def test_real_notes() -> None:
    found = corpora.load("nsynth", {"pitch_min": "0", "pitch_max": "127"}).find(DATA)
    assert found.dropped == ()
    splits: dict[str, set[str | None]] = {}
    for split in ("train", "valid", "test"):
        table = pandas.read_json(DATA / f"nsynth-{split}/examples.json", orient="index")
        tracks = {t.path.stem: t for t in found.tracks if t.split == split}
        assert tracks.keys() == set(table["note_str"])
        for row in table.itertuples():
            track = tracks[row.note_str]
            assert track.labels["family"] == row.instrument_family_str
            assert track.labels["source"] == row.instrument_source_str
            assert int(track.labels["pitch"]) == row.pitch
            assert track.group == row.instrument_str
            assert set(track.details) == set(table.columns)
            splits.setdefault(track.group, set()).add(track.split)
    assert len(found.tracks) == 494
    assert len(splits) == 55
    assert all(len(within) == 1 for within in splits.values())
