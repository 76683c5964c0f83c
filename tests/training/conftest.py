"""A prepared corpus of made-up tunes."""

from pathlib import Path

import pytest

from menura.workflows.prepare import prepare
from tunes import folder_of_tunes


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fit")
    prepare(folder_of_tunes(root / "tunes"), root / "prepared", workers=1)
    return root / "prepared"
