"""Compiled loops that numba keeps on the disk are made anew when what they stand on changes."""

import hashlib
from pathlib import Path

import pytest

import menura

SRC = Path(menura.__file__).parent
COMPILING = SRC / "audio" / "compiling.py"
WAVENET = SRC / "models" / "_wavenet"


@pytest.mark.parametrize(
    ("loops", "stands_on"),
    [
        (WAVENET / "loops.py", [COMPILING, WAVENET / "tiles.py"]),
        (SRC / "models" / "_frame_loops.py", [COMPILING, SRC / "models" / "_whole_products.py"]),
    ],
)
def test_loops_name_what_they_stand_on(loops: Path, stands_on: list[Path]) -> None:
    """numba knows a kept function by the content of its own file, so that must change as well."""
    content = b"".join(file.read_bytes() for file in stands_on)
    name = hashlib.sha256(content).hexdigest()[:8]
    assert name in loops.read_text(encoding="utf-8"), f"{loops.name} must name {name}"
