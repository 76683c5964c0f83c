"""Listening to one file: is it usable, what is odd about it, and its samples, in bounded memory."""

import errno
import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from jaxtyping import Float32, Float64

from menura.audio import SoundInfo, UnreadableAudioError, blocks, mix, probe
from menura.audio.fingerprint import Fingerprinter
from menura.foundation.printable import printable
from menura.prepared.matching import to_text
from menura.prepared.shards import BYTES, FULL_SCALE, store
from menura.prepared.tracks import Spans

BLOCK_S = 0.5  # small enough that what is measured of it stays in the cache
FRAME_S = 0.1  # levels are measured over this
SILENT_DB = -60.0
SILENT_SPAN_S = 0.5
OFFSET_REMOVED = 0.01  # a constant offset smaller than −40 dBFS is left as it is
PEAK_SAID_DB = 1.0  # decoded mp3 and ogg often pass full scale by less than this
CLIPPED_AT = 0.999
CLIPPED_SHARE = 0.001
# Of these the stored 16-bit values are exactly the file's own.
_EXACT_SUBTYPES = ("PCM_16", "PCM_S8", "PCM_U8")
_STORED_AT_ONCE = 1 << 18
# Troubles of the machine, not of the file that was being read when they came.
_MACHINE = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class UnusableError(Exception):
    """The file cannot be used; the text says why."""


@dataclass(frozen=True)
class Heard:
    """What was found in a usable file.

    notes: remarks for the person whose file it is. cut_s: seconds of silence that were cut off
    its ends. words: its fingerprint, as `matching.to_text` writes it.
    """

    n_samples: int
    sample_rate: int
    n_channels: int
    scale: float
    silent: Spans
    content: str
    notes: tuple[str, ...]
    cut_s: float = 0.0
    words: str = ""


def listen(
    path: Path,
    min_seconds: float,
    spill: BinaryIO,
    out: BinaryIO,
    *,
    trim_db: float | None = None,
    fingerprinted: bool = False,
) -> Heard:
    """Decode `path` block by block, and append its samples to `out`.

    trim_db: leave out what comes before the first and after the last 0.1 s that is louder than
    this (dBFS, RMS); a file of which nothing is louder stays whole.
    spill: a scratch file; it holds what is not 16-bit already as 32-bit floats, until its peak
    and offset are known.
    Raises UnusableError when it is the file's fault; nothing is appended then. An OSError or
    MemoryError is the machine's: the disk is full, say.
    """
    start = out.tell()
    with refusing():
        info = probe(path)
    try:
        if _is_exact(info) and trim_db is None:
            survey = _survey(path, info, out, exact=True, fingerprinted=fingerprinted)
            survey.refuse(min_seconds)
            if not survey.offset_to_remove.any():
                return survey.heard(scale=1.0, gain=1.0)
            _cut(out, start)  # rare: it is decoded once more, to lose nothing at full scale
        _cut(spill, 0)
        survey = _survey(path, info, spill, exact=False, fingerprinted=fingerprinted)
        return _from_spill(survey, min_seconds, trim_db, spill, out)
    except BaseException:
        _cut(out, start)
        raise


def _is_exact(info: SoundInfo) -> bool:
    return info.subtype in _EXACT_SUBTYPES and info.n_channels <= 2


