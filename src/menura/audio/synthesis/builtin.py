"""The built-in synthesiser: every note by its instrument's voice, placed in a room.

Additive and wavetable voices, limited to below Nyquist, so that nothing aliases; the same score
gives the same samples on every run.
"""

import math

import numpy as np
from jaxtyping import Float32, Float64

from menura.audio.score import Note, Score
from menura.audio.synthesis.drums import drum_sound
from menura.audio.synthesis.struck import struck_note
from menura.audio.synthesis.sustained import sustained_note
from menura.audio.synthesis.voices import Struck, voice_of

LEVEL = 0.14  # of one loudest note: ten of them together stay below full scale
DRUM_LEVEL = 0.24
LOUDNESS_POWER = 1.4  # amplitude goes as velocity to this power
ROOM_S, ROOM_SHARE = 1.2, 0.1
# Of a room of some metres; their ratios are far from whole, so that no pitch stands out.
DELAYS_S = (0.0297, 0.0331, 0.0371, 0.0411, 0.0437, 0.0471, 0.0523, 0.0571)
DULL_ABOVE_HZ = 4000.0
KEYBOARDS = range(24)  # programs whose low notes are on the left
WIDTH = 0.5

Mono = Float64[np.ndarray, " time"]
Samples = Float32[np.ndarray, "channels time"]


def play(score: Score, sample_rate: int, n_channels: int, n_samples: int) -> Samples:
    """The first n_samples of the score as sound."""
    mix = np.zeros((n_channels, n_samples), np.float32)
    for note in score.notes:
        start = round(note.start_s * sample_rate)
        if start >= n_samples or note.velocity == 0:
            continue
        sound = _sound(note, sample_rate)[: n_samples - start]
        for channel, gain in enumerate(_gains(note, n_channels)):
            mix[channel, start : start + sound.size] += gain * sound
    _add_room(mix, sample_rate)
    return mix


def ring_s(score: Score) -> float:
    """Seconds after the last note's end until nothing is heard."""
    return ROOM_S + 2.0 if score.notes else 0.0


def _sound(note: Note, sample_rate: int) -> Mono:
    loudness = (note.velocity / 127) ** LOUDNESS_POWER
    if note.is_drum:
        drum: Mono = DRUM_LEVEL * loudness * drum_sound(note.pitch, sample_rate)
        return drum
    voice = voice_of(note.program)
    if isinstance(voice, Struck):
        sound = struck_note(voice, note, loudness, sample_rate)
    else:
        sound = sustained_note(voice, note, sample_rate)
    levelled: Mono = LEVEL * voice.level * loudness * sound
    return levelled


def _gains(note: Note, n_channels: int) -> tuple[float, ...]:
    """How loud in each channel, at equal power; a keyboard is spread from left to right."""
    if n_channels == 1:
        return (1.0,)
    if note.is_drum:
        side = ((note.pitch * 7) % 11 - 5) / 10 if note.pitch > 40 else 0.0
    elif note.program in KEYBOARDS:
        side = (note.pitch - 60) / 48
    else:
        side = ((note.program * 5) % 9 - 4) / 5
    angle = math.pi / 4 * (1 + WIDTH * min(max(side, -1.0), 1.0))
    return math.sqrt(2) * math.cos(angle), math.sqrt(2) * math.sin(angle)


def _add_room(mix: Samples, sample_rate: int) -> None:
    """The echoes of a small hall."""
    from menura.audio.synthesis.loops import add_echoes

    delays = np.array([round(s * sample_rate) for s in DELAYS_S])
    feedback = 10 ** (-3 * delays / (ROOM_S * sample_rate))
    # One pole that falls off from about 4 kHz at any rate.
    damping = math.exp(-2 * math.pi * DULL_ABOVE_HZ / sample_rate)
    add_echoes(mix, delays, feedback, damping, ROOM_SHARE)
