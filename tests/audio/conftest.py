"""Sounds to test with, and machines with and without ffmpeg."""

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip

MakeClip = Callable[..., Clip]


@pytest.fixture(scope="session")
def music() -> MakeClip:
    """A decaying chord below 0.4 of full scale, each channel a little later than the one before."""

    def make(seconds: float = 1.0, sample_rate: int = 22_050, n_channels: int = 1) -> Clip:
        t = np.arange(round(seconds * sample_rate)) / sample_rate
        wave = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in (1, 2, 3, 5)) * np.exp(-t) * 0.2
        channels = np.stack([np.roll(wave, 37 * channel) for channel in range(n_channels)])
        return Clip(channels.astype(np.float32), sample_rate)

    return make


@pytest.fixture
def without_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "no-programs"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.fixture
def with_ffmpeg() -> None:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        pytest.skip("ffmpeg is not installed")


@pytest.fixture
def fake_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts two shell scripts where ffprobe and ffmpeg would be; each keeps its arguments."""
    folder = tmp_path / "programs"

    def install(ffprobe: str, ffmpeg: str) -> Path:
        folder.mkdir(exist_ok=True)
        for name, script in (("ffprobe", ffprobe), ("ffmpeg", ffmpeg)):
            keep = f'printf "%s\\n" "$@" > "{folder}/{name}.arguments"'
            (folder / name).write_text(f"#!/bin/sh\n{keep}\n{script}\n")
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return folder

    return install


@pytest.fixture(scope="session")
def hostile(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile set, unpacked."""
    folder = tmp_path_factory.mktemp("hostile-set")
    with tarfile.open(recordings / "hostile.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "hostile"
