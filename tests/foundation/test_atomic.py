import json
import os
from pathlib import Path

import pytest

from menura.foundation.atomic import replacing, write_json, write_text
from menura.foundation.errors import MenuraError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def broken_off(path: Path, by: BaseException) -> None:
    """Write half of what was meant, then fail."""
    with replacing(path) as temporary:
        temporary.write_bytes(b"ne")
        raise by


def broken_off_folder(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.mkdir()
        (temporary / "weights").write_bytes(b"1")
        raise RuntimeError("half way")


def test_new_content_takes_the_name(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "file.txt"
    write_text(path, "grüße\n")
    write_text(path, "second\n")
    assert path.read_bytes() == b"second\n"
    assert names(path.parent) == ["file.txt"]


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="half way"):
        broken_off(path, RuntimeError("half way"))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["clip.wav"]


def test_interruption_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        broken_off(path, KeyboardInterrupt())
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["clip.wav"]


def test_old_content_is_there_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(b"old")
    with replacing(path) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_temporary_name_keeps_suffix_and_folder_and_stays_short(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".wav")  # 255 bytes: as long as a name can be
    with replacing(path) as temporary:
        assert temporary.suffix == ".wav"
        assert temporary.parent == path.parent  # the same disk, or the last step is not atomic
        assert temporary.name.startswith(".")
        temporary.write_bytes(b"new")
    assert path.read_bytes() == b"new"


def test_folder_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "system"
    with replacing(path) as temporary:
        temporary.mkdir()
        (temporary / "weights").write_bytes(b"1")
    with pytest.raises(RuntimeError, match="half way"):
        broken_off_folder(tmp_path / "other")
    assert names(tmp_path) == ["system"]
    assert names(path) == ["weights"]


def test_bytes_reach_the_disk_before_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, order = tmp_path / "file.txt", list[str]()
    fsync, move = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("flush"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append("name"), move(a, b)))
    write_text(path, "text")
    assert order == ["flush", "name"]


def test_json_is_readable_by_people_and_machines(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_json(path, {"name": "Grün", "sizes": (1, 2)})
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == {"name": "Grün", "sizes": [1, 2]}
    assert "Grün" in text
    assert text.endswith("}\n")


def test_failed_json_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": 1}
    assert names(tmp_path) == ["file.json"]


def test_a_pipe_or_device_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(MenuraError, match="not a file"):
        write_text(pipe, "text")
    assert pipe.is_fifo()
