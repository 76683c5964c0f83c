"""Fingerprints of recordings: the same however a file was encoded, resampled, cut or turned down.

After J. Haitsma and T. Kalker, "A highly robust audio fingerprinting system", ISMIR 2002,
section 4: a word of bits for every short step of time, each bit telling whether the difference
of two neighbouring bands of frequency rises or falls. Ours has longer steps, fewer bands and a
longer look back, so that it costs little beside decoding.
"""

import numpy as np
from jaxtyping import Float32, UInt32
from numpy.lib.stride_tricks import sliding_window_view

WORD_S = 0.048  # from one word to the next
N_BITS = 24
NOTHING = 0  # the word of silence and of sound that does not change: it tells nothing
# A word depends on the sound from its time until this much later.
SPAN_S = 0.608

_FRAME_S = 0.128
_SMOOTHED = 5  # frames that are added up
_LAG = 6  # words from a sum to the one it is compared with
_BANDS_HZ = (300.0, 1600.0)  # what telephones, low rates and codecs leave as it is
_LEAST_RATE = 4000  # Hz, of the signal in which frames are taken
_CUTOFF_HZ, _TRANSITION_HZ = 2000.0, 800.0
_CHUNK_S = 5.0
_QUIET = 1e-7  # −70 dBFS
_LEAST_CHANGE = 0.02  # of the energy in all bands
_CANCELLING = 1e-3  # of the energy of the left channel


