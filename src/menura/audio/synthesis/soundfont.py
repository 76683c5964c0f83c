"""Playing by a SoundFont (SF2, SF3), through FluidSynth."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from menura.audio.score import Note, Score
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

GAIN = 1.0  # FluidSynth's own is 0.2, for many voices; the loudest piano piece tried peaks below 1
DRUM_BANK = 128
MOST_CHANNELS = 256
CHUNK = 1 << 16  # samples asked for at once
RING_S = 4.0  # FluidSynth's reverb and long releases are then gone

Samples = Float32[np.ndarray, "channels time"]
Stroke = tuple[int, bool, int, int, int]  # sample, is it a note-on, channel, pitch, velocity


@dataclass(frozen=True)
class Room:
    """The room a SoundFont is played in, each 0…1: how large, how dull, how wide, how much of it is
    heard."""

    size: float
    damping: float
    width: float
    level: float


class Player:
    """One SoundFont, loaded at a rate. It plays once.

    gain: FluidSynth's. room: None is FluidSynth's own.

    Raises MenuraError when it cannot be read, or the means to play it are missing.
    """

    def __init__(
        self, path: Path, sample_rate: int, *, gain: float = GAIN, room: Room | None = None
    ):
        self._path = path
        self._synth = _library().Synth(
            gain=gain, samplerate=float(sample_rate), channels=MOST_CHANNELS
        )
        if room is not None:
            self._synth.set_reverb(room.size, room.damping, room.width, room.level)
        if not _is_soundfont(path):
            raise MenuraError(f"--soundfont {printable(str(path))}: not a SoundFont (.sf2, .sf3)")
        self._font = self._synth.sfload(str(path))
        if self._font < 0:
            raise MenuraError(f"--soundfont {printable(str(path))}: damaged; get it again")

    def ring_s(self, score: Score) -> float:
        """Seconds after the last note's end until nothing is heard."""
        return RING_S if score.notes else 0.0

    def play(self, score: Score, sample_rate: int, n_channels: int, n_samples: int) -> Samples:
        """The first n_samples of the score as sound."""
        self._choose_instruments(score)
        sound = np.zeros((2, n_samples), np.float32)
        done = 0
        strokes = (stroke for stroke in _strokes(score, sample_rate) if stroke[0] < n_samples)
        for sample, together in groupby(strokes, key=lambda stroke: stroke[0]):
            self._render(sound[:, done:sample])
            done = sample
            for _, is_on, channel, pitch, velocity in together:
                if is_on:
                    self._synth.noteon(channel, pitch, velocity)
                else:
                    self._synth.noteoff(channel, pitch)
        self._render(sound[:, done:])
        self._synth.delete()
        return sound if n_channels == 2 else sound.mean(axis=0, keepdims=True)

    def _render(self, out: Samples) -> None:
        for start in range(0, out.shape[1], CHUNK):
            part = out[:, start : start + CHUNK]
            raw = np.asarray(self._synth.get_samples(part.shape[1]), np.float32)
            part[:] = raw.reshape(-1, 2).T / 32768

    def _choose_instruments(self, score: Score) -> None:
        for (program, is_drum), channel in _channels(score).items():
            bank = DRUM_BANK if is_drum else 0
            tries = [(bank, program), (bank, 0), (0, 0)]
            if all(self._synth.program_select(channel, self._font, *one) < 0 for one in tries):
                raise MenuraError(
                    f"--soundfont {printable(str(self._path))}: has neither program {program} "
                    "nor another to take its place; take a General MIDI SoundFont"
                )


def _channels(score: Score) -> dict[tuple[int, bool], int]:
    """A channel for each instrument."""
    instruments = sorted({(note.program, note.is_drum) for note in score.notes})
    return {name: number % MOST_CHANNELS for number, name in enumerate(instruments)}


def _strokes(score: Score, sample_rate: int) -> Iterator[Stroke]:
    """Keys going down and up in order; those that rise first."""
    channels = _channels(score)
    strokes: list[Stroke] = []
    for note in score.notes:
        if note.velocity:
            start, end = (round(s * sample_rate) for s in (note.start_s, note.end_s))
            channel = channels[_instrument(note)]
            strokes.append((start, True, channel, note.pitch, note.velocity))
            strokes.append((max(start + 1, end), False, channel, note.pitch, 0))
    yield from sorted(strokes)


def _instrument(note: Note) -> tuple[int, bool]:
    return note.program, note.is_drum


def _is_soundfont(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        reason = error.strerror or str(error)
        raise MenuraError(f"--soundfont {printable(str(path))}: {reason}") from None
    return start[:4] == b"RIFF" and start[8:] == b"sfbk"


def _library() -> Any:
    try:
        import fluidsynth
    except ModuleNotFoundError:
        raise MenuraError(
            "--soundfont needs pyfluidsynth: pip install 'menura[notes]'; without the option the "
            "built-in synthesiser plays"
        ) from None
    except ImportError:
        raise MenuraError(
            "--soundfont needs the FluidSynth library (Debian: apt install libfluidsynth3; macOS: "
            "brew install fluid-synth); without the option the built-in synthesiser plays"
        ) from None
    return fluidsynth
