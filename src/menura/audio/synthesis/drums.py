"""The drums of General MIDI: tones that fall in pitch, and bands of noise, each dying away."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float64

Mono = Float64[np.ndarray, " time"]


@dataclass(frozen=True)
class Tone:
    """From from_hz to to_hz (as fast as fall_s says), dying in ring_s seconds (60 dB)."""

    from_hz: float
    to_hz: float
    ring_s: float
    size: float = 1.0
    fall_s: float = 0.03


@dataclass(frozen=True)
class Hiss:
    """Noise between low_hz and high_hz, dying in ring_s. strokes: times (s) at which it begins."""

    low_hz: float
    high_hz: float
    ring_s: float
    size: float = 1.0
    strokes: tuple[float, ...] = (0.0,)


@dataclass(frozen=True)
class Drum:
    """What sounds when it is hit."""

    tones: tuple[Tone, ...] = ()
    hisses: tuple[Hiss, ...] = ()


def _metal(ring_s: float, low_hz: float, size: float = 0.6) -> Drum:
    clang = (3140.0, 4270.0, 5310.0, 6790.0, 8210.0)
    tones = tuple(Tone(hz, hz, ring_s * 0.7, 0.08 * size) for hz in clang)
    return Drum(tones, (Hiss(low_hz, 15_000.0, ring_s, size),))


def _skin(hz: float, ring_s: float, slap: float = 0.2) -> Drum:
    tones = (Tone(1.6 * hz, hz, ring_s), Tone(2.4 * hz, 1.59 * hz, 0.5 * ring_s, 0.35))
    return Drum(tones, (Hiss(400.0, 4000.0, 0.05, slap),))


def _wood(hz: float, ring_s: float = 0.12) -> Drum:
    tones = (Tone(hz, hz, ring_s), Tone(2.7 * hz, 2.7 * hz, 0.6 * ring_s, 0.4))
    return Drum(tones, (Hiss(1000.0, 6000.0, 0.02, 0.1),))


KICK = Drum((Tone(150.0, 48.0, 0.5, 1.2, 0.025),), (Hiss(200.0, 4000.0, 0.02, 0.25),))
SNARE = Drum(
    (Tone(280.0, 190.0, 0.18, 0.6), Tone(420.0, 330.0, 0.12, 0.35)),
    (Hiss(900.0, 9000.0, 0.25, 0.8),),
)
CLAP = Drum((), (Hiss(700.0, 3500.0, 0.16, 0.9, (0.0, 0.012, 0.024)),))
SHAKER = Drum((), (Hiss(4000.0, 12_000.0, 0.09, 0.5),))

KIT: dict[int, Drum] = {
    35: KICK,
    36: KICK,
    37: _wood(1700.0, 0.07),
    38: SNARE,
    39: CLAP,
    40: SNARE,
    41: _skin(82.0, 0.9),
    42: _metal(0.09, 6000.0),
    43: _skin(98.0, 0.85),
    44: _metal(0.12, 5000.0, 0.45),
    45: _skin(117.0, 0.8),
    46: _metal(0.9, 6000.0),
    47: _skin(139.0, 0.7),
    48: _skin(165.0, 0.65),
    49: _metal(2.4, 3000.0, 0.8),
    50: _skin(196.0, 0.6),
    51: _metal(1.6, 4500.0, 0.4),
    52: _metal(1.6, 2200.0, 0.8),
    53: Drum((Tone(2600.0, 2600.0, 1.0, 0.4), Tone(4130.0, 4130.0, 0.8, 0.3)), ()),
    54: Drum((Tone(6500.0, 6500.0, 0.2, 0.2),), (Hiss(5000.0, 14_000.0, 0.18, 0.5),)),
    55: _metal(1.1, 4000.0, 0.7),
    56: Drum((Tone(540.0, 540.0, 0.3), Tone(800.0, 800.0, 0.25, 0.8)), ()),
    57: _metal(2.2, 3500.0, 0.8),
    59: _metal(1.5, 5000.0, 0.4),
    60: _skin(400.0, 0.25),
    61: _skin(300.0, 0.3),
    62: _skin(330.0, 0.1, 0.4),
    63: _skin(280.0, 0.4),
    64: _skin(210.0, 0.45),
    65: _skin(420.0, 0.4, 0.3),
    66: _skin(310.0, 0.45, 0.3),
    67: _wood(1100.0, 0.35),
    68: _wood(800.0, 0.35),
    75: _wood(2500.0, 0.09),
    76: _wood(1300.0),
    77: _wood(900.0),
    80: Drum((Tone(5200.0, 5200.0, 0.15, 0.4), Tone(8800.0, 8800.0, 0.12, 0.2)), ()),
    81: Drum((Tone(5200.0, 5200.0, 2.0, 0.4), Tone(8800.0, 8800.0, 1.6, 0.2)), ()),
}


@lru_cache(maxsize=256)
def drum_sound(pitch: int, sample_rate: int) -> Mono:
    """A hard stroke of the drum that General MIDI has at this pitch (a shaker where it has none),
    at amplitude about 1, until it cannot be heard."""
    drum = KIT.get(pitch, SHAKER)
    hissed_s = (hiss.ring_s + hiss.strokes[-1] for hiss in drum.hisses)
    longest_s = max([*(tone.ring_s for tone in drum.tones), *hissed_s])
    sound = np.zeros(round(1.2 * longest_s * sample_rate) + 64)
    seconds = np.arange(sound.size) / sample_rate
    for tone in drum.tones:
        if max(tone.from_hz, tone.to_hz) < 0.47 * sample_rate:
            sound += _tone(tone, seconds)
    for number, hiss in enumerate(drum.hisses):
        sound += _hiss(hiss, seconds, sample_rate, seed=100 * pitch + number)
    rise = min(sound.size, max(2, round(0.001 * sample_rate)))
    sound[:rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)
    sound[-64:] *= np.linspace(1, 0, 64)
    sound.setflags(write=False)  # it is kept, and played again
    return sound


def _tone(tone: Tone, seconds: Mono) -> Mono:
    fall = np.exp(-seconds / tone.fall_s)
    turns = tone.to_hz * seconds + (tone.from_hz - tone.to_hz) * tone.fall_s * (1 - fall)
    return tone.size * np.sin(2 * np.pi * turns) * 10 ** (-3 * seconds / tone.ring_s)


def _hiss(hiss: Hiss, seconds: Mono, sample_rate: int, seed: int) -> Mono:
    noise = np.fft.rfft(np.random.default_rng(seed).standard_normal(seconds.size))
    hz = np.fft.rfftfreq(seconds.size, 1 / sample_rate)
    # Slopes of two octaves below and one above, so that the band does not ring at its edges.
    low = 1 / (1 + (hiss.low_hz / np.maximum(hz, 1.0)) ** 4)
    band = np.fft.irfft(noise * low / (1 + (hz / hiss.high_hz) ** 8), seconds.size)
    band /= max(float(band.std()), 1e-9)
    envelope = np.zeros(seconds.size)
    for stroke in hiss.strokes:
        after = np.maximum(0.0, seconds - stroke)
        envelope = np.maximum(envelope, (seconds >= stroke) * 10 ** (-3 * after / hiss.ring_s))
    return 0.4 * hiss.size * band * envelope
