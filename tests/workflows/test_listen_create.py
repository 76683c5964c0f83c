"""Where a listening test is made."""

from pathlib import Path

import numpy as np
import pytest

from menura import audio
from menura.audio import Clip
from menura.evaluation.listening.definition import ANSWERS, load
from menura.workflows.listen.create import listen_create


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Two systems of one clip each."""
    samples = 0.1 * np.random.default_rng(0).standard_normal((1, 8000))
    for name in ("quiet", "loud"):
        audio.write(Clip(samples.astype(np.float32), 8000), tmp_path / name / "a.wav")
    return [tmp_path / "quiet", tmp_path / "loud"]


def test_an_empty_folder_may_become_the_test(folders: list[Path], tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    listen_create(folders, tmp_path / "test")
    assert not (tmp_path / "test" / ANSWERS).exists()
    assert load(tmp_path / "test").systems == ("quiet", "loud")


def test_the_folder_that_one_stands_in_may_become_the_test(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And stays the one that one stands in."""
    (tmp_path / "test").mkdir()
    monkeypatch.chdir(tmp_path / "test")
    listen_create([f"../{folder.name}" for folder in folders], ".")
    assert sorted(path.name for path in Path().iterdir()) == ["clips", "test.json"]
    assert load(Path()).systems == ("quiet", "loud")


def test_an_empty_folder_stays_so_after_a_failure(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test").mkdir()

    def full(*given: object, **named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audio, "write", full)
    with pytest.raises(OSError, match="full"):
        listen_create(folders, tmp_path / "test")
    assert list((tmp_path / "test").iterdir()) == []
