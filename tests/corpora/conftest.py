"""A short sound, and a way to put it anywhere."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, write


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a short tone to the path below `tmp_path`/root that it is given."""
    tone = (0.3 * np.sin(np.arange(8000) / 5)).astype(np.float32)[None]
    made = tmp_path / "tone.wav"
    write(Clip(tone, 8000), made)

    def put(name: str) -> Path:
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.read_bytes())
        return path

    return put
