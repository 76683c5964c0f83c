"""Notes that ring and die away: strings that are struck or plucked, bars, bells, membranes."""

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Float64

from menura.audio.score import Note
from menura.audio.synthesis.pitch import hz_of
from menura.audio.synthesis.voices import Struck

Mono = Float64[np.ndarray, " time"]

MOST_PARTIALS = 64
INAUDIBLE = 2e-4  # of the loudest note
MOST_OF_SECOND = 10  # partials of a second string: of higher ones it is not heard
SECOND_STRING_CENTS = 0.7
MIDDLE_C = 60


def struck_note(voice: Struck, note: Note, loudness: float, sample_rate: int) -> Mono:
    """The note from its beginning until it cannot be heard, at amplitude about 1: `loudness` is
    what it will be played at, which says how long that is."""
    from menura.audio.synthesis.loops import LANES, add_partials

    hardness = note.velocity / 127
    hz, sizes, ring_s = _partials(voice, note.pitch, hardness, sample_rate)
    held_s = note.end_s - note.start_s
    audible_s = ring_s * np.log10(np.maximum(sizes * loudness / INAUDIBLE, 1.0)) / 3
    longest_s = float(audible_s.max(initial=0.0))
    damped = voice.release_s > 0 and note.pitch < voice.undamped_above
    if damped:
        longest_s = min(longest_s, held_s + voice.release_s * 4 / 3)
    n_samples = LANES * math.ceil(longest_s * sample_rate / LANES) + LANES
    sound = np.zeros(n_samples)
    decays = 10 ** (-3 / (ring_s * sample_rate))
    lengths = np.minimum(n_samples, np.ceil(audible_s * sample_rate) + LANES).astype(int)
    add_partials(sound, 2 * np.pi * hz / sample_rate, decays, sizes, lengths)
    if voice.knock:
        thud = _knock(note.pitch, sample_rate)[: sound.size]
        sound[: thud.size] += voice.knock * hardness * thud
    _shape(sound, voice, held_s if damped else None, sample_rate)
    return sound


def _partials(
    voice: Struck, pitch: int, hardness: float, sample_rate: int
) -> tuple[Mono, Mono, Mono]:
    """Frequency (Hz), amplitude and seconds for 60 dB of each; none above Nyquist."""
    base = hz_of(pitch)
    number = np.arange(1.0, MOST_PARTIALS + 1)
    if voice.ratios is None:
        # Thin strings in the treble and short ones are stiffer: twice every eight semitones.
        stiffness = voice.stiffness * 2 ** (max(pitch - 36, 0) / 8 - 3)
        ratios = number * np.sqrt(1 + stiffness * number**2)
        spread = 0.06 + np.abs(np.sin(np.pi * number * voice.place))
    else:
        ratios = np.array(voice.ratios)
        number, spread = number[: len(ratios)], np.ones(len(ratios))
    hz = base * ratios
    soft, hard = voice.bright_hz
    bright_hz = soft + (hard - soft) * hardness + 0.7 * base
    sizes = spread * number**-voice.tilt * np.exp(-hz / bright_hz)
    if voice.body_hz:
        sizes *= hz**2 / (hz**2 + voice.body_hz**2)
    sizes /= math.sqrt(float(np.square(sizes).sum()))
    ring_s = voice.ring_s * 2 ** ((MIDDLE_C - pitch) / (12 * voice.halving_octaves))
    ring = ring_s / (1 + voice.fall * (number - 1))
    heard = (hz < 0.47 * sample_rate) & (sizes > INAUDIBLE)
    hz, sizes, ring = hz[heard], sizes[heard], ring[heard]
    if voice.after and hz.size:
        cents = SECOND_STRING_CENTS / 1200
        few = slice(MOST_OF_SECOND)
        second = hz[few] * 2**cents, sizes[few] * voice.after, 4 * ring[few]
        sizes[few] *= 1 - voice.after
        hz, sizes, ring = map(np.concatenate, zip((hz, sizes, ring), second, strict=True))
    return hz, sizes, ring


@lru_cache(maxsize=256)
def _knock(pitch: int, sample_rate: int) -> Mono:
    """A thud of a hundredth of a second, the same for every note of a pitch."""
    n = round(0.03 * sample_rate)
    thud = np.random.default_rng(pitch).standard_normal(n)
    smooth = max(1, round(sample_rate / 6000))
    thud = np.convolve(thud, np.hanning(2 * smooth + 1)[1:-1] / smooth, "same")
    return 3 * thud * np.exp(-np.arange(n) / (0.006 * sample_rate))


def _shape(sound: Mono, voice: Struck, held_s: float | None, sample_rate: int) -> None:
    """A rise without a click; after held_s, the damper; and an end at zero."""
    n_rise = max(2, min(sound.size, round(voice.attack_s * sample_rate)))
    sound[:n_rise] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n_rise) / n_rise)
    if held_s is not None:
        start = min(sound.size, round(held_s * sample_rate))
        fall = -3 * math.log(10) / (voice.release_s * sample_rate)
        sound[start:] *= np.exp(fall * np.arange(sound.size - start))
    n_end = min(sound.size, 64)
    sound[-n_end:] *= np.linspace(1, 0, n_end)
