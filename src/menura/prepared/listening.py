"""Listening to one file: is it usable, what is odd about it, and its samples, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from menura.audio import SoundInfo, probe
from menura.audio.fingerprint import Fingerprinter
from menura.audio.reading import stored_blocks
from menura.prepared.held import Held, Interleaved, is_silence
from menura.prepared.matching import to_text
from menura.prepared.shards import BYTES, FULL_SCALE, ShardFile, store
from menura.prepared.survey import Channels, Survey, as_float
from menura.prepared.tracks import Spans
from menura.prepared.unusable import refusing

BLOCK_S = 2.0  # few enough calls, and what is measured of it stays in the cache
# Of these the stored 16-bit values are exactly the file's own.
_EXACT_SUBTYPES = ("PCM_16", "PCM_S8", "PCM_U8")


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
    out: ShardFile,
    *,
    trim_db: float | None = None,
    fingerprinted: bool = False,
) -> Heard:
    """Decode `path` block by block, and append its samples to `out`.

    trim_db: leave out what comes before the first and after the last 0.1 s that is louder than
    this (dBFS, RMS); a file of which nothing is louder stays whole.
    spill: a scratch file, for files too long to be held in memory until their peak is known.
    Raises UnusableError when it is the file's fault; nothing is appended then. An OSError or
    MemoryError is the machine's: the disk is full, say.
    """
    with refusing():
        info = probe(path)
    kind = np.int16 if info.is_16_bit and info.n_channels <= 2 else np.float32
    survey, held = Survey(info), Held(spill, min(info.n_channels, 2), kind)
    printer = Fingerprinter(info.sample_rate) if fingerprinted else None
    for block in _decoded(path, survey):
        taken = survey.take(block)
        held.add(taken.interleaved, taken.silent)
        if printer is not None:
            printer.push(taken.channels, taken.mean)
    survey.close()
    survey.refuse(min_seconds)
    gain = 1.0 / survey.peak if survey.peak > 1.0 else 1.0
    if trim_db is not None:
        survey.trim(trim_db, gain, min_seconds)
    scale = _scale(survey, gain)
    offset = survey.offset_to_remove
    for piece in held.pieces(survey.first, survey.stop):
        if not offset.any():
            _append(piece, scale / gain, out)
        else:
            samples = as_float(piece) if piece.dtype == np.int16 else piece
            store((samples - offset) * gain, scale, out)
    return Heard(
        survey.stop - survey.first,
        info.sample_rate,
        survey.n_channels,
        scale,
        survey.silent_spans(gain),
        survey.content,
        tuple(survey.remarks(gain)),
        (survey.n_samples - (survey.stop - survey.first)) / info.sample_rate,
        "" if printer is None else to_text(printer.finish()),
    )


def _scale(survey: Survey, gain: float) -> float:
    """1 where the stored values are the file's own; else what makes the loudest sample the
    largest 16-bit value, so that quiet files lose nothing."""
    if _is_exact(survey.info) and not survey.offset_to_remove.any():
        return 1.0
    return survey.peak * gain * FULL_SCALE / (FULL_SCALE - 1)


def _is_exact(info: SoundInfo) -> bool:
    return info.subtype in _EXACT_SUBTYPES and info.n_channels <= 2


def _append(piece: Interleaved, scale: float, out: ShardFile) -> None:
    if is_silence(piece):
        out.skip(piece.size * BYTES)
    elif piece.dtype == np.int16:  # they are what is stored
        out.write(np.ascontiguousarray(piece, "<i2").data.cast("B"))
    else:
        store(piece, scale, out, within=True)


def _decoded(path: Path, survey: Survey) -> Iterator[Channels]:
    with refusing():  # what goes wrong where the blocks are used is not seen from here
        yield from stored_blocks(path, BLOCK_S, survey.damages.append, survey.info)
