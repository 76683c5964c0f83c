"""Names of files: each its own."""

from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, write
from menura.evaluation.collecting import sound_files
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter


def folder_of(folder: Path, *names: str) -> Path:
    for name in names:
        write(Clip(np.zeros((1, 8000), np.float32), 8000), folder / name)
    return folder


@pytest.mark.parametrize(
    "names",
    [
        ("a.wav", "a.mp3", "a.wav.flac"),
        ("a.wav", "a.mp3", "a.wav.flac", "a.wav.mp3", "a.wav.flac.ogg"),
    ],
)
def test_no_file_takes_the_name_of_another(names: tuple[str, ...], tmp_path: Path) -> None:
    found = sound_files(folder_of(tmp_path, *names), Reporter())
    assert {file.name for file in found.values()} == set(names)


def test_names_are_without_suffix_where_one_file_has_them(tmp_path: Path) -> None:
    found = sound_files(folder_of(tmp_path, "a.wav", "b.wav", "b.mp3", "c/a.wav"), Reporter())
    assert sorted(found) == ["a", "b.mp3", "b.wav", "c/a"]
    assert list(sound_files(tmp_path / "a.wav", Reporter())) == ["a"]
    with pytest.raises(MenuraError, match="there is no file or folder"):
        sound_files(tmp_path / "nowhere", Reporter())
