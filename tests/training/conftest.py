"""A prepared corpus of made-up tunes, and a system that has learnt it."""

from pathlib import Path

import pytest

from menura.workflows.prepare import prepare
from menura.workflows.train import train
from tunes import folder_of_tunes


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fit")
    prepare(folder_of_tunes(root / "tunes"), root / "prepared", workers=1)
    return root / "prepared"


@pytest.fixture(scope="session")
def learnt(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learnt")
    train("latent-flow", corpus, folder, preset="tiny", steps=8)
    return folder