def _from_spill(
    survey: "_Survey", min_seconds: float, trim_db: float | None, spill: BinaryIO, out: BinaryIO
) -> Heard:
    survey.refuse(min_seconds)
    gain = 1.0 / survey.peak if survey.peak > 1.0 else 1.0
    if trim_db is not None:
        survey.trim(trim_db, gain, min_seconds)
    offset = survey.offset_to_remove
    # The loudest sample becomes the largest 16-bit value, so that quiet files lose nothing.
    scale = survey.peak * gain * FULL_SCALE / (FULL_SCALE - 1)
    if _is_exact(survey.info) and not offset.any():
        scale = 1.0
    frame = survey.n_channels * 4
    spill.seek(survey.first * frame)
    left = (survey.stop - survey.first) * frame
    while data := spill.read(min(left, _STORED_AT_ONCE // frame * frame)):
        left -= len(data)
        samples = np.frombuffer(data, dtype=np.float32).reshape(-1, survey.n_channels)
        store((samples - offset) * gain, scale, out)
    return survey.heard(scale, gain)


def _survey(
    path: Path, info: SoundInfo, copy: BinaryIO, *, exact: bool, fingerprinted: bool
) -> "_Survey":
    """Listen to all of `path` while appending it to `copy`, as 16-bit values when `exact`."""
    survey = _Survey(info, Fingerprinter(info.sample_rate) if fingerprinted else None)
    for block in _decoded(path, survey):
        taken = survey.take(block)
        if not taken.any():  # a hole in the file: an hour of silence takes no room
            copy.seek(taken.size * (BYTES if exact else 4), 1)
        elif exact:
            store(survey.turned, 1.0, copy)
        else:
            copy.write(survey.turned.data)
    copy.truncate(copy.tell())
    survey.close()
    return survey


def _decoded(path: Path, survey: "_Survey") -> Iterator[Float32[np.ndarray, "channels time"]]:
    with refusing():  # what goes wrong where the blocks are used is not seen from here
        yield from blocks(path, BLOCK_S, survey.damages.append)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn whatever reading a file raises into UnusableError, in words. One bad file must not
    stop the rest, whatever it does; troubles of the machine pass, they are not the file's."""
    try:
        yield
    except UnreadableAudioError as error:
        raise UnusableError(error.reason) from None
    except MemoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _MACHINE:
            raise
        if isinstance(error, OSError) and error.strerror:
            raise UnusableError(error.strerror.lower()) from error
        line = printable(str(error).partition("\n")[0])
        words = f"{type(error).__name__}{': ' + line if line else ''}"
        raise UnusableError(f"cannot be decoded ({words})") from error


def _cut(file: BinaryIO, offset: int) -> None:
    """Forget what was written after `offset`."""
    file.seek(offset)
    file.truncate()


class _Survey:
    """Figures of a whole file, gathered block by block."""

    def __init__(self, info: SoundInfo, printer: Fingerprinter | None):
        self.info, self._printer = info, printer
        self.untouched = info.n_channels <= 2
        self.n_channels = min(info.n_channels, 2)
        self.n_samples = 0
        self.damages: list[str] = []  # what the decoder says of places it could not decode
        self.highest = np.full(self.n_channels, -np.inf)
        self.lowest = np.full(self.n_channels, np.inf)
        self._sum = np.zeros(self.n_channels)
        self._energy = np.zeros(self.n_channels)
        self._mono_energy = 0.0
        self._clipped = 0
        # Of the digests that come with Python the fastest on most processors; it tells alike from
        # unlike, no more.
        self._hash = hashlib.sha1(usedforsecurity=False)
        self._hash.update(f"{info.sample_rate} {info.n_channels}".encode())
        self._frame = max(1, round(info.sample_rate * FRAME_S))
        self._rest = np.zeros((self.n_channels, 0), dtype=np.float32)
        self._levels: list[Float64[np.ndarray, " frames"]] = []
        self.first = self.stop = 0  # what is kept, once all is heard
        # What was kept of the last block, as it is stored: turned over once for all who want it.
        self.turned = np.zeros((0, self.n_channels), dtype=np.float32)

    def take(self, block: Float32[np.ndarray, "channels time"]) -> Float32[np.ndarray, "kept time"]:
        """Add a block; return what of it is kept (at most two channels)."""
        self._refuse_holes(block)
        turned = np.ascontiguousarray(block.T)
        self._hash.update(turned.data)
        kept = block if self.untouched else mix(block, 2)
        self.turned = turned if self.untouched else np.ascontiguousarray(kept.T)
        if block.shape[1] == 0:
            return kept
        self.n_samples += block.shape[1]
        self._energy += _energy(kept)
        self._mono_energy += float(_energy(kept.mean(axis=0, keepdims=True))[0])
        self.highest = np.maximum(self.highest, kept.max(axis=1))
        self.lowest = np.minimum(self.lowest, kept.min(axis=1))
        self._sum += kept.sum(axis=1, dtype=np.float64)
        self._clipped += int(np.count_nonzero(np.abs(kept) >= CLIPPED_AT))
        self._measure(kept)
        if self._printer is not None:
            self._printer.push(kept)
        return kept

    def close(self) -> None:
        """No more blocks: measure the part of a frame that is left."""
        if self._rest.shape[1]:
            self._levels.append(_variance(self._rest[:, None, :]))
        self.stop = self.n_samples

    def trim(self, trim_db: float, gain: float, min_seconds: float) -> None:
        """Keep only what lies between the first and the last frame above `trim_db`.

        Raises UnusableError when that is no longer than `min_seconds`.
        """
        loud = np.flatnonzero(np.concatenate(self._levels) * gain**2 > 10 ** (trim_db / 10))
        if not loud.size:
            return
        self.first = int(loud[0]) * self._frame
        self.stop = min(self.n_samples, (int(loud[-1]) + 1) * self._frame)
        kept_s = (self.stop - self.first) / self.info.sample_rate
        if kept_s <= min_seconds:
            raise UnusableError(
                f"too short: {kept_s:.3g} s without the silence at its ends, and files of "
                f"{min_seconds:g} s or less are left out (--min-seconds)"
            )

    @property
    def offset(self) -> Float64[np.ndarray, " channels"]:
        return self._sum / max(1, self.n_samples)

    @property
    def offset_to_remove(self) -> Float64[np.ndarray, " channels"]:
        """The constant offset of each channel, or zeros when it is too small to matter."""
        matters = np.abs(self.offset).max() >= OFFSET_REMOVED
        return self.offset if matters else np.zeros(self.n_channels)

    @property
    def peak(self) -> float:
        """The largest sample, once the offset is removed."""
        offset = self.offset_to_remove
        return max(float((self.highest - offset).max()), float((offset - self.lowest).max()))

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.info.sample_rate

    def refuse(self, min_seconds: float) -> None:
        """Raise UnusableError when there is nothing to learn from."""
        if self.n_samples == 0:
            raise UnusableError("no audio data")
        if self.duration_s <= min_seconds:
            raise UnusableError(
                f"too short: {self.duration_s:.3g} s, and files of {min_seconds:g} s or less are "
                "left out (--min-seconds)"
            )
        loudest = _db(math.sqrt(float(np.concatenate(self._levels).max())))
        if loudest < SILENT_DB:
            offset = float(np.abs(self.offset).max())
            but = f" but for a constant offset of {offset:.2g}" if offset > 1e-3 else ""
            raise UnusableError(
                f"silent{but}"
                if loudest == -math.inf
                else f"silent{but}: nothing above {SILENT_DB:g} dBFS (loudest {loudest:.0f} dBFS)"
            )

    def silent_spans(self, gain: float) -> Spans:
        """Spans in seconds in which every frame is below the level of silence."""
        frames = slice(self.first // self._frame, -(-self.stop // self._frame))
        levels = np.concatenate(self._levels)[frames]
        quiet = levels * gain**2 < 10 ** (SILENT_DB / 10)
        kept_s = (self.stop - self.first) / self.info.sample_rate
        edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
        frame_s = self._frame / self.info.sample_rate
        spans = (
            (round(start * frame_s, 4), round(min(stop * frame_s, kept_s), 4))
            for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        )
        return tuple(span for span in spans if span[1] - span[0] >= SILENT_SPAN_S - 1e-3)

    def heard(self, scale: float, gain: float) -> Heard:
        """The figures, when the samples were multiplied by `gain` and stored with `scale`."""
        return Heard(
            self.stop - self.first,
            self.info.sample_rate,
            self.n_channels,
            scale,
            self.silent_spans(gain),
            self._hash.hexdigest(),
            tuple(self.notes(gain)),
            (self.n_samples - (self.stop - self.first)) / self.info.sample_rate,
            "" if self._printer is None else to_text(self._printer.finish()),
        )

    def notes(self, gain: float) -> list[str]:
        """What is odd, in words."""
        said = []
        expected = self.info.n_samples
        if expected is not None and expected - self.n_samples > 0.05 * self.info.sample_rate:
            whole = expected / self.info.sample_rate
            said.append(f"truncated: {self.duration_s:.2f} s of {whole:.2f} s are there")
        elif self.damages:
            said.append(
                f"truncated or damaged: {self.duration_s:.2f} s are there ({self.damages[0]})"
            )
        offset = self.offset_to_remove
        if offset.any():
            said.append(f"constant offset of {offset[np.abs(offset).argmax()]:.2g} removed")
        if _db(self.peak) > PEAK_SAID_DB:
            said.append(f"peaks at {_db(self.peak):+.1f} dBFS, brought down to 0 dBFS")
        elif gain == 1.0 and self._clipped > CLIPPED_SHARE * self.n_samples * self.n_channels:
            share = 100 * self._clipped / (self.n_samples * self.n_channels)
            said.append(f"clipped: {share:.1f} % of its samples are at full scale")
        if not self.untouched:
            said.append(f"{self.info.n_channels} channels mixed to 2")
        elif self.n_channels == 2 and self._mono_energy < 1e-6 * self._energy.max():
            said.append("its two channels cancel in mono; mono systems use one of them")
        elif self.n_channels == 2 and self._energy.min() == 0:
            said.append("one of its two channels is silent")
        return said

    def _refuse_holes(self, block: Float32[np.ndarray, "channels time"]) -> None:
        finite = np.isfinite(block)
        if finite.all():
            return
        first = int((~finite).any(axis=0).argmax())
        what = "NaN" if np.isnan(block[:, first]).any() else "infinite values"
        seconds = (self.n_samples + first) / self.info.sample_rate
        raise UnusableError(f"contains {what} (first at {seconds:.2f} s)")

    def _measure(self, kept: Float32[np.ndarray, "channels time"]) -> None:
        joined = np.concatenate([self._rest, kept], axis=1)
        n_frames = joined.shape[1] // self._frame
        framed, self._rest = np.split(joined, [n_frames * self._frame], axis=1)
        if n_frames:
            self._levels.append(_variance(framed.reshape(self.n_channels, n_frames, -1)))


def _variance(
    framed: Float32[np.ndarray, "channels frames time"],
) -> Float64[np.ndarray, " frames"]:
    """Mean square around the mean of each frame, of the louder channel."""
    if not framed.any():  # an hour of silence should not take long
        return np.zeros(framed.shape[1])
    variance: Float64[np.ndarray, "channels frames"] = framed.astype(np.float64).var(axis=2)
    loudest: Float64[np.ndarray, " frames"] = variance.max(axis=0)
    return loudest


def _energy(samples: Float32[np.ndarray, "channels time"]) -> Float64[np.ndarray, " channels"]:
    energy: Float64[np.ndarray, " channels"] = np.square(samples, dtype=np.float64).sum(axis=1)
    return energy


def _db(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf
