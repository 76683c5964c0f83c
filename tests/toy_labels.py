"""Labelled sounds that are easily told apart, for tests of classifiers."""

from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

from menura.audio import Clip, resample
from menura.evaluation.classifiers import Examples
from menura.evaluation.descriptors import FMA_COLUMNS

RATE = 22_050
LABELS = ("high", "low", "noisy")


def toy_sound(label: str, number: int, seconds: float = 1.0) -> Float32[np.ndarray, " time"]:
    """Another one for each number: a high tone, a low tone or noise, with a slow beat."""
    rng = np.random.default_rng([LABELS.index(label), number])
    t = np.arange(round(seconds * RATE)) / RATE
    beat = 0.6 + 0.4 * np.sin(2 * np.pi * rng.uniform(2, 4) * t)
    noise = rng.standard_normal(len(t))
    if label == "noisy":
        return (0.1 * beat * noise).astype(np.float32)
    hz = {"high": 1500.0, "low": 200.0}[label] * rng.uniform(0.9, 1.1)
    tones = sum(np.sin(2 * np.pi * hz * k * t) / k for k in (1, 2))
    return (0.2 * beat * tones + 0.002 * noise).astype(np.float32)


def toy_row(label: str, number: int) -> Float32[np.ndarray, " columns"]:
    """Another one for each number, near those of its label."""
    places = np.tile(np.arange(len(LABELS)), (len(FMA_COLUMNS), 1))
    of_label = np.random.default_rng(0).permuted(places, axis=1)[:, LABELS.index(label)]
    own = np.random.default_rng([LABELS.index(label), number]).normal(0, 0.1, len(FMA_COLUMNS))
    return (of_label + own).astype(np.float32)


class ArraySounds:
    """Sound of tracks that is held in memory. heard: the places that were read."""

    def __init__(self, sounds: list[np.ndarray], sample_rate: int):
        self.sample_rate = sample_rate
        self._sounds = [
            resample(Clip(sound[None], RATE), sample_rate).samples[0] for sound in sounds
        ]
        self.heard: set[int] = set()

    def n_samples(self, place: int) -> int:
        return len(self._sounds[place])

    def read(self, place: int, start: int, stop: int) -> Float32[np.ndarray, " time"]:
        self.heard.add(place)
        part = self._sounds[place][start:stop]
        return np.pad(part, (0, stop - start - len(part)))


def toy_examples(n_recordings: int, first: int = 0, labels: tuple[str, ...] = LABELS) -> Examples:
    """`n_recordings` tracks of each label, each of a recording of its own. Their descriptors are
    made up, for real ones take long: clouds around a place of each label."""
    named = [(label, number) for label in labels for number in range(first, first + n_recordings)]
    sounds = [toy_sound(label, number) for label, number in named]
    rows = np.stack([toy_row(label, number) for label, number in named])
    ids = tuple(f"{label} {number}" for label, number in named)
    return Examples(
        ids,
        ids,
        tuple(label for label, _ in named),
        rows,
        ArraySounds(sounds, RATE),
        tuple(range(len(ids))),
    )


def folder_of_toys(folder: Path, n_recordings: int, n_pieces: int = 2) -> Path:
    """A folder of files with a label file: each recording is cut into pieces."""
    lines = ["file,genre,recording"]
    for label in LABELS:
        for number in range(n_recordings):
            sound = toy_sound(label, number, seconds=1.0 * n_pieces)
            for piece in range(n_pieces):
                name = f"{label}-{number}-{piece}.wav"
                folder.mkdir(parents=True, exist_ok=True)
                soundfile.write(folder / name, sound[piece * RATE : (piece + 1) * RATE], RATE)
                lines.append(f"{name},{label},{label} {number}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
