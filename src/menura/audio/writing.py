"""Writing sound files: whole or not at all, never clipped, with a comment that says whence."""

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32, Int16

from menura.audio.clip import Clip, whole
from menura.audio.loudness import true_peak
from menura.audio.mixing import mix
from menura.audio.refusals import beginning
from menura.audio.resampling import resampled
from menura.audio.signal import Signal
from menura.foundation.atomic import replacing
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable

# libvorbis overruns its stack on long writes.
WRITE_BLOCK = 16_384
# Bytes: libsndfile does not read a longer one back from a wav file.
LONGEST_COMMENT = 2000
# A wav file counts its bytes in 32 bits; past that it is an RF64 file (EBU Tech 3306), which
# players take for what it is. Some room is left for the chunks around the samples.
LARGEST_WAV_BYTES = (1 << 32) - (1 << 20)


@dataclass(frozen=True)
class _Format:
    """What a format can carry, and how it is coded."""

    container: str
    subtype: str
    most_channels: int
    rates: tuple[int, ...] | None = None  # every rate it can carry
    range_hz: tuple[int, int] | None = None  # lowest and highest rate it can carry
    compression: float | None = None  # libsndfile's scale: 0 is best, 1 is smallest

    @property
    def lossy(self) -> bool:
        return self.compression is not None

    def nearest_rate(self, sample_rate: int) -> int:
        if self.rates is not None:
            return min(self.rates, key=lambda rate: abs(rate - sample_rate))
        if self.range_hz is not None:
            return min(max(sample_rate, self.range_hz[0]), self.range_hz[1])
        return sample_rate


MP3_RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
# wav and flac hold 16 bits, plainly rounded: every player reads them, 16-bit recordings come
# back bit for bit, and the rounding error (−98 dB) is far below what any model leaves behind.
FORMATS = {
    "wav": _Format("WAV", "PCM_16", 64),
    "flac": _Format("FLAC", "PCM_16", 8, range_hz=(1000, 384_000)),
    "ogg": _Format("OGG", "VORBIS", 8, range_hz=(8000, 192_000), compression=0.4),
    "mp3": _Format("MP3", "MPEG_LAYER_III", 2, rates=MP3_RATES, compression=0.2),
}


def write(
    sound: Signal, path: Path, *, format: str | None = None, comment: str = ""
) -> tuple[str, ...]:
    """Write the sound, and return remarks on what had to be changed for the format.

    It is read block by block, twice: to know its peak, and to write it.

    format: "wav", "flac" (both 16-bit), "ogg" (Vorbis) or "mp3"; None takes it from the suffix.
    comment: kept in the file's comment tag; `read_comment` gives it back. Cut at 2000 bytes.

    A clip whose peak (for ogg and mp3: the true peak) is above full scale is lowered to fit.
    Rates and channels that the format cannot carry are changed to the nearest it can.

    Raises UsageError for an unknown format, MenuraError for sound that is empty or has NaN or
    infinite samples, and where the file cannot be written; the old file then stays as it was.
    """
    name = format if format is not None else path.suffix.lower().removeprefix(".")
    if name not in FORMATS:
        raise UsageError(_unknown(path, name, format is None))
    if sound.n_samples == 0 or sound.n_channels == 0:
        raise MenuraError(f"{printable(str(path))}: not written: the clip is empty")
    short = comment.encode()[:LONGEST_COMMENT].decode(errors="ignore")
    cut = () if short == comment else (f"comment cut to {LONGEST_COMMENT} bytes",)
    fitted, remarks = _fitted(sound, name)
    peak = _peak(fitted, path, FORMATS[name].lossy)
    gain = 1.0 if peak <= 1.0 else 1.0 / peak
    try:
        with replacing(path) as temporary:
            _encode(fitted, gain, temporary, FORMATS[name], short)
    except (OSError, RuntimeError, AssertionError) as error:
        text = (isinstance(error, OSError) and error.strerror) or str(error) or "disk full?"
        raise MenuraError(f"{printable(str(path))}: cannot be written ({text})") from None
    return (*remarks, *_lowered(peak), *cut)


