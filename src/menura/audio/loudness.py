"""Loudness and true peak as broadcasting measures them, in one pass over the sound."""

import math
from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from jaxtyping import Float32, Float64

from menura.audio.clip import Clip, whole
from menura.audio.editing import amplified
from menura.audio.mixing import mix
from menura.audio.resampling import resampled
from menura.audio.signal import Signal

Block = Float32[np.ndarray, "channels _"]
OVERSAMPLING = 4
PEAK_MARGIN = 64  # input samples on each side of a block, longer than the interpolation filter
# Gating blocks of 0.4 s, one every tenth of a second (BS.1770-4 §2).
STEP_S, BLOCK_STEPS = 0.1, 4
ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU = -70.0, -10.0
# Below this rate the weighting filter's corner near 1.7 kHz has no room under Nyquist.
LOWEST_METER_RATE_HZ, METER_RATE_HZ = 8000, 48_000


def integrated_lufs(signal: Signal) -> float:
    """Integrated loudness in LUFS (ITU-R BS.1770-4 §2, EBU R 128).

    −inf for silence, and for sound that the −70 LUFS gate leaves out. A clip shorter than one
    gating block (0.4 s) is measured as if it were repeated. More than two channels are measured
    as their stereo mix, because their places around the listener are not known.
    """
    if signal.n_channels > 2:
        signal = Clip(mix(whole(signal).samples, 2), signal.sample_rate)
    rate, n_samples = signal.sample_rate, signal.n_samples
    blocks = signal.blocks()
    if rate < LOWEST_METER_RATE_HZ:
        blocks = resampled(blocks, rate, METER_RATE_HZ, signal.n_channels)
        n_samples, rate = round(n_samples * METER_RATE_HZ / rate), METER_RATE_HZ
    n_block = math.ceil(BLOCK_STEPS * STEP_S * rate)
    if 0 < n_samples < n_block:
        short = np.concatenate(list(blocks), axis=1)
        blocks = iter([np.tile(short, math.ceil(n_block / max(1, short.shape[1])))])
    return _gated(_powers(_weighted(blocks, rate), rate))


def true_peak(blocks: Iterable[Block]) -> float:
    """The largest magnitude between and at the samples of consecutive blocks; 1.0 is full scale.

    By four-fold oversampling (ITU-R BS.1770-4 annex 2).
    """
    from scipy.signal import resample_poly  # here, because it takes half a second to import

    peak, n_before, held = 0.0, 0, None
    for block in chain(blocks, [None]):
        if block is not None:
            held = block if held is None else np.concatenate([held, block], axis=1)
        if held is None:
            return 0.0
        # Of what is held, `n_before` samples are done; the last ones wait for those after them.
        n_ready = held.shape[1] - n_before - (0 if block is None else PEAK_MARGIN)
        if n_ready <= 0:
            continue
        done = n_before + n_ready
        between = resample_poly(held, OVERSAMPLING, 1, axis=1)
        # The margins ring where they were cut off.
        between = between[:, n_before * OVERSAMPLING : done * OVERSAMPLING]
        peak = max(peak, float(np.abs(between).max()), float(np.abs(held).max()))
        n_before = min(done, PEAK_MARGIN)
        held = held[:, done - n_before :]
    return peak


def to_loudness(signal: Signal, lufs: float, peak_db: float = -1.0) -> tuple[Signal, float]:
    """The sound at `lufs` integrated loudness, or quieter where its true peak would pass `peak_db`.

    Also returns the loudness reached, in LUFS. peak_db: highest true peak in dB relative to full
    scale (EBU R 128 asks for −1). What is too quiet to measure is returned as it is, with −inf.
    """
    measured = integrated_lufs(signal)
    if measured == -math.inf:
        return signal, measured
    room_db = peak_db - 20 * math.log10(true_peak(signal.blocks()))
    gain_db = min(lufs - measured, room_db)
    return amplified(signal, 10 ** (gain_db / 20)), measured + gain_db


def _weighted(
    blocks: Iterable[Block], sample_rate: int
) -> Iterator[Float64[np.ndarray, "channels _"]]:
    """K-weighted sound (BS.1770-4 §2, stages 1 and 2), block by block."""
    import pyloudnorm  # both here, because they take half a second to import
    from scipy.signal import lfilter

    shelf = pyloudnorm.IIRfilter(4.0, 1 / np.sqrt(2), 1500.0, sample_rate, "high_shelf")
    high_pass = pyloudnorm.IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass")
    stages = [(stage.b, stage.a) for stage in (shelf, high_pass)]
    states: list[np.ndarray] | None = None
    for block in blocks:
        if not block.shape[1]:
            continue  # lfilter gives back any state for no samples
        if states is None:
            states = [np.zeros((len(block), 2)) for _ in stages]
        sound = block.astype(np.float64)
        for number, (b, a) in enumerate(stages):
            sound, states[number] = lfilter(b, a, sound, axis=1, zi=states[number])
        yield sound


def _powers(
    blocks: Iterable[Float64[np.ndarray, "channels _"]], sample_rate: int
) -> Float64[np.ndarray, " gating"]:
    """The power of each gating block, all channels together."""
    steps: list[float] = []
    begun, n_done = 0.0, 0  # energy in the step that is not whole yet; samples before the block
    for block in blocks:
        square = np.square(block).sum(axis=0)
        first = 0
        while (border := int(STEP_S * (len(steps) + 1) * sample_rate) - n_done) <= len(square):
            steps.append(begun + float(square[first:border].sum()))
            begun, first = 0.0, border
        begun += float(square[first:].sum())
        n_done += len(square)
    # A last block that half a step or less is missing from counts too, as pyloudnorm has it.
    if n_done - int(STEP_S * len(steps) * sample_rate) > STEP_S / 2 * sample_rate:
        steps.append(begun)
    if len(steps) < BLOCK_STEPS:
        return np.zeros(0)
    sums = np.convolve(steps, np.ones(BLOCK_STEPS), mode="valid")
    return sums / (BLOCK_STEPS * STEP_S * sample_rate)


def _gated(powers: Float64[np.ndarray, " gating"]) -> float:
    """Mean power of the blocks above both gates, in LUFS (BS.1770-4 §2, eq. 4 to 7)."""
    heard = powers[powers >= 10 ** ((ABSOLUTE_GATE_LUFS + 0.691) / 10)]
    if not len(heard):
        return -math.inf
    loud = heard[heard > heard.mean() * 10 ** (RELATIVE_GATE_LU / 10)]
    return -0.691 + 10 * math.log10(float(loud.mean()))
