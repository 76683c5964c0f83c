"""Stereo from mono, whose mix down is the mono sound again, to the sample.

What is added to the one channel and taken off the other (the side) is the sound through a short
filter of noise: complementary filters make two different channels of one sound (Schroeder, "An
artificial stereophonic effect obtained from a single audio signal", JAES 6 (2), 1958), sparse
noise without colouring it (velvet noise: Alary, Politis & Välimäki, DAFx 2017). Basses stay in
the middle.
"""

import numpy as np
from jaxtyping import Float32

from menura.audio.signal import Samples, Signal

LENGTH_S = 0.03  # longer is heard as an echo
FIRST_S = 0.001  # a pulse at once would only make one channel louder than the other
PULSES_A_SECOND = 1500.0
DECAY_DB = 30.0  # over the whole filter
LOWEST_HZ = 200.0  # below, the side fades out
AMOUNT = 0.6  # of the side beside the middle: the channels' correlation is then about 0.5

Taps = Float32[np.ndarray, " taps"]


def widened(signal: Signal, *, is_loop: bool = False) -> Signal:
    """Two channels of one, each about as loud as the one; of more than one, the sound as it is.

    is_loop: the start follows the end, so the side of the start comes from there too.
    """
    return signal if signal.n_channels != 1 else _Widened(signal, is_loop)


class _Widened(Signal):
    def __init__(self, of: Signal, is_loop: bool):
        self.of, self.sample_rate, self.is_loop = of, of.sample_rate, is_loop
        self.taps = side_taps(of.sample_rate)

    @property
    def n_channels(self) -> int:
        return 2

    @property
    def n_samples(self) -> int:
        return self.of.n_samples

    def read(self, start: int, stop: int) -> Samples:
        if start == stop:
            return np.zeros((2, 0), np.float32)
        n_before = len(self.taps) - 1
        middle = np.concatenate([self._before(start, n_before), self.of.read(start, stop)[0]])
        n_fft = 1 << (len(middle) + n_before).bit_length()
        spectrum = np.fft.rfft(middle, n_fft) * np.fft.rfft(self.taps, n_fft)
        side = np.fft.irfft(spectrum, n_fft)[n_before : len(middle)].astype(np.float32)
        middle = middle[n_before:]
        return np.stack([middle + side, middle - side])

    def _before(self, start: int, n: int) -> Float32[np.ndarray, " n"]:
        """The n samples before `start`: silence before the first one, in a loop its end."""
        known: Float32[np.ndarray, " n"] = self.of.read(max(0, start - n), start)[0]
        n_missing = n - len(known)
        if n_missing == 0:
            return known
        if not self.is_loop:
            silent: Float32[np.ndarray, " n"] = np.pad(known, (n_missing, 0))
            return silent
        places = np.arange(-n_missing, 0) % self.n_samples
        first = int(places.min())
        end = self.of.read(first, self.n_samples)[0]
        before: Float32[np.ndarray, " n"] = np.concatenate([end[places - first], known])
        return before


def side_taps(sample_rate: int) -> Taps:
    """Pulses of either sign, one at a place drawn in each 1/1500 s, fading; basses taken out.

    Their energy is AMOUNT², so that of white sound the side has that share of the power.
    """
    rng = np.random.default_rng(1958)
    spacing = sample_rate / PULSES_A_SECOND
    n_pulses = int((LENGTH_S - FIRST_S) * PULSES_A_SECOND)
    places = FIRST_S * sample_rate + (np.arange(n_pulses) + rng.random(n_pulses)) * spacing
    levels = 10 ** (-DECAY_DB / 20 * np.arange(n_pulses) / n_pulses)
    pulses = np.zeros(int(LENGTH_S * sample_rate) + 1)
    np.add.at(pulses, places.astype(int), levels * rng.choice([-1.0, 1.0], n_pulses))
    # A high pass of the first order, which looks ahead of nothing.
    held = 1 / (1 + 2 * np.pi * LOWEST_HZ / sample_rate)
    taps, last = np.zeros(len(pulses)), 0.0
    for number, change in enumerate(np.diff(pulses, prepend=0.0)):
        taps[number] = last = held * (last + change)
    scaled: Taps = (AMOUNT * taps / np.sqrt(np.square(taps).sum())).astype(np.float32)
    return scaled
