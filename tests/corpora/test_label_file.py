"""Label files: what is listed is used; every row and file that is not, is named with a reason."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from menura import corpora
from menura.corpora.contract import Found
from menura.foundation.errors import MenuraError

Put = Callable[[str], Path]


@pytest.fixture
def root(put: Put, tmp_path: Path) -> Path:
    for name in ["a.wav", "b.wav", "sub/c.wav", "sub/é.wav"]:
        put(name)
    return tmp_path / "root"


def find(root: Path, labels: Path | None = None) -> Found:
    return corpora.load("folder").find(root, labels)


def reasons(found: Found) -> dict[str, str]:
    return {dropped.file: dropped.reason for dropped in found.dropped}


def test_csv_gives_labels_recordings_splits_and_licences(root: Path) -> None:
    (root / "labels.csv").write_text(
        "file,genre,recording,split,licence,year\n"
        "a.wav,jazz,one,train,CC0,1999\n"
        "b.wav,rock,one,train,,1998\n"
        'sub/c.wav,"folk, old",two,validation,CC BY,1997\n'
        "sub\\é.wav,jazz,three,test,CC0,1996\n",
        encoding="utf-8-sig",
    )
    found = find(root)
    assert [(t.id, dict(t.labels), t.group, t.split, t.licence) for t in found.tracks] == [
        ("a.wav", {"genre": "jazz"}, "one", "train", "CC0"),
        ("b.wav", {"genre": "rock"}, "one", "train", None),
        ("sub/c.wav", {"genre": "folk, old"}, "two", "valid", "CC BY"),
        ("sub/é.wav", {"genre": "jazz"}, "three", "test", "CC0"),
    ]
    assert found.dropped == ()
    assert any("labels from labels.csv: genre; not used: year" in note for note in found.notes)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(root: Path, tmp_path: Path, delimiter: str) -> None:
    table = tmp_path / "elsewhere.csv"
    table.write_text(delimiter.join(["path", "label"]) + "\n" + delimiter.join(["a.wav", "x"]))
    found = find(root, table)
    assert [dict(track.labels) for track in found.tracks] == [{"label": "x"}]


def test_jsonl(root: Path) -> None:
    rows = [
        {"file_name": "a.wav", "label": "x", "list": [1], "tempo": 120},
        {"file_name": "b.wav", "label": "y", "split": "test"},
    ]
    lines = [json.dumps(row) for row in rows]
    (root / "metadata.jsonl").write_text("\n".join([*lines, "", "{broken", "[1]"]))
    found = find(root)
    assert [(t.id, dict(t.labels), t.split) for t in found.tracks] == [
        ("a.wav", {"label": "x"}, None),
        ("b.wav", {"label": "y"}, "test"),
    ]
    assert sorted(d.reason for d in found.dropped if d.file == "metadata.jsonl") == [
        "metadata.jsonl line 4: not JSON",
        'metadata.jsonl line 5: not a JSON object such as {"file": "a.wav", "label": "x"}',
    ]


def test_each_bad_row_and_each_unlisted_file_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.wav").write_bytes(b"x")
    (root / "text.txt").touch()
    (root / "labels.csv").write_text(
        "file,label,split\na.wav,x,train\nmissing.wav,x,train\n../outside.wav,x,train\n"
        "/etc/passwd,x,train\nb.wav,y,sometimes\na.wav,z,train\ntext.txt,x,train\nsub/c.wav,x\n"
        ",x,train\n"
    )
    found = find(root)
    assert [track.id for track in found.tracks] == ["a.wav"]
    assert reasons(found) == {
        "missing.wav": "labels.csv line 3: listed, but not there",
        "../outside.wav": "labels.csv line 4: refused, because it leads out of the folder",
        "/etc/passwd": "labels.csv line 5: refused, because it leads out of the folder",
        "b.wav": "labels.csv line 6: split 'sometimes' is not train, valid or test",
        "a.wav": "labels.csv line 7: listed before, in line 2, which is used",
        "text.txt": "labels.csv line 8: is there, but is not a sound file",
        "sub/c.wav": "labels.csv line 9: 2 cells where the heading has 3",
        "labels.csv": "labels.csv line 10: no file is named",
        "sub/é.wav": "not listed in labels.csv",
    }


def test_line_numbers_count_lines_inside_quotes(root: Path) -> None:
    (root / "labels.csv").write_text('file,text\na.wav,"two\nlines"\nmissing.wav,x\n')
    assert reasons(find(root))["missing.wav"].startswith("labels.csv line 4:")


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02", "is not text"),
        (b"name,label\na.wav,x\n", "has no column of file names"),
        (b"file,label\nnowhere.wav,x\n", "lists no sound file"),
        (b'file,label\n"a.wav,' + b"x" * 200_000, "is not CSV"),
    ],
)
def test_a_broken_label_file_is_one_error(root: Path, content: bytes, wrong: str) -> None:
    (root / "labels.csv").write_bytes(content)
    with pytest.raises(MenuraError, match=wrong) as error:
        find(root)
    assert "labels.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_label_file_is_one_error(root: Path) -> None:
    with pytest.raises(MenuraError, match=r"nowhere\.csv cannot be read"):
        find(root, root / "nowhere.csv")


def test_titles_are_not_labels(root: Path) -> None:
    (root / "labels.csv").write_text(
        "file,group,title,artist,note\na.wav,1,T1,A,x\nb.wav,1,T1,A,x\n"
        "sub/c.wav,2,T2,A,\nsub/é.wav,3,T3,A," + "y" * 65 + "\n"
    )
    assert {kind for track in find(root).tracks for kind in track.labels} == {"artist"}


def test_a_file_without_labels_leaves_the_folders(root: Path) -> None:
    (root / "labels.csv").write_text("file,split\na.wav,train\nsub/c.wav,test\n")
    assert [dict(t.labels) for t in find(root).tracks] == [{}, {"label": "sub"}]


def test_names_in_any_bytes_are_found(put: Put, root: Path) -> None:
    try:
        put("bytes_\udcff.wav")
    except OSError:
        pytest.skip("this file system refuses the name")
    (root / "labels.csv").write_bytes(b"file,label\nbytes_\xff.wav,\xfe\n")
    (track,) = find(root).tracks
    assert track.id == "bytes_\udcff.wav"
    assert track.labels == {"label": "\\xfe"}


def test_spelling_of_accents_may_differ(root: Path) -> None:
    (root / "labels.csv").write_text("file,label\nsub/e\u0301.wav,x\n", encoding="utf-8")
    assert [track.id for track in find(root).tracks] == ["sub/é.wav"]


def test_maestro(recordings: Path) -> None:
    found = find(recordings / "piano", recordings / "piano/maestro-v3.0.0.csv")
    assert len(found.tracks) == 26
    assert {kind for track in found.tracks for kind in track.labels} == {"composer"}
    splits = [track.split for track in found.tracks]
    assert [splits.count(split) for split in ("train", "valid", "test")] == [20, 3, 3]


def test_clips_are_grouped_by_their_source(recordings: Path) -> None:
    found = find(recordings / "clips/genres_original", recordings / "clips/clips.csv")
    assert len(found.tracks) == 190
    assert len({track.group for track in found.tracks}) == 52
    assert {"genre"} <= {kind for track in found.tracks for kind in track.labels}
    assert "title" not in {kind for track in found.tracks for kind in track.labels}
    assert all(track.licence for track in found.tracks)
