"""Decoding through libsndfile: wav, flac, ogg (vorbis, opus), mp3, aiff, au, caf, w64."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32, Int16

from menura.audio.info import SoundInfo
from menura.audio.mp3 import lengthless_start

# Formats whose signature is strong. Others (HTK, MAT4, SDS, …) match bytes that are not sound.
FORMATS = ("WAV", "WAVEX", "RF64", "W64", "FLAC", "OGG", "MP3", "AIFF", "AU", "CAF", "NIST", "VOC")
NO_LENGTH = 1 << 62  # libsndfile's way to say that the header gives no length
SALVAGE_STEP = 256

Decoded = Float32[np.ndarray, "channels time"] | Int16[np.ndarray, "channels time"]

_stderr_lock = threading.Lock()


class LibsndfileRefusalError(Exception):
    """libsndfile cannot open or decode the file; the text is its own, without the path."""


def probe(path: Path) -> SoundInfo:
    """What libsndfile says of the file. Raises LibsndfileRefusalError."""
    with _opened(path) as file:
        known = 0 <= file.frames < NO_LENGTH and lengthless_start(path) is None
        n_samples = file.frames if known else None
        return SoundInfo(file.samplerate, file.channels, n_samples, file.format, file.subtype)


def blocks(path: Path, n_block: int, *, as_16_bit: bool = False) -> Iterator[Decoded]:
    """Samples in order, at most `n_block` a block.

    as_16_bit: as 16-bit values, for files that hold such; else as floats, full scale at ±1.

    A decoding error ends the stream after the last sample that could be had. Raises
    LibsndfileRefusalError only when there is none at all.
    """
    n_done = 0
    try:
        for block in _blocks(path, 0, n_block, as_16_bit):
            n_done += block.shape[1]
            yield block
        return
    except LibsndfileRefusalError as refusal:
        problem = refusal
    # The failed read took good samples with it: decode again, in steps small enough to lose few.
    salvaged = n_done
    with contextlib.suppress(LibsndfileRefusalError):
        for block in _blocks(path, n_done, SALVAGE_STEP, as_16_bit):
            salvaged += block.shape[1]
            yield block
    if salvaged == 0:
        raise problem


def _blocks(path: Path, skip: int, n_block: int, as_16_bit: bool) -> Iterator[Decoded]:
    kind = np.dtype(np.int16 if as_16_bit else np.float32)
    start = None if sys.platform == "win32" else lengthless_start(path)
    with _opened(path) if start is None else _streamed(path, start) as file:
        quietly = _quietly if file.format == "MP3" else contextlib.nullcontext
        while True:
            n_wanted = min(n_block, skip) if skip else n_block
            buffer = np.empty((n_wanted, file.channels), kind)
            with quietly():
                try:
                    n_read = file.buffer_read_into(buffer, kind.name)
                except (RuntimeError, ValueError) as error:
                    raise LibsndfileRefusalError(_text(error)) from None
            if n_read == 0:
                return
            if skip:
                skip -= n_read
            else:
                yield buffer[:n_read].T


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """Read from start to end.

    soundfile seeks after every read where the file allows it, which makes libsndfile decode the
    end of each block twice and fails on damaged files.
    """

    def seekable(self) -> bool:
        return False


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_ForwardFile]:
    # Bytes, because soundfile cannot encode a name that is not valid in the system's encoding.
    name = str(path.absolute()) if sys.platform == "win32" else os.fsencode(path.absolute())
    with _quietly():
        try:
            file = _ForwardFile(name)
        except (RuntimeError, ValueError, TypeError, OSError) as error:
            raise LibsndfileRefusalError(_text(error)) from None
    with file:
        if file.format not in FORMATS:
            raise LibsndfileRefusalError(f"it looks like {file.format}, which is not read")
        yield file


@contextlib.contextmanager
def _streamed(path: Path, start: int) -> Iterator[_ForwardFile]:
    """The file from byte `start` on, through a pipe: libsndfile then decodes to the end."""
    reading, writing = os.pipe()
    feeder = threading.Thread(target=_feed, args=(path, start, writing), daemon=True)
    feeder.start()
    try:
        with _quietly():
            try:
                file = _ForwardFile(reading, closefd=False)
            except (RuntimeError, ValueError, TypeError, OSError) as error:
                raise LibsndfileRefusalError(_text(error)) from None
        with file:
            yield file
    finally:
        os.close(reading)  # ends the feeder, wherever it is
        feeder.join()


def _feed(path: Path, start: int, writing: int) -> None:
    with contextlib.suppress(OSError), open(writing, "wb") as pipe, path.open("rb") as file:
        file.seek(start)
        while data := file.read(65_536):
            pipe.write(data)


def _text(error: Exception) -> str:
    text = error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)
    return " ".join(text.replace("Error :", "").split()).rstrip(".")


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep the mp3 decoder's notes off standard error; it writes there past Python."""
    with _stderr_lock:
        try:
            kept = os.dup(2)
        except OSError:  # there is no standard error to keep quiet
            yield
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
