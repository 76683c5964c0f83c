"""Pictures of clips of any length."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

from menura import representations
from menura.audio import Clip, write
from menura.foundation.reporting import Collected
from menura.representations import Representation
from menura.workflows import spectrogram as workflow
from menura.workflows.spectrogram import spectrogram
from tunes import tune

RATE = 8000


def log_mel() -> Representation:
    kind = representations.load("log-mel")
    return kind(kind.Config(), RATE)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    write(Clip(tune(12.3, RATE), RATE), tmp_path / "clip.wav")
    return tmp_path / "clip.wav"


@pytest.mark.parametrize("chunk_frames", [7, 64, 4096])
def test_the_frames_are_those_of_the_whole(
    clip: Path, chunk_frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "CHUNK_FRAMES", chunk_frames)
    part = log_mel()
    frames, n_together = workflow._columns(part, clip)
    whole = part.encode(torch.from_numpy(workflow.audio.read(clip).samples)[None])[0].numpy()
    assert n_together == 1
    np.testing.assert_allclose(frames, whole, atol=1e-4)


def test_a_column_shows_the_largest_of_its_frames(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = workflow._columns(log_mel(), clip)
    monkeypatch.setattr(workflow, "MOST_COLUMNS", 50)
    monkeypatch.setattr(workflow, "CHUNK_FRAMES", 33)
    few, n_together = workflow._columns(log_mel(), clip)
    assert few.shape[1] <= 50
    assert n_together == -(-whole.shape[1] // 50)
    for column in range(few.shape[1]):
        own = whole[:, column * n_together : (column + 1) * n_together]
        np.testing.assert_allclose(few[:, column], own.max(axis=1), atol=1e-4)


def test_memory_does_not_grow_with_the_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "CHUNK_FRAMES", 64)
    peaks = []
    for length in (1, 8):
        file = tmp_path / f"{length}.wav"
        write(Clip(np.tile(tune(15.0, RATE), (1, length)), RATE), file)
        part = log_mel()
        workflow._columns(part, file)  # what is imported and cached once is not counted
        tracemalloc.start()
        workflow._columns(part, file)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("n_samples", [1, 100])
@pytest.mark.parametrize("name", representations.room.names())
def test_the_shortest_clips_have_a_picture(name: str, n_samples: int, tmp_path: Path) -> None:
    write(Clip(np.full((2, n_samples), 0.1, np.float32), RATE), tmp_path / "short.wav")
    out, told = str(tmp_path / "short.png"), Collected()
    spectrogram(str(tmp_path / "short.wav"), out, representation=name, reporter=told)
    assert Path(out).read_bytes().startswith(b"\x89PNG")
    spectrogram(str(tmp_path / "short.wav"), out, representation=name, reporter=told)
    assert [line.split()[0] for line in told.lines] == ["wrote", "replaced"]
