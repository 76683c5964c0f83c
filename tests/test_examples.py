"""The notebooks in examples/ run from top to bottom, at a tiny size (`MENURA_TINY`)."""

import json
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
REPORTS = (
    "gan_lstm_wavenet_cvae",
    "mel_interpolation",
    "mfcc_lstm_vae",
    "spectrogram_vae",
    "stft_lstm",
)
SHORT = ("first_steps",)  # the others are run by `make test-all`
NOTEBOOKS = [
    pytest.param(path, id=path.stem, marks=() if path.stem in SHORT else pytest.mark.slow)
    for path in sorted(EXAMPLES.glob("*.ipynb"))
]


class Shown:
    """In place of IPython's players and pictures: the file must be there."""

    def __init__(self, filename: str) -> None:
        assert Path(filename).stat().st_size > 1000


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    display = ModuleType("IPython.display")
    display.Audio = display.Image = Shown  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setenv("MENURA_TINY", "1")
    monkeypatch.chdir(tmp_path)
    code = code_of(path)
    assert any("MENURA_TINY" in cell for cell in code), "it would run at its full size"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names: dict[str, object] = {}
    for number, cell in enumerate(code):
        exec(compile(cell, f"{path.name}, code cell {number}", "exec"), names)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_writes_into_a_new_folder(path: Path) -> None:
    """So that "Run all" can be told twice: training goes into no folder that is there."""
    code = "\n".join(code_of(path))
    assert f'place = Path(mkdtemp(prefix="{path.stem}-"))' in code
    assert 'Path("' not in code


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_its_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert len({cell["id"] for cell in cells}) == len(cells)


@pytest.mark.parametrize("name", [*REPORTS, "latent_flow"])
def test_each_report_and_our_own_system_has_one(name: str) -> None:
    """And it trains, generates, lets hear, and measures."""
    code = "\n".join(code_of(EXAMPLES / f"{name}.ipynb"))
    for verb in ("menura.train(", "menura.generate(", "Audio(", "menura.evaluate("):
        assert verb in code


def code_of(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
