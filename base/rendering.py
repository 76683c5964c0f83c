"""From a piece to sound: played by a SoundFont or the built-in synthesiser, in a room, at a level.

Rooms and levels are drawn anew for every piece, so that a codec hears dry and wet, loud and soft.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from composing.chance import between, dice
from composing.pieces import Piece
from menura.audio import Clip, fade, integrated_lufs, synthesise, whole
from menura.audio.synthesis.soundfont import Player, Room

SAMPLE_RATE = 32_000
TAIL_S = 2.5  # after the last note, of which the last is faded out
FADE_S = 1.0
SOFTEST_LUFS, LOUDEST_LUFS = -30.0, -14.0
HIGHEST = 10 ** (-1 / 20)
GAIN = 0.6
CLIPPED = 0.999  # FluidSynth gives whole numbers, which stop at full scale


@dataclass(frozen=True)
class Recording:
    """How a piece is recorded. lufs: its loudness, or less where its peaks would pass HIGHEST."""

    room: Room
    lufs: float


def recording_of(seed: int, number: int) -> Recording:
    """Of piece `number` of a seed."""
    rng = dice(seed, "piece", number, "recording")
    room = Room(
        size=rng.uniform(0.1, 0.95),
        damping=rng.uniform(0.0, 0.8),
        width=rng.uniform(0.3, 1.0),
        level=0.0 if rng.random() < 0.15 else between(rng, 0.08, 0.9),
    )
    return Recording(room, rng.uniform(SOFTEST_LUFS, LOUDEST_LUFS))


def render(
    piece: Piece, recording: Recording, n_channels: int, soundfont: Path | None
) -> tuple[Clip, float]:
    """The piece as sound at SAMPLE_RATE, and its loudness in LUFS.

    soundfont: None plays with the built-in synthesiser, whose room does not change.
    """
    seconds = piece.score.duration_s + TAIL_S
    if soundfont is None:
        clip: Clip = synthesise(piece.score, SAMPLE_RATE, n_channels, seconds)
    else:
        clip = _played(piece, recording.room, n_channels, seconds, soundfont)
    return _levelled(whole(fade(clip, 0.0, FADE_S)), recording.lufs)


def _levelled(clip: Clip, lufs: float) -> tuple[Clip, float]:
    """At a loudness, or less where a sample would pass HIGHEST; and the loudness reached.

    Samples, not the true peak between them: nothing is coded with loss, and finding the true peak
    takes a third as long as playing."""
    measured = integrated_lufs(clip)
    if measured == -math.inf:
        return clip, measured
    peak = float(np.abs(clip.samples).max())
    gain = min(10 ** ((lufs - measured) / 20), HIGHEST / peak)
    reached = measured + 20 * math.log10(gain)
    return Clip(clip.samples * np.float32(gain), clip.sample_rate), reached


def _played(piece: Piece, room: Room, n_channels: int, seconds: float, soundfont: Path) -> Clip:
    """Played again at half the gain for as long as it clips."""
    _kept(soundfont)
    gain = GAIN
    while True:
        player = Player(soundfont, SAMPLE_RATE, gain=gain, room=room)
        samples = player.play(piece.score, SAMPLE_RATE, n_channels, round(seconds * SAMPLE_RATE))
        if float(np.abs(samples).max(initial=0.0)) < CLIPPED or gain < 0.05:
            return Clip(samples, SAMPLE_RATE)
        gain /= 2


@lru_cache(maxsize=1)
def _kept(soundfont: Path) -> Player:
    """The SoundFont, held by a player that never plays: FluidSynth shares its samples with those
    that do, which are then loaded in a third of the time."""
    return Player(soundfont, SAMPLE_RATE)
