"""The house keeps its shape: rooms look only down, and listing or importing stays instant."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import menura

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(menura.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = [
    {room.strip(" ()") for room in layer.split("|")}
    for layer in PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
]
FLOOR = {room: height for height, layer in enumerate(reversed(LAYERS)) for room in layer}


def run_python(code: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh interpreter that finds the package in `path` (here, if None)."""
    environment = os.environ | {"PYTHONPATH": str(path or PACKAGE.parent)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def lint(source: Path) -> subprocess.CompletedProcess[str]:
    """import-linter with the project's contracts on the package that lies in `source`."""
    return run_python(
        f"import sys; from importlinter.cli import lint_imports;"
        f"sys.exit(lint_imports(config_filename={str(ROOT / 'pyproject.toml')!r}, no_cache=True))",
        source,
    )


def imported_rooms(code: str, room: str) -> set[str]:
    """The other rooms that `code`, a file of `room`, imports anywhere, also inside functions."""
    found = set[str]()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full, so that arrows can be read"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    parts = (name.split(".") for name in found if name.startswith("menura."))
    return {name[1] for name in parts if name[1] in FLOOR} - {room}


def not_down(room: str, others: set[str]) -> set[str]:
    """Those of `others` that do not lie strictly below `room`: above it, or beside it."""
    return {other for other in others if FLOOR[other] >= FLOOR[room]}


def rooms() -> list[str]:
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def part_rooms() -> list[str]:
    """Rooms that list their parts: those whose package makes a Room."""
    return [
        room for room in rooms() if "= Room(" in (PACKAGE / room / "__init__.py").read_text("utf-8")
    ]


def test_import_contracts_hold() -> None:
    result = lint(PACKAGE.parent)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("audio/clip.py", "import menura.workflows.sound", "Rooms only look down"),
        ("corpora/contract.py", "import menura.representations", "Rooms only look down"),
        ("models/upward.py", "import menura.corpora", "Models know tensors, not files"),
        ("workflows/sound.py", "import soundfile", "Only the audio room opens sound files"),
    ],
)
def test_import_contracts_break(tmp_path: Path, file: str, line: str, contract: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "menura", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "menura" / file).open("a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def test_every_room_has_its_floor() -> None:
    assert set(rooms()) <= FLOOR.keys()


@pytest.mark.parametrize("room", rooms())
def test_room_looks_only_down(room: str) -> None:
    for file in (PACKAGE / room).rglob("*.py"):
        others = imported_rooms(file.read_text(encoding="utf-8"), room)
        assert not not_down(room, others), f"{file.relative_to(PACKAGE)} looks up or sideways"


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("audio", "from menura.workflows.sound import SoundOptions"),
        ("foundation", "def f():\n    import menura.audio.clip"),
        ("corpora", "from menura import representations"),
        ("representations", "from menura.corpora.contract import Track"),
    ],
)
def test_looking_up_or_sideways_is_seen(room: str, line: str) -> None:
    assert not_down(room, imported_rooms(line, room))


def test_import_is_instant() -> None:
    result = run_python("import menura, sys; print(*sys.modules)")
    assert result.stderr == ""
    assert not {"torch", "numpy", "typer", "rich"} & set(result.stdout.split())


@pytest.mark.parametrize("room", part_rooms())
def test_listing_a_room_imports_no_part(room: str) -> None:
    code = f"""if True:
        import sys
        from menura.foundation.rooms import Room
        room = Room("menura.{room}", "part")
        parts = ["menura.{room}." + name.replace("-", "_") for name in room.names()]
        summaries = [room.summary(name) for name in room.names()]
        assert all(summaries), "a part without a first line"
        print(*(m for m in ["torch", *parts] if m in sys.modules))
    """
    result = run_python(code)
    assert result.stderr == ""
    assert result.stdout.split() == []


@pytest.mark.parametrize("room", part_rooms())
def test_file_name_is_part_name(room: str) -> None:
    listed: Any = import_module(f"menura.{room}").room
    files = {path.stem for path in (PACKAGE / room).glob("[!_]*.py")} - {"contract"}
    assert all(file.isidentifier() and file.islower() for file in files)
    own = {file.replace("_", "-") for file in files}
    assert own <= set(listed.names())
    for name in own:
        assert listed.load(name).__name__ == f"menura.{room}.{name.replace('-', '_')}"