def read_comment(path: Path) -> str:
    """The comment tag of a file that `write` can write; "" where there is none."""
    beginning(path, 1)
    try:
        with soundfile.SoundFile(_name(path)) as file:
            text, container = str(file.comment), file.format
    except (RuntimeError, TypeError, ValueError) as error:
        raise MenuraError(f"{printable(str(path))}: its comment cannot be read ({error})") from None
    if container != "MP3":
        return text
    try:  # libsndfile writes an mp3's tag as UTF-8 and reads it as Latin-1
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _unknown(path: Path, name: str, from_suffix: bool) -> str:
    there_is = ", ".join(FORMATS)
    if from_suffix:
        what = f"ends in .{name}" if name else "has no suffix"
        return (
            f"{printable(str(path))} {what}, which names no format to write (there is: {there_is})"
        )
    return f"there is no format {name!r} to write (there is: {there_is})"


@dataclass(frozen=True)
class _Fitted:
    """A sound at the rate (Hz) and channels that a format can carry."""

    of: Signal
    sample_rate: int

    @property
    def n_samples(self) -> int:
        return round(self.of.n_samples * self.sample_rate / self.of.sample_rate)

    def blocks(self) -> Iterator[Float32[np.ndarray, "channels time"]]:
        blocks = self.of.blocks(WRITE_BLOCK)
        if self.sample_rate == self.of.sample_rate:
            return blocks
        return resampled(blocks, self.of.sample_rate, self.sample_rate, self.of.n_channels)


def _fitted(sound: Signal, name: str) -> tuple[_Fitted, list[str]]:
    """The sound at the rate and channels that the format can carry, and remarks."""
    form = FORMATS[name]
    rate = form.nearest_rate(sound.sample_rate)
    n_channels = sound.n_channels if sound.n_channels <= form.most_channels else 2
    remarks = []
    if rate != sound.sample_rate:
        remarks.append(f"{name} cannot carry {sound.sample_rate} Hz: resampled to {rate} Hz")
    if n_channels != sound.n_channels:
        remarks.append(f"{name} cannot carry {sound.n_channels} channels: mixed to {n_channels}")
        # All at once: which channels cancel each other is known at the end only. No system has
        # so many.
        sound = Clip(mix(whole(sound).samples, n_channels), sound.sample_rate)
    return _Fitted(sound, rate), remarks


def _peak(fitted: _Fitted, path: Path, lossy: bool) -> float:
    """The largest magnitude, for lossy formats also between the samples."""

    def finite() -> Iterator[Float32[np.ndarray, "channels time"]]:
        for block in fitted.blocks():
            if not np.isfinite(block).all():
                raise MenuraError(
                    f"{printable(str(path))}: not written: the clip has NaN or infinite samples"
                )
            yield block

    if lossy:
        return true_peak(finite())
    return max(float(np.abs(block).max(initial=0.0)) for block in finite())


def _lowered(peak: float) -> list[str]:
    """The remark that says by how much the level was lowered to keep the peak."""
    by_db = 20 * math.log10(max(1.0, peak))
    if by_db < 0.05:  # would read as 0.0 dB
        return []
    return [f"lowered by {by_db:.1f} dB to keep the peak in range"]


def _encode(fitted: _Fitted, gain: float, path: Path, form: _Format, comment: str) -> None:
    n_bytes = 2 * fitted.n_samples * fitted.of.n_channels
    big = form.container == "WAV" and n_bytes > LARGEST_WAV_BYTES
    with soundfile.SoundFile(
        _name(path),
        "w",
        fitted.sample_rate,
        fitted.of.n_channels,
        form.subtype,
        format="RF64" if big else form.container,
        compression_level=form.compression,
    ) as file:
        if comment:
            file.comment = comment
        for long in fitted.blocks():
            for start in range(0, long.shape[1], WRITE_BLOCK):
                block = long[:, start : start + WRITE_BLOCK] * np.float32(gain)
                file.write(np.ascontiguousarray(block.T) if form.lossy else _int16(block))


def _int16(block: Float32[np.ndarray, "channels time"]) -> Int16[np.ndarray, "time channels"]:
    """Samples as reading will divide them: by 32768. Only +1.0 itself loses its last bit."""
    scaled: Int16[np.ndarray, "time channels"]
    scaled = np.clip(np.rint(block.T * 32_768), -32_768, 32_767).astype(np.int16)
    return scaled


def _name(path: Path) -> str | bytes:
    """soundfile cannot encode a name that is not valid in the system's encoding: give bytes."""
    return str(path) if sys.platform == "win32" else os.fsencode(path)
