"""doctor and list: what they find, and that nothing missing stops them."""

import builtins
import json
import shutil
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import menura
from menura.cli import run
from menura.foundation.errors import MenuraError, UsageError
from menura.systems import format as systems_format
from menura.workflows import doctor as room
from menura.workflows import list_parts as list_parts_file
from menura.workflows.doctor import Check, doctor
from menura.workflows.list_parts import ROOMS, list_labels, list_parts


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_doctor_names_what_there_is() -> None:
    found = by_name(doctor())
    assert {"python", "menura", "torch", "device", "bfloat16 on cpu"} <= found.keys()
    assert {"cores", "memory", "disk", "ffmpeg", "mp3", "extra dev"} <= found.keys()
    assert found["torch"].found == metadata.version("torch")
    assert "times as fast as float32" in found["bfloat16 on cpu"].found
    assert int(found["cores"].found) >= 1
    for check in found.values():
        assert (check.mend is None) == check.ok


def test_doctor_lives_through_everything_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def nothing_installed(name: str, *rest: Any) -> Any:
        if (
            name.split(".")[0] in {"torch", "psutil", "soundfile", "numpy"}
            or name == "menura.audio"
        ):
            raise ImportError(f"No module named {name!r}")
        return real_import(name, *rest)

    monkeypatch.setattr(builtins, "__import__", nothing_installed)
    monkeypatch.setattr(room, "_version", lambda package: None)
    monkeypatch.setattr(shutil, "which", lambda program: None)
    found = by_name(doctor())
    missing = {name for name, check in found.items() if not check.ok}
    assert {"torch", "device", "memory", "ffmpeg", "mp3", "extra dev"} <= missing
    for name in missing:
        assert found[name].mend
    assert str(found["torch"].mend).endswith("-m pip install torch")
    assert 'pip install "menura[dev]"' in str(found["extra dev"].mend)


def test_doctor_lives_outside_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(package: str) -> list[str]:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "requires", unknown)
    assert not by_name(room._libraries())["libraries"].ok
    assert room._extras() == []


def test_doctor_prints_a_line_a_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = [Check("cores", "2", True), Check("ffmpeg", "not found", False, "brew install ffmpeg")]
    monkeypatch.setattr(room, "doctor", lambda: checks)
    assert run(["doctor"]) == 0
    assert capsys.readouterr().out == (
        "ok      cores   2\nmissing ffmpeg  not found; get it with: brew install ffmpeg\n"
    )
    assert run(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "cores", "found": "2", "ok": True, "mend": None},
        {"name": "ffmpeg", "found": "not found", "ok": False, "mend": "brew install ffmpeg"},
    ]


@pytest.mark.parametrize("name", ROOMS)
def test_every_part_has_a_summary(name: str) -> None:
    parts = list_parts(name)
    assert parts
    for part in parts:
        assert part.summary.endswith("."), part.name


def test_the_first_system_is_listed() -> None:
    assert "stft-lstm" in [part.name for part in list_parts("recipes")]
    assert "folder" in [part.name for part in list_parts("corpora")]


def test_the_presets_of_a_recipe_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "presets", "stft-lstm"]) == 0
    assert capsys.readouterr().out.split() == ["paper", "paper-quarter-second", "laptop", "tiny"]
    assert menura.list_presets("musicgen") == ["paper", "laptop", "tiny"]


def test_an_unknown_room_is_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'models'"):
        list_parts("model")


def test_list_prints_names_and_summaries(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "recipes"]) == 0
    plain = capsys.readouterr().out
    assert run(["list", "recipes", "--json"]) == 0
    for part in json.loads(capsys.readouterr().out):
        assert any(
            line.startswith(part["name"]) and line.endswith(part["summary"])
            for line in plain.splitlines()
        )
    assert run(["list"]) == 0
    assert set(ROOMS) <= set(capsys.readouterr().out.splitlines())
    assert run(["list", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == list(ROOMS)


def test_labels_are_read_from_what_systems_write() -> None:
    """Listing does not import the room of systems, which takes seconds; the name must agree."""
    assert list_parts_file.DESCRIPTION == systems_format.DESCRIPTION
    assert "labels" in {field.name for field in fields(systems_format.Description)}


def test_labels_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "system.json").write_text('{"labels": ["jazz", "rock"]}', encoding="utf-8")
    assert list_labels(tmp_path) == ["jazz", "rock"]
    assert run(["list", "labels", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "jazz\nrock\n"
    (tmp_path / "system.json").write_text("{}", encoding="utf-8")
    assert list_labels(tmp_path) == []


@pytest.mark.parametrize("text", [None, "", "[1]", "{", '{"labels": 3}', "\0\xff"])
def test_labels_of_what_is_no_run(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "system.json").write_text(text, encoding="latin-1")
    with pytest.raises(MenuraError, match=str(tmp_path)):
        list_labels(tmp_path)
