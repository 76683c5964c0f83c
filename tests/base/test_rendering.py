"""From notes to sound: rooms and levels that differ, and sound that never clips."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import rendering
from composing.pieces import Piece
from menura.audio import Note, Score, integrated_lufs
from menura.audio.synthesis.soundfont import Room
from rendering import (
    LOUDEST_LUFS,
    SAMPLE_RATE,
    SOFTEST_LUFS,
    TAIL_S,
    Recording,
    recording_of,
    render,
)

SCORE = Score(tuple(Note(0.4 * n, 0.4 * n + 0.5, 60 + n, 90) for n in range(5)))
PIECE = Piece(0, "piano", "a scale", SCORE, {})
DRY = Recording(Room(0.2, 0.0, 0.5, 0.0), -20.0)


class StandIn:
    """Takes FluidSynth's place: a tone as loud as its gain, that stops at full scale."""

    made: ClassVar[list[tuple[float, Room]]] = []
    loudness: ClassVar[float] = 1.0

    def __init__(
        self, path: Path, sample_rate: int, *, gain: float = 0.0, room: Room | None = None
    ):
        assert sample_rate == SAMPLE_RATE
        self.gain = gain
        if room is not None:
            StandIn.made.append((gain, room))

    def play(self, score: Score, sample_rate: int, n_channels: int, n_samples: int) -> np.ndarray:
        tone = np.sin(np.arange(n_samples) * 0.1) * self.gain * self.loudness
        return np.tile(np.clip(tone, -1, 1), (n_channels, 1)).astype(np.float32)


@pytest.fixture
def font(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[StandIn]]:
    monkeypatch.setattr(rendering, "Player", StandIn)
    monkeypatch.setattr(StandIn, "made", [])
    rendering._kept.cache_clear()
    yield StandIn
    rendering._kept.cache_clear()


@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_piece_is_as_long_and_as_loud_as_asked(n_channels: int) -> None:
    clip, lufs = render(PIECE, DRY, n_channels, None)
    assert clip.sample_rate == 32_000
    assert clip.samples.shape == (n_channels, round((SCORE.duration_s + TAIL_S) * 32_000))
    assert lufs == pytest.approx(-20.0, abs=0.01)
    assert integrated_lufs(clip) == pytest.approx(-20.0, abs=0.05)
    assert np.abs(clip.samples).max() < 1
    assert clip.samples[:, -1] == pytest.approx(0, abs=1e-6)


def test_what_would_be_too_loud_stays_below_full_scale() -> None:
    clip, lufs = render(PIECE, Recording(DRY.room, 0.0), 1, None)
    assert lufs < -1
    assert np.abs(clip.samples).max() <= 10 ** (-1 / 20) + 1e-6


def test_what_clips_is_played_again_more_softly(
    font: type[StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StandIn, "loudness", 3.0)
    clip, _ = render(PIECE, DRY, 1, Path("some.sf2"))
    assert [gain for gain, _ in font.made] == [0.6, 0.3]
    assert font.made[0][1] == DRY.room
    shape = clip.samples[0, :8000] / np.abs(clip.samples[0, :8000]).max()
    np.testing.assert_allclose(shape, np.sin(np.arange(8000) * 0.1), atol=2e-3)


def test_what_does_not_clip_is_played_once(font: type[StandIn]) -> None:
    render(PIECE, DRY, 2, Path("some.sf2"))
    assert len(font.made) == 1


def test_recordings_differ_and_come_again() -> None:
    made = [recording_of(3, number) for number in range(200)]
    assert made[7] == recording_of(3, 7) != recording_of(4, 7)
    levels = [recording.lufs for recording in made]
    assert SOFTEST_LUFS <= min(levels) < SOFTEST_LUFS + 1
    assert LOUDEST_LUFS - 1 < max(levels) <= LOUDEST_LUFS
    dry = sum(recording.room.level == 0 for recording in made)
    assert 10 < dry < 60
    for recording in made:
        room = recording.room
        assert all(0 <= value <= 1 for value in (room.size, room.damping, room.width, room.level))
