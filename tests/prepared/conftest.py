"""Folders of made-up sound, and the bytes of whole folders."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, write

Tones = Callable[..., Path]


@pytest.fixture
def tones(tmp_path: Path) -> Tones:
    """Makes a folder of decaying tones in two sub-folders, each file different."""

    def tones(n_files: int, seconds: float = 1.0, sample_rate: int = 8000) -> Path:
        root = tmp_path / "source"
        time = np.arange(round(seconds * sample_rate)) / sample_rate
        for number in range(n_files):
            hz = 110.0 * (1 + number % 17) + number
            tone = 0.4 * np.sin(2 * np.pi * hz * time)
            path = root / ("high" if number % 2 else "low") / f"{number:03d}.wav"
            write(Clip(tone.astype(np.float32)[None], sample_rate), path)
        return root

    return tones


@pytest.fixture
def dying_worker(monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of the module beside this file whose work kills its process."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return "dying_worker"


@pytest.fixture
def content() -> Callable[[Path], dict[str, bytes]]:
    """Every file below a folder with its bytes."""

    def content(folder: Path) -> dict[str, bytes]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return content
