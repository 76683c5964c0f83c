"""Made-up music for tests: decaying notes with overtones over a little noise."""

from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

from menura.audio import Clip

PENTATONIC = (0, 2, 4, 7, 9, 12, 14, 16)


def tune(
    seconds: float, sample_rate: int, seed: int = 0, n_channels: int = 1
) -> Float32[np.ndarray, "channels time"]:
    """Four notes a second, one at a time; peak about 0.5."""
    rng = np.random.default_rng(seed)
    n = round(seconds * sample_rate)
    sound = 1e-3 * rng.standard_normal((n_channels, n))
    step = sample_rate // 4
    for start in range(0, n, step):
        length = min(2 * step, n - start)
        t = np.arange(length) / sample_rate
        hz = 220 * 2 ** (rng.choice(PENTATONIC) / 12)
        overtones = sum(np.sin(2 * np.pi * hz * k * t) / k**2 for k in (1, 2, 3))
        sound[:, start : start + length] += 0.2 * overtones * np.exp(-6 * t)
    return sound.astype(np.float32)


def folder_of_tunes(
    folder: Path, n_files: int = 5, seconds: float = 6.0, sample_rate: int = 8000
) -> Path:
    """A folder of recordings, as a person might have it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n_files):
        sound = tune(seconds, sample_rate, seed=number)
        soundfile.write(folder / f"tune {number}.wav", sound.T, sample_rate)
    return folder


def assert_loops(clip: Clip) -> None:
    """The sound goes on from the last sample to the first as inside, and does not stop before."""
    inside = np.abs(np.diff(clip.samples)).max()
    assert np.abs(clip.samples[:, 0] - clip.samples[:, -1]).max() <= inside
    end = clip.samples[:, -clip.sample_rate // 50 :]
    assert np.abs(end).max() > 0.02 * np.abs(clip.samples).max(), "silence at the end"
