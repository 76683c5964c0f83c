"""Playing by a SoundFont: what FluidSynth is told and when; and what is said where it is missing.

A stand-in takes FluidSynth's place, since its library is of the system; with the library and a
SoundFont named by MENURA_SOUNDFONT, the real one is played too.
"""

import builtins
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

from menura.audio import Note, Score, synthesise
from menura.audio.synthesis.soundfont import GAIN, Player, Room
from menura.foundation.errors import MenuraError

RATE = 8000
SCORE = Score((Note(0.5, 1.0, 60, 100), Note(0.75, 1.0, 64, 50), Note(1.0, 1.25, 38, 90, 0, True)))


class StandIn:
    """Counts what sounds: its samples are the number of keys that are down, in thousandths."""

    lacks: ClassVar[set[tuple[int, int]]] = set()
    chosen: ClassVar[list[tuple[int, int, int]]] = []
    made: ClassVar[dict[str, Any]] = {}

    def __init__(self, gain: float, samplerate: float, channels: int):
        self.down: set[tuple[int, int]] = set()
        StandIn.chosen = []
        StandIn.made = {"gain": gain}
        assert samplerate == RATE

    def sfload(self, name: str) -> int:
        return -1 if "damaged" in name else 1

    def program_select(self, channel: int, font: int, bank: int, program: int) -> int:
        if (bank, program) in self.lacks:
            return -1
        StandIn.chosen.append((channel, bank, program))
        return 0

    def noteon(self, channel: int, pitch: int, velocity: int) -> None:
        self.down.add((channel, pitch))

    def noteoff(self, channel: int, pitch: int) -> None:
        self.down.discard((channel, pitch))

    def get_samples(self, n: int) -> np.ndarray:
        left_and_right = np.array([100 * len(self.down), 50 * len(self.down)], np.int16)
        return np.tile(left_and_right, n)

    def set_reverb(self, roomsize: float, damping: float, width: float, level: float) -> None:
        StandIn.made |= {"size": roomsize, "damping": damping, "width": width, "level": level}

    def delete(self) -> None:
        self.down.clear()


@pytest.fixture
def font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    module: Any = ModuleType("fluidsynth")
    module.Synth = StandIn
    monkeypatch.setitem(sys.modules, "fluidsynth", module)
    monkeypatch.setattr(StandIn, "lacks", set())
    file = tmp_path / "some.sf2"
    file.write_bytes(b"RIFF\0\0\0\0sfbk")
    return file


def test_gain_and_room_are_those_asked_for(font: Path) -> None:
    Player(font, RATE)
    assert StandIn.made == {"gain": GAIN}, "the room stays FluidSynth's own"
    Player(font, RATE, gain=0.25, room=Room(size=0.7, damping=0.1, width=0.9, level=0.4))
    assert StandIn.made == {
        "gain": 0.25, "size": 0.7, "damping": 0.1, "width": 0.9, "level": 0.4
    }  # fmt: skip


def test_keys_go_down_and_up_at_their_samples(font: Path) -> None:
    sound = synthesise(SCORE, RATE, 2, 1.5, soundfont=font).samples
    assert sound.shape == (2, 12_000)
    keys = np.round(sound[0] * 32768 / 100).astype(int)
    wanted = np.zeros(12_000, int)
    for note in SCORE.notes:
        wanted[round(note.start_s * RATE) : round(note.end_s * RATE)] += 1
    np.testing.assert_array_equal(keys[:-80], wanted[:-80])  # the end is faded out
    np.testing.assert_allclose(sound[1], sound[0] / 2, atol=1e-6)
    mono = synthesise(SCORE, RATE, 1, 1.5, soundfont=font).samples
    np.testing.assert_allclose(mono[0], sound.mean(axis=0), atol=1e-6)


def test_instruments_and_drums_have_their_programs(font: Path) -> None:
    score = Score((Note(0, 1, 60, program=40), Note(0, 1, 36, is_drum=True), Note(0, 1, 60)))
    synthesise(score, RATE, 1, soundfont=font)
    assert sorted(StandIn.chosen) == [(0, 0, 0), (1, 128, 0), (2, 0, 40)]


def test_what_a_soundfont_lacks_is_played_by_another_program(font: Path) -> None:
    score = Score((Note(0, 1, 60, program=40), Note(0, 1, 36, program=9, is_drum=True)))
    StandIn.lacks = {(0, 40), (128, 9)}
    synthesise(score, RATE, 1, soundfont=font)
    assert sorted(StandIn.chosen) == [(0, 128, 0), (1, 0, 0)]
    StandIn.lacks = {(0, 40), (0, 0)}
    with pytest.raises(MenuraError, match=r"neither program 40 nor another .*General MIDI"):
        synthesise(score, RATE, 1, soundfont=font)


def test_files_that_are_no_soundfont(font: Path, tmp_path: Path) -> None:
    (tmp_path / "a.sf2").write_bytes(b"RIFF\0\0\0\0WAVE")
    (tmp_path / "damaged.sf2").write_bytes(b"RIFF\0\0\0\0sfbk")
    for name, reason in [
        ("a.sf2", "not a SoundFont"),
        ("damaged.sf2", "damaged; get it again"),
        ("none.sf2", "No such file"),
    ]:
        with pytest.raises(MenuraError, match=f"--soundfont .*{name}: {reason}"):
            synthesise(SCORE, RATE, soundfont=tmp_path / name)


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (ModuleNotFoundError, r"pip install 'menura\[notes\]'"),
        (ImportError, "apt install libfluidsynth3"),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[ImportError], mend: str
) -> None:
    real = builtins.__import__

    def failing(name: str, *rest: Any) -> Any:
        if name == "fluidsynth":
            raise error(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", failing)
    with pytest.raises(MenuraError, match=mend):
        synthesise(SCORE, RATE, soundfont=tmp_path / "some.sf2")


def test_a_real_soundfont_is_in_tune_and_in_time() -> None:
    name = os.environ.get("MENURA_SOUNDFONT", "")
    if not Path(name).is_file():
        pytest.skip("MENURA_SOUNDFONT names no SoundFont")
    pytest.importorskip("fluidsynth", exc_type=ImportError)
    sound = synthesise(
        Score((Note(0.5, 1.5, 69, 100),)), 44_100, 1, 2.0, soundfont=Path(name)
    ).samples[0]
    assert np.abs(sound[:22_000]).max() < 1e-3 < np.abs(sound[23_000:40_000]).max()
    size = np.abs(np.fft.rfft(sound * np.hanning(sound.size)))
    assert abs(np.fft.rfftfreq(sound.size, 1 / 44_100)[size.argmax()] - 440) < 3
