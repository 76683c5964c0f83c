"""Crops of sound changed before they are encoded: drawn by the step, so that a resumed run hears
the same."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor, sqrt

import numpy as np
from jaxtyping import Float32

from menura.audio.stretching import played, stretched
from menura.recipes import Augmentation
from menura.training.colouring import noise, tilted

Piece = Float32[np.ndarray, "channels _"]
Read = Callable[[int, int], Piece]
HISS_DB = -75.0, -25.0  # RMS of noise, from and to, of full scale
HISS_SLOPE_DB = 6.0  # an octave: noise falls by up to so much
MIX_DB = 12.0  # by which what is mixed in is softer at most
MARGIN = 64  # samples read beyond either end: resampling has none of what lies outside


@dataclass(frozen=True)
class Hiss:
    """rms: of the noise. slope: decibels an octave by which it falls. seed: of its samples."""

    rms: float
    slope: float
    seed: int


@dataclass(frozen=True)
class Change:
    """gain: of the samples; below 0 they are upside down. speed: of the tape. longer: by the phase
    vocoder, before the tape. A moment that lasts 1 s then lasts longer / speed. tilt: decibels an
    octave by which it gets brighter. hiss: is added last."""

    gain: float = 1.0
    speed: float = 1.0
    longer: float = 1.0
    tilt: float = 0.0
    hiss: Hiss | None = None


def drawn(settings: Augmentation, rng: np.random.Generator) -> Change:
    """A change within the settings: in decibels, semitones and octaves all are equally likely."""
    level, side, tape, pitch, stretch = rng.uniform(-1, 1, 5).tolist()
    sign = -1.0 if settings.polarity and side < 0 else 1.0
    gain = sign * 10 ** (settings.gain_db * level / 20)
    higher = 2 ** (settings.pitch_semitones * pitch / 12)
    slower = _ratio(settings.stretch_percent) ** stretch
    # Higher and as long as before is longer by the vocoder, then faster by the tape.
    change = Change(gain, _ratio(settings.tape_percent) ** tape * higher, slower * higher)
    if settings.tilt_db:
        change = replace(change, tilt=settings.tilt_db * rng.uniform(-1, 1))
    if settings.hiss and rng.random() < settings.hiss:
        change = replace(change, hiss=_hiss(rng))
    return change


def _hiss(rng: np.random.Generator) -> Hiss:
    level, slope = rng.uniform(*HISS_DB), rng.uniform(0, HISS_SLOPE_DB)
    return Hiss(10 ** (level / 20), slope, int(rng.integers(2**32)))


def softer(change: Change, rng: np.random.Generator) -> Change:
    """The change of a crop that is mixed in under another."""
    return replace(change, gain=change.gain * 10 ** (-MIX_DB * rng.random() / 20))


def together(one: Piece, other: Piece) -> Piece:
    """Two sounds at once, at the power of one: no louder than either on the whole."""
    both: Piece = ((one + other) / np.float32(sqrt(2))).astype(np.float32)
    return both


def changed(
    read: Read, start: int, stop: int, begin: int, change: Change
) -> Float32[np.ndarray, "channels time"]:
    """Samples start…stop as they are after the change, which leaves sample `begin` where it is."""
    sound = _at_its_pace(read, start, stop, begin, change)
    if change.tilt:
        sound = tilted(sound, change.tilt)
    if change.hiss is not None:
        rng = np.random.default_rng(change.hiss.seed)
        sound = sound + np.float32(change.hiss.rms) * noise(sound.shape, change.hiss.slope, rng)
    return sound


def _at_its_pace(
    read: Read, start: int, stop: int, begin: int, change: Change
) -> Float32[np.ndarray, "channels time"]:
    """With its gain, speed and length."""
    if change.speed == change.longer == 1:
        return np.float32(change.gain) * read(start, stop)
    pace = change.speed / change.longer  # samples read for each that is heard
    first = floor(begin + (start - begin) * pace) - MARGIN
    last = ceil(begin + (stop - begin) * pace) + MARGIN
    sound = read(first, last)
    if change.longer != 1:
        sound = stretched(sound, change.longer)
    if change.speed != 1:
        sound = played(sound, change.speed)
    at = round((begin - first) / pace) - (begin - start)
    out = change.gain * sound[:, at : at + stop - start]
    return np.pad(out, ((0, 0), (0, stop - start - out.shape[1]))).astype(np.float32)


def _ratio(percent: float) -> float:
    return 1 + percent / 100
