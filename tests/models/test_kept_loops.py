"""Compiled loops that numba keeps on the disk are made anew when what they stand on changes."""

import hashlib
from pathlib import Path

import pytest

import menura

SRC = Path(menura.__file__).parent
COMPILING = SRC / "audio" / "compiling.py"
MODELS = SRC / "models"
ALSO = {
    MODELS / "_wavenet" / "loops.py": [MODELS / "_wavenet" / "tiles.py"],
    MODELS / "_frame_loops.py": [MODELS / "_whole_products.py"],
    MODELS / "_window_loops.py": [MODELS / "_frame_loops.py"],
}
COMPILED = sorted(
    file
    for file in SRC.rglob("*.py")
    if "from menura.audio.compiling import" in file.read_text(encoding="utf-8")
)


def test_compiled_loops_are_found() -> None:
    assert len(COMPILED) >= 5
    assert set(ALSO) < set(COMPILED)


@pytest.mark.parametrize("loops", COMPILED, ids=lambda file: str(file.relative_to(SRC)))
def test_loops_name_what_they_stand_on(loops: Path) -> None:
    """numba knows a kept function by the content of its own file, so that must change as well."""
    content = b"".join(file.read_bytes() for file in [COMPILING, *ALSO.get(loops, [])])
    name = hashlib.sha256(content).hexdigest()[:8]
    assert name in loops.read_text(encoding="utf-8"), f"{loops.name} must name {name}"
