"""Sound made brighter or darker, and noise of any colour: what rooms and recorders add."""

import numpy as np
from jaxtyping import Float32, Float64

Piece = Float32[np.ndarray, "channels time"]
LOWEST = 1 / 512  # of the highest frequency: what is below is as loud as that
PIVOT = 1 / 32  # of the highest frequency: 500 Hz of 16 kHz. There a tilt changes nothing
MOST_DB = 12.0  # that a tilt makes louder or softer


def tilted(sound: Piece, db_an_octave: float) -> Piece:
    """Louder by so much for every octave above the pivot, softer below it; phases stay."""
    decibels = (db_an_octave * _octaves(sound.shape[1])).clip(-MOST_DB, MOST_DB)
    spectrum = np.fft.rfft(sound) * 10 ** (decibels / 20)
    coloured: Piece = np.fft.irfft(spectrum, sound.shape[1]).astype(np.float32)
    return coloured


def noise(shape: tuple[int, int], db_an_octave: float, rng: np.random.Generator) -> Piece:
    """Gaussian noise of RMS 1; it falls by so many decibels an octave: 0 is white, 3 is pink."""
    slope = 10 ** (-db_an_octave * _octaves(shape[1]) / 20)
    slope[0] = 0.0  # no DC
    spectrum = np.fft.rfft(rng.standard_normal(shape)) * slope
    coloured = np.fft.irfft(spectrum, shape[1])
    rms = np.sqrt(np.mean(np.square(coloured), axis=1, keepdims=True))
    drawn: Piece = (coloured / np.maximum(rms, 1e-12)).astype(np.float32)
    return drawn


def _octaves(n: int) -> Float64[np.ndarray, " bins"]:
    """How far each bin of the spectrum of n samples is above the pivot."""
    share = np.arange(1 + n // 2) / max(n / 2, 1)
    octaves: Float64[np.ndarray, " bins"] = np.log2(np.maximum(share, LOWEST) / PIVOT)
    return octaves