class Fingerprinter:
    """Words of one recording, from blocks of any length; their lengths do not matter, but for
    blocks in which the channels cancel."""

    def __init__(self, sample_rate: int):
        """sample_rate: in Hz."""
        self._step = max(1, sample_rate // _LEAST_RATE)
        self._rate = sample_rate / self._step
        self._low_pass = _low_pass(sample_rate, self._step)
        # Whole rows of the filter from a chunk, and one more, into which it reaches.
        row = len(self._low_pass)
        self._advance = max(1, round(_CHUNK_S * sample_rate / row)) * row
        self._chunk = self._advance + (row if self._step > 1 else 0)
        self._waiting = np.empty(self._chunk, np.float32)
        self._n_waiting = 0
        self._window = np.hanning(max(1, round(_FRAME_S * self._rate)) + 2)[1:-1].astype(np.float32)
        self._window *= np.float32(2 / self._window.sum())  # a sine of amplitude a has energy a²
        self._n_fft = _fast_length(self._window.size)
        self._bins, bands = _bands(self._n_fft, self._rate)
        self._bands = np.repeat(bands, 2, axis=0)  # for the real part of a bin, and the imaginary
        self._slow = np.zeros(0, np.float32)  # the slowed signal from the next frame on
        self._slow_start = self._n_frames = 0
        self._energies = np.zeros((0, N_BITS + 1), np.float32)
        self._words: list[UInt32[np.ndarray, " _"]] = []

    def push(
        self,
        block: Float32[np.ndarray, "channels time"],
        mean: Float32[np.ndarray, " time"] | None = None,
    ) -> None:
        """More of the recording, full scale at ±1; channels are mixed, where they do not cancel.

        mean: of the channels, where it is known.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # of floats far beyond full scale
            mono = _mono(block, mean)
        while mono.size:
            room = self._chunk - self._n_waiting
            taken, mono = mono[:room], mono[room:]
            self._waiting[self._n_waiting : self._n_waiting + taken.size] = taken
            self._n_waiting += taken.size
            if self._n_waiting == self._chunk:
                # Chunks of one length, whatever the lengths of blocks: sums depend on it.
                self._take(self._waiting)
                self._n_waiting = self._chunk - self._advance
                self._waiting[: self._n_waiting] = self._waiting[self._advance :].copy()

    def finish(self) -> UInt32[np.ndarray, " words"]:
        """All words; word n is of the sound from n · WORD_S on, for SPAN_S.

        Sound shorter than SPAN_S has none. Nothing may be pushed after it.
        """
        if self._n_waiting:
            self._take(self._waiting[: self._n_waiting])
        return np.concatenate([np.zeros(0, np.uint32), *self._words])

    def _take(self, chunk: Float32[np.ndarray, " time"]) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            slow = _slowed(chunk, self._low_pass, self._step)
        self._slow = np.concatenate([self._slow, slow])
        end = self._slow_start + self._slow.size - self._window.size
        n_most = max(0, int((end + 1) / (WORD_S * self._rate)) + 1 - self._n_frames)
        numbers = self._n_frames + np.arange(n_most + 1)
        starts = np.rint(numbers * (WORD_S * self._rate)).astype(np.int64)
        n_new = int(np.searchsorted(starts, end, side="right"))
        if n_new:
            self._add(starts[:n_new] - self._slow_start)
            self._n_frames += n_new
            drop = int(starts[n_new]) - self._slow_start
            self._slow, self._slow_start = self._slow[drop:], self._slow_start + drop

    def _add(self, starts: np.ndarray) -> None:
        """Words of the frames that begin at `starts`, and of those before that waited for them."""
        frames = sliding_window_view(self._slow, self._window.size)[starts]
        with np.errstate(over="ignore", invalid="ignore"):  # broken floats: they tell nothing
            frames *= self._window
            spectra = np.fft.rfft(frames, self._n_fft, axis=1)[:, self._bins]
            parts = np.ascontiguousarray(spectra, np.complex64).view(np.float32)
            parts *= parts
            energies = parts @ self._bands
            self._energies = np.concatenate([self._energies, energies])
            n_words = len(self._energies) - (_SMOOTHED + _LAG - 1)
            if n_words > 0:
                self._words.append(_words(self._energies))
                self._energies = self._energies[n_words:]


def fingerprint(
    samples: Float32[np.ndarray, "channels time"], sample_rate: int
) -> UInt32[np.ndarray, " words"]:
    """The words of a whole recording: see `Fingerprinter`. `sample_rate` in Hz."""
    printer = Fingerprinter(sample_rate)
    printer.push(samples)
    return printer.finish()


def mean_of(block: Float32[np.ndarray, "channels time"]) -> Float32[np.ndarray, " time"]:
    """The mean of two channels or more."""
    mean: Float32[np.ndarray, " time"] = block[0] + block[1]
    for channel in block[2:]:
        mean += channel
    mean *= np.float32(1 / len(block))
    return mean


def _mono(
    block: Float32[np.ndarray, "channels time"], mean: Float32[np.ndarray, " time"] | None
) -> Float32[np.ndarray, " time"]:
    """The mean of the channels, or the first where they cancel."""
    first: Float32[np.ndarray, " time"] = np.ascontiguousarray(block[0])
    if len(block) == 1:
        return first
    if mean is None:
        mean = mean_of(block)
    return first if mean @ mean < _CANCELLING * (first @ first) else mean


def _low_pass(sample_rate: int, step: int) -> Float32[np.ndarray, "samples outputs"]:
    """A windowed sinc for taking each `step`-th sample, as a matrix for rows of samples.

    A row has as many samples as the sinc reaches beyond its first `step`; the left half of the
    outputs is what the row adds to its own, the right half what it adds to those of the row before.
    """
    if step == 1:
        return np.array([[1.0, 0.0]], np.float32)
    n_row = int(np.ceil(2.2 * sample_rate / _TRANSITION_HZ / step)) - 1
    n_taps = (n_row + 1) * step
    times = np.arange(n_taps) - (n_taps - 1) / 2
    taps = np.sinc(2 * _CUTOFF_HZ / sample_rate * times) * np.hamming(n_taps)
    matrix = np.zeros((2 * n_row * step, n_row))
    for output in range(n_row):
        matrix[output * step : output * step + n_taps, output] = taps / taps.sum()
    own, before = np.split(matrix.astype(np.float32), 2)
    return np.concatenate([own, before], axis=1)


def _slowed(
    samples: Float32[np.ndarray, " time"],
    low_pass: Float32[np.ndarray, "samples outputs"],
    step: int,
) -> Float32[np.ndarray, " slow"]:
    """Filter and take each `step`-th sample: one product of matrices, and a sum of its halves."""
    n_samples, n_row = low_pass.shape[0], low_pass.shape[1] // 2
    n_out = samples.size // step - (n_row if step > 1 else 0)
    if n_out <= 0:
        return np.zeros(0, np.float32)
    n_rows = -(-samples.size // n_samples)
    if samples.size < n_rows * n_samples:  # the end of the sound
        samples = np.pad(samples, (0, n_rows * n_samples - samples.size))
    parts = samples.reshape(n_rows, n_samples) @ low_pass
    slow: Float32[np.ndarray, "rows outputs"] = parts[:, :n_row].copy()
    slow[:-1] += parts[1:, n_row:]
    return slow.reshape(-1)[:n_out]


def _fast_length(least: int) -> int:
    """The next length that is fast to transform (scipy has it too, but takes long to import)."""
    length = least
    while length > 1:
        rest = length
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return length
        length += 1
    return 1


def _bands(n_fft: int, rate: float) -> tuple[slice, Float32[np.ndarray, "bins bands"]]:
    """The bins that matter, and how much of each lies in each band of equal ratio."""
    frequencies, width = np.fft.rfftfreq(n_fft, 1 / rate), rate / n_fft
    edges = np.geomspace(*_BANDS_HZ, N_BITS + 2)
    lowest = np.maximum(edges[:-1], frequencies[:, None] - width / 2)
    highest = np.minimum(edges[1:], frequencies[:, None] + width / 2)
    shares = np.clip(highest - lowest, 0, None) / width
    used = np.flatnonzero(shares.any(axis=1))
    if not used.size:
        return slice(0, 1), np.zeros((1, N_BITS + 1), np.float32)
    bins = slice(int(used[0]), int(used[-1]) + 1)
    return bins, np.ascontiguousarray(shares[bins], dtype=np.float32)


def _words(energies: Float32[np.ndarray, "frames bands"]) -> UInt32[np.ndarray, " words"]:
    n_sums = len(energies) - _SMOOTHED + 1
    sums = energies[:n_sums].copy()
    for number in range(1, _SMOOTHED):
        sums += energies[number : number + n_sums]
    slopes = sums[:, :-1] - sums[:, 1:]
    rises = slopes[_LAG:] - slopes[:-_LAG]
    total = sums.sum(axis=1)
    loudest = np.maximum(total[_LAG:], total[:-_LAG])
    telling = np.abs(rises).sum(axis=1) > _LEAST_CHANGE * loudest
    telling &= loudest > _SMOOTHED * _QUIET
    packed = np.zeros((len(rises), 4), np.uint8)
    packed[:, : N_BITS // 8] = np.packbits(rises > 0, axis=1)
    words: UInt32[np.ndarray, " words"] = packed.view("<u4")[:, 0].astype(np.uint32)
    return np.where(telling, words, np.uint32(NOTHING))
