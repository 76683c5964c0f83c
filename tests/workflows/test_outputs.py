"""Where a verb writes is looked at first, and nothing that must be kept is written over."""

import os
from pathlib import Path

import pytest

from menura.foundation.errors import MenuraError, UsageError
from menura.workflows.outputs import numbered_files, output_file, sound_file
from menura.workflows.sound import SoundOptions

PLAIN, MP3 = SoundOptions(), SoundOptions(format="mp3")


def test_names_that_agree_with_the_format(tmp_path: Path) -> None:
    assert sound_file(tmp_path / "a.FLAC", PLAIN, []) == tmp_path / "a.FLAC"
    assert sound_file(str(tmp_path / "new" / "deep" / "a.mp3"), MP3, []).name == "a.mp3"
    assert sound_file(tmp_path / "a", MP3, []) == tmp_path / "a"
    assert output_file(tmp_path / "a.png", ["png"], []) == tmp_path / "a.png"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sound", "named"),
    [
        ("a.mp3", SoundOptions(format="wav"), "a.mp3 ends in .mp3, but --format says wav"),
        ("a.aiff", MP3, "a.aiff ends in .aiff, but --format says mp3"),
        ("a.aiff", PLAIN, "must end in .wav or .flac or .ogg or .mp3"),
        ("a", PLAIN, "must end in .wav"),
        ("folder.wav", PLAIN, "folder.wav is a folder"),
        ("file.txt/a.wav", PLAIN, "file.txt is a file, not a folder"),
        ("file.txt/b/a.wav", PLAIN, "file.txt is a file, not a folder"),
        ("pipe.wav", PLAIN, "pipe.wav is not a file"),
    ],
)
def test_names_that_cannot_be(tmp_path: Path, name: str, sound: SoundOptions, named: str) -> None:
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "file.txt").touch()
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(UsageError) as refused:
        sound_file(tmp_path / name, sound, [])
    assert named in str(refused.value)
    assert str(refused.value).startswith("--out ")


def test_an_input_is_never_the_output(tmp_path: Path) -> None:
    clip, other, link = (tmp_path / name for name in ("clip.wav", "other.wav", "link.wav"))
    clip.touch()
    other.touch()
    link.symlink_to(clip)
    for same in (clip, tmp_path / "x" / ".." / "clip.wav", link):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(UsageError, match="is the clip itself"):
            sound_file(same, PLAIN, [other, clip])
    assert sound_file(other, PLAIN, [clip]) == other


def test_a_place_that_cannot_be_written_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def denied(path: Path, mode: int) -> bool:
        asked.append(path)
        return False

    monkeypatch.setattr(os, "access", denied)
    with pytest.raises(MenuraError, match="cannot be written in; change its permissions"):
        sound_file(tmp_path / "new" / "a.wav", PLAIN, [])
    with pytest.raises(MenuraError, match="cannot be written in"):
        numbered_files(tmp_path / "new", PLAIN)
    assert asked == [tmp_path, tmp_path]


def test_numbers_go_on_after_the_highest(tmp_path: Path) -> None:
    new = numbered_files(tmp_path / "new", MP3)
    assert [new.file(n).name for n in (0, 1, 999)] == ["001.mp3", "002.mp3", "1000.mp3"]
    for name in ("002.wav", "007.flac", "08 my own.wav", "notes.txt", "x9.wav", "006.old.wav"):
        (tmp_path / name).touch()
    assert numbered_files(str(tmp_path), PLAIN).file(0) == tmp_path / "008.wav"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(UsageError, match="a is a file; give a folder"):
        numbered_files(tmp_path / "a", PLAIN)
    with pytest.raises(UsageError, match="a is a file, not a folder"):
        numbered_files(tmp_path / "a" / "b", PLAIN)
