"""From a clip to its row of the table."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from menura.audio import Clip, conform
from menura.evaluation.descriptors import frames
from menura.evaluation.descriptors.columns import FMA_COLUMNS, STATISTICS

Row = Float32[np.ndarray, "columns"]


class UndescribableError(Exception):
    """The clip has no descriptors; the text says why."""


@dataclass(frozen=True, eq=False)
class Description:
    """values: one for each of COLUMNS, all finite. notes: remarks for whoever reads them."""

    values: Row
    notes: tuple[str, ...]


def describe(clip: Clip, sample_rate: int | None = None) -> Description:
    """FMA's 518 descriptors of `clip`, and its tempo in beats a minute.

    sample_rate: Hz to resample to; None keeps the clip's own. The sound is mixed to mono.

    The definitions are those of FMA (Defferrard, Benzi, Vandergheynst & Bresson 2017, "FMA: a
    dataset for music analysis"; its program with librosa 0.5), so that rows can stand in one
    table with theirs. This means, at rates other than 22,050 Hz, that the spectral_* columns are
    in units of 22,050/rate Hz and that the pitches of chroma_stft are shifted by as much; resample
    to 22,050 Hz for true ones. `rmse` is no level: it grows with the size of the window. Newer
    versions of librosa filter the constant-Q transform a little otherwise than FMA's did.
    Kurtosis is Fisher's (0 for a normal distribution). Both it and skewness stand as 0 where a
    descriptor does not vary, for which neither is defined; a note says so.

    The whole clip is held at once: about 250 MB for each of its minutes at 44.1 kHz.

    Raises UndescribableError for a clip shorter than one window of 2048 samples, for a rate below
    8500 Hz, and for samples that are not numbers.
    """
    _refuse(clip)
    clip = conform(clip, sample_rate or clip.sample_rate, 1)
    sound, rate = clip.samples[0], clip.sample_rate
    if rate < frames.LOWEST_RATE_HZ:
        raise UndescribableError(
            f"its rate of {rate} Hz is too low for the highest note, which needs "
            f"{frames.LOWEST_RATE_HZ} Hz: resample it (--sample-rate {frames.FMA_AXIS_HZ})"
        )
    if len(sound) < frames.N_FFT:
        raise UndescribableError(
            f"too short: {len(sound)} samples, and one window takes {frames.N_FFT}"
        )
    with warnings.catch_warnings():  # of empty bands, and of silence, which has no tuning
        warnings.simplefilter("ignore")
        tempo, found = _computed(sound, rate)
    values = [
        found[column.feature, column.statistics][int(column.number) - 1] for column in FMA_COLUMNS
    ]
    row = np.array([*values, tempo], np.float64)
    undefined = np.isnan(row)
    row[undefined] = 0.0
    return Description(row.astype(np.float32), tuple(_notes(sound, int(undefined.sum()))))


def _refuse(clip: Clip) -> None:
    finite = np.isfinite(clip.samples).all(axis=0)
    if not finite.all():
        first = int((~finite).argmax()) / clip.sample_rate
        raise UndescribableError(f"contains samples that are not numbers (first at {first:.2f} s)")


def _computed(
    sound: Float[np.ndarray, " time"], rate: int
) -> tuple[float, dict[tuple[str, str], Float[np.ndarray, " numbers"]]]:
    """The tempo, and (feature, statistic) → its numbers."""
    found: dict[tuple[str, str], Float[np.ndarray, " numbers"]] = {}

    def take(of_frames: Iterator[tuple[str, frames.Frames]]) -> None:
        for feature, values in of_frames:
            if not np.isfinite(values).all():
                raise UndescribableError(f"{feature} of it is not finite")
            for statistic, numbers in zip(STATISTICS, statistics(values), strict=True):
                found[feature, statistic] = numbers

    take(frames.constant_q_frames(sound, rate))
    magnitude, mel_db = frames.spectra(sound, rate)
    take(frames.spectral_frames(magnitude, mel_db))
    take(iter([("zcr", frames.zero_crossings(sound))]))
    return frames.tempo_of(mel_db, rate), found


def statistics(
    values: Float[np.ndarray, "numbers frames"],
) -> Float[np.ndarray, "7 numbers"]:
    """Kurtosis, max, mean, median, min, skew and std over the frames, in this order (STATISTICS).

    Kurtosis (Fisher's) and skew are the biased ones; NaN where the frames do not differ.
    """
    from scipy import stats

    values = values.astype(np.float64)
    return np.stack(
        [
            stats.kurtosis(values, axis=1),
            values.max(axis=1),
            values.mean(axis=1),
            np.median(values, axis=1),
            values.min(axis=1),
            stats.skew(values, axis=1),
            values.std(axis=1),
        ]
    )


def _notes(sound: Float[np.ndarray, " time"], n_undefined: int) -> Iterator[str]:
    if not sound.any():
        yield "silent"
    if n_undefined:
        yield (
            f"{n_undefined} values of kurtosis and skew are of descriptors that do not vary, "
            "and stand as 0"
        )
