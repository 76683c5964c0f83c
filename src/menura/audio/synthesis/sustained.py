"""Notes that sound as long as they are held: organs, bowed strings, winds, synthesisers."""

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Float64

from menura.audio.score import Note
from menura.audio.synthesis.pitch import hz_of
from menura.audio.synthesis.voices import Sustained

Mono = Float64[np.ndarray, " time"]
Sizes = Float64[np.ndarray, " harmonics"]
Period = Float64[np.ndarray, " period"]

TABLE = 4096
MOST_HARMONICS = 256


def sustained_note(voice: Sustained, note: Note, sample_rate: int) -> Mono:
    """The note with its release, at amplitude about 1."""
    from menura.audio.synthesis.loops import add_wave

    held = max(1, round((note.end_s - note.start_s) * sample_rate))
    n_release = round(voice.release_s * sample_rate)
    sound = np.zeros(held + n_release)
    dark, bright = tables(voice, note.pitch, sample_rate)
    rng = np.random.default_rng([note.pitch, round(1e6 * note.start_s)])
    spread = np.linspace(-1, 1, voice.n_players) if voice.n_players > 1 else np.zeros(1)
    for side in spread:
        cents = side * voice.detune_cents
        add_wave(
            sound,
            dark,
            bright,
            note.velocity / 127,
            rng.uniform() if voice.n_players > 1 else 0.0,
            hz_of(note.pitch + cents / 100) / sample_rate,
            2 ** (voice.vibrato_cents / 1200) - 1,
            2 * math.pi * voice.vibrato_hz * (1 + 0.06 * side) / sample_rate,
            max(1.0, voice.vibrato_after_s * sample_rate),
        )
    sound /= math.sqrt(voice.n_players)
    if voice.breath:
        sound += _breath(sound.size, note.pitch, sample_rate, rng) * voice.breath
    shaped: Mono = sound * _envelope(voice, held, sound.size, sample_rate)
    return shaped


@lru_cache(maxsize=512)
def tables(voice: Sustained, pitch: int, sample_rate: int) -> tuple[Period, Period]:
    """A period of the softest and of the hardest note, of power 1/2: no harmonic comes near
    Nyquist, whatever the vibrato. The first value is repeated at the end."""
    base = hz_of(pitch)
    n = max(1, min(MOST_HARMONICS, int(0.45 * sample_rate / base)))
    number = np.arange(1.0, n + 1)
    if voice.harmonics is None:
        sizes = number**-voice.tilt
    else:
        sizes = np.zeros(n)
        known = voice.harmonics[:n]
        sizes[: len(known)] = known
    sizes = np.where(number % 2 == 0, (1 - voice.odd) * sizes, sizes)
    hz = base * number
    for centre, width, gain in voice.formants:
        sizes = sizes * (1 + gain * np.exp(-0.5 * ((hz - centre) / width) ** 2) * 2)
    made = (_period(sizes * np.exp(-hz / (limit + base))) for limit in voice.bright_hz)
    dark, bright = made
    return dark, bright


def _period(sizes: Sizes) -> Period:
    sizes = sizes / math.sqrt(float(np.square(sizes).sum()))
    spectrum = np.zeros(TABLE // 2 + 1, np.complex128)
    # Phases spread by the square of the number keep the peak of many harmonics low.
    turns = np.pi * np.arange(1, sizes.size + 1) ** 2 / max(1, sizes.size)
    spectrum[1 : sizes.size + 1] = sizes * np.exp(1j * turns)
    wave = np.fft.irfft(spectrum) * (TABLE / 2)
    return np.append(wave, wave[0])


def _breath(n: int, pitch: int, sample_rate: int, rng: np.random.Generator) -> Mono:
    """Noise around the second octave of the note."""
    noise = rng.standard_normal(n)
    smooth = max(2, round(sample_rate / (4 * hz_of(pitch))))
    kernel = np.hanning(min(2 * smooth + 1, 65))[1:-1]
    return np.convolve(noise, kernel / np.sqrt(np.square(kernel).sum()), "same")


def _envelope(voice: Sustained, held: int, n: int, sample_rate: int) -> Mono:
    """Rise, a little fall, hold; then the release, which ends at zero."""
    n_rise = max(2, round(voice.attack_s * sample_rate))
    at = np.arange(n)
    level = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, at / n_rise))
    fallen = 1 - np.exp(-np.maximum(0, at - n_rise) / (0.25 * sample_rate))
    level *= 1 - voice.swell * fallen
    release = np.arange(n - held)
    level[held:] *= 10 ** (-3 * release / max(1, n - held)) * np.linspace(1, 0, n - held)
    return level
