"""The notebooks in examples/ run from top to bottom, at a tiny size."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
TINY = {'"laptop", 1.0': '"tiny", 0.02'}
"""What is written in a notebook → what stands for it here."""


class Shown:
    """In place of IPython's players and pictures: the file must be there."""

    def __init__(self, filename: str) -> None:
        assert Path(filename).stat().st_size > 1000


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    display = ModuleType("IPython.display")
    display.Audio = display.Image = Shown  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.chdir(tmp_path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert any(text in cell for cell in code for text in TINY), "it would run at its full size"
    names: dict[str, object] = {}
    for cell in code:
        for text, tiny in TINY.items():
            cell = cell.replace(text, tiny)
        exec(compile(cell, str(path), "exec"), names)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_its_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_there_is_one() -> None:
    assert list(EXAMPLES.glob("*.ipynb"))
