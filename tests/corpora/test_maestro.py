"""MAESTRO: every form of its list says the same, and every file is accounted for."""

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pandas
import pytest

from menura import corpora
from menura.audio import read_score
from menura.foundation.errors import MenuraError
from menura.prepared import PreparedCorpus
from menura.workflows.prepare import prepare

DATA = Path(os.environ.get("MENURA_DATA", "no data")) / "piano"
COLUMNS = "canonical_composer canonical_title split year midi_filename audio_filename duration"
ROWS = [
    ("Alban Berg", "Sonata Op. 1", "train", 2018, "2018/a.midi", "2018/a.wav", 698.66),
    ("Alban Berg", "Sonata Op. 1", "train", 2018, "2018/b.midi", "2018/b.wav", 759.51),
    ("Franz Liszt", "Vallée d'Obermann", "validation", 2014, "2014/c.midi", "2014/c.wav", 1.0),
    ("Franz Liszt", 'Études, "Eroica"', "test", 2014, "2014/d.midi", "2014/d.wav", 2.0),
]
RECORDS = [dict(zip(COLUMNS.split(), row, strict=True)) for row in ROWS]


def list_file(folder: Path, form: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if form == "csv":
        path = folder / "maestro-v3.0.0.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, COLUMNS.split())
            table.writeheader()
            table.writerows(RECORDS)
        return path
    if form == "rows":
        path = folder / "maestro-v1.0.0.json"
        path.write_text(json.dumps(RECORDS))
        return path
    path = folder / "maestro-v3.0.0.json"
    columns = {
        name: {str(number): record[name] for number, record in enumerate(RECORDS)}
        for name in COLUMNS.split()
    }
    path.write_text(json.dumps(columns))
    return path


def files(folder: Path, *suffixes: str) -> None:
    """Empty files: find opens none."""
    for record in RECORDS:
        for suffix in suffixes:
            path = (folder / str(record["midi_filename"])).with_suffix(suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


@pytest.mark.parametrize("form", ["csv", "rows", "columns"])
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
@pytest.mark.parametrize("inside", ["", "maestro-v3.0.0"])
def test_every_form_says_the_same(tmp_path: Path, form: str, suffix: str, inside: str) -> None:
    list_file(tmp_path / inside, form)
    files(tmp_path / inside, suffix, ".midi")
    found = corpora.load("maestro").find(tmp_path)
    below = f"{inside}/" if inside else ""
    assert [(t.id, t.group, t.split, t.labels["composer"]) for t in found.tracks] == [
        (f"{below}2014/c{suffix}", "Franz Liszt: Vallée d'Obermann", "valid", "Franz Liszt"),
        (f"{below}2014/d{suffix}", 'Franz Liszt: Études, "Eroica"', "test", "Franz Liszt"),
        (f"{below}2018/a{suffix}", "Alban Berg: Sonata Op. 1", "train", "Alban Berg"),
        (f"{below}2018/b{suffix}", "Alban Berg: Sonata Op. 1", "train", "Alban Berg"),
    ]
    for track in found.tracks:
        assert track.score == track.path.with_suffix(".midi")
        assert not track.is_score
        assert track.licence == "CC BY-NC-SA 4.0"
        assert set(track.details) == set(COLUMNS.split())
    assert found.dropped == ()


def test_notes_alone(tmp_path: Path) -> None:
    list_file(tmp_path, "csv")
    files(tmp_path, ".midi")
    found = corpora.load("maestro").find(tmp_path)
    assert all(track.is_score and track.path.suffix == ".midi" for track in found.tracks)
    assert "4 performances have notes and no sound" in found.notes


def test_the_newest_list_counts_and_csv_before_json(tmp_path: Path) -> None:
    for form in ("csv", "rows", "columns"):
        list_file(tmp_path, form)
    files(tmp_path, ".wav")
    found = corpora.load("maestro").find(tmp_path)
    assert found.notes[0] == "listed by maestro-v3.0.0.csv"
    (tmp_path / "maestro-v3.0.0.csv").unlink()
    assert corpora.load("maestro").find(tmp_path).notes[0] == "listed by maestro-v3.0.0.json"
    chosen = corpora.load("maestro").find(tmp_path, tmp_path / "maestro-v1.0.0.json")
    assert chosen.notes[0] == "listed by maestro-v1.0.0.json"
    assert len(chosen.tracks) == 4


def test_what_is_left_out_has_a_reason(tmp_path: Path) -> None:
    path = list_file(tmp_path, "csv")
    with path.open("a", encoding="utf-8") as file:
        file.write("Bach,Fugue,sideways,2004,2004/x.midi,2004/x.wav,3\n")
        file.write("Bach,Fugue,train,2004,,2004/x.wav,3\n")
        file.write("Bach,Fugue,train,2004,../../y.midi,../../y.wav,3\n")
        file.write("Bach,Fugue,train,2018,2018/a.midi,2018/a.wav,3\n")
        file.write("short,row\n")
    files(tmp_path, ".wav")
    (tmp_path / "2018/stray.mid").touch()
    (tmp_path / "2014/c.wav").unlink()
    found = corpora.load("maestro").find(tmp_path)
    assert [track.id for track in found.tracks] == ["2014/d.wav", "2018/a.wav", "2018/b.wav"]
    assert {item.file: item.reason for item in found.dropped} == {
        "maestro-v3.0.0.csv line 6": "split 'sideways' is not train, validation or test",
        "maestro-v3.0.0.csv line 7": "midi_filename is not given",
        "../../y.wav": "listed, but neither its sound nor notes are there",
        "2018/a.wav": "listed twice; the first row is used",
        "maestro-v3.0.0.csv line 10": "2 cells where the heading has 7",
        "2018/stray.mid": "not listed in maestro-v3.0.0.csv",
        "2014/c.wav": "listed, but neither its sound nor notes are there",
    }
    assert "3 performances have sound and no notes" in found.notes


def test_one_title_in_two_splits_keeps_the_official_ones(tmp_path: Path) -> None:
    path = list_file(tmp_path, "csv")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Op. 1,train,2018,2018/b", "Op. 1,test,2018,2018/b"))
    files(tmp_path, ".wav", ".midi")
    found = corpora.load("maestro").find(tmp_path)
    sides = {track.id: (track.group, track.split) for track in found.tracks}
    assert sides["2018/a.wav"] == ("Alban Berg: Sonata Op. 1 (train)", "train")
    assert sides["2018/b.wav"] == ("Alban Berg: Sonata Op. 1 (test)", "test")
    assert any("Alban Berg: Sonata Op. 1 (test, train)" in note for note in found.notes)


def test_wrong_lists(tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match=r"no maestro-v3.0.0.csv or .json"):
        corpora.load("maestro").find(tmp_path)
    path = tmp_path / "maestro-v3.0.0.json"
    for content in ("", "{", "3", '{"a": 1}', "[1, 2]", "{}", "[]", '{"split": {"0": "train"}}'):
        path.write_text(content)
        with pytest.raises(MenuraError) as error:
            corpora.load("maestro").find(tmp_path)
        assert "maestro-v3.0.0.json" in str(error.value)
        assert "\n" not in str(error.value)
    list_file(tmp_path, "columns")
    with pytest.raises(MenuraError, match=r"none of the files .* is there"):
        corpora.load("maestro").find(tmp_path)


def test_sound_is_prepared_where_both_are_there(tmp_path: Path) -> None:
    source = tmp_path / "source"
    corpora.load("maestro").miniature(source)
    (source / "2018/performance_0.wav").unlink()  # its notes stay
    report = prepare(source, tmp_path / "out", corpus="maestro")
    assert report.dropped == ()
    with_sound = {
        track.id: track.has_sound for track in PreparedCorpus.open(tmp_path / "out").tracks
    }
    assert with_sound.pop("2018/performance_0.midi") is False
    assert len(with_sound) == 3
    assert all(with_sound.values())


@pytest.mark.skipif(not DATA.is_dir(), reason="no data")
def test_real_pieces() -> None:
    table = pandas.read_csv(DATA / "maestro-v3.0.0.csv").set_index("audio_filename")
    found = corpora.load("maestro").find(DATA)
    assert found.dropped == ()
    assert {track.id for track in found.tracks} == set(table.index)
    for track in found.tracks:
        row = table.loc[track.id]
        assert track.score == DATA / row["midi_filename"]
        assert track.labels["composer"] == row["canonical_composer"]
        assert track.split == row["split"].replace("validation", "valid")
    assert Counter(t.split for t in found.tracks) == {"train": 20, "valid": 3, "test": 3}
    shortest = min(found.tracks, key=lambda track: float(table.loc[track.id, "duration"]))
    assert shortest.score is not None
    # The sound was rendered from the notes: it rings on a little after the last.
    seconds = float(table.loc[shortest.id, "duration"])
    assert seconds - 10 < read_score(shortest.score).duration_s < seconds + 0.1
