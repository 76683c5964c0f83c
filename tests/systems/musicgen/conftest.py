"""A tiny MusicGen of random weights in a folder, and as transformers itself opens it."""

from pathlib import Path
from typing import Any

import pytest
import torch

from menura.systems.musicgen.miniature import write_miniature
from menura.systems.musicgen.quiet import quiet_transformers


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("musicgen") / "mono"
    write_miniature(folder)
    return folder


@pytest.fixture(scope="session")
def stereo_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("musicgen") / "stereo"
    write_miniature(folder, n_audio_channels=2)
    return folder


def opened(folder: Path) -> tuple[Any, Any]:
    """Network and tokenizer."""
    with quiet_transformers():
        from transformers import AutoTokenizer, MusicgenForConditionalGeneration

        model = MusicgenForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        return model.eval(), AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="session")
def theirs(checkpoint: Path) -> tuple[Any, Any]:
    return opened(checkpoint)


@pytest.fixture(scope="session")
def theirs_in_stereo(stereo_checkpoint: Path) -> tuple[Any, Any]:
    return opened(stereo_checkpoint)
