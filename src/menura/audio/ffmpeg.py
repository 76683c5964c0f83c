"""Decoding through the ffmpeg program, where it is installed, for what libsndfile cannot read."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from jaxtyping import Float32

from menura.audio.info import SoundInfo

# Seconds without an answer after which the program is ended.
PATIENCE_S = 30.0


class FfmpegRefusalError(Exception):
    """ffmpeg cannot read the file; the text says why, without the path."""


def installed() -> bool:
    """Whether both programs, ffmpeg and ffprobe, can be found."""
    return shutil.which("ffmpeg") is not None and shutil.which("ffprobe") is not None


def probe(path: Path) -> SoundInfo:
    """What ffprobe says of the first sound stream. Raises FfmpegRefusalError.

    n_samples is None: containers state a duration that is off by the coder's padding.
    """
    command = [_program("ffprobe"), *_source(path), "-select_streams", "a:0"]
    command += ["-show_entries", "stream=codec_name,sample_rate,channels:format=format_name"]
    command += ["-of", "json"]
    try:
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise FfmpegRefusalError(f"ffprobe gave no answer in {PATIENCE_S:g} s") from None
    except OSError as error:
        raise FfmpegRefusalError(f"ffprobe cannot be started ({error.strerror})") from None
    if result.returncode:
        raise FfmpegRefusalError(_last_line(result.stderr) or "ffprobe finds no sound in it")
    return _info(result.stdout)


def _info(answer: bytes) -> SoundInfo:
    try:
        said: dict[str, Any] = json.loads(answer)
        stream = said["streams"][0]
        rate, n_channels = int(stream["sample_rate"]), int(stream["channels"])
        container = str(said["format"]["format_name"]).upper()
        subtype = str(stream["codec_name"]).upper()
        return SoundInfo(rate, n_channels, None, container, subtype, through_ffmpeg=True)
    except IndexError:
        raise FfmpegRefusalError("no sound in it") from None
    except (ValueError, KeyError, TypeError):
        raise FfmpegRefusalError("no sound that ffmpeg can describe") from None


def blocks(
    path: Path, info: SoundInfo, n_block: int, damaged: Callable[[str], object]
) -> Iterator[Float32[np.ndarray, "channels time"]]:
    """Samples in order, at most `n_block` a block, at the rate and channels of `info`.

    FfmpegRefusalError is raised only when nothing was decoded. damaged: called after the last
    block, with ffmpeg's words, when it decoded something but not all.
    """
    command = [_program("ffmpeg"), "-nostdin", *_source(path), "-map", "0:a:0", "-vn"]
    command += ["-ar", str(info.sample_rate), "-ac", str(info.n_channels)]
    command += ["-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"]
    width = 4 * info.n_channels
    n_done = 0
    # Complaints go to a file: a pipe that nobody empties would stop the program.
    with tempfile.TemporaryFile() as complaints, _running(command, complaints) as process:
        assert process.stdout is not None
        while data := _read(process, width * n_block):
            n_samples = len(data) // width
            if n_samples:
                n_done += n_samples
                flat = np.frombuffer(data[: n_samples * width], "<f4").astype(np.float32)
                yield flat.reshape(n_samples, info.n_channels).T
        status = process.wait()
        complaints.seek(0)
        said = complaints.read(65536)
        if n_done == 0:
            raise FfmpegRefusalError(_last_line(said) or "ffmpeg finds no sound in it")
        # The status is 0 for most files that are cut: only the complaints tell.
        if said or status:
            damaged(_last_line(said) or f"ffmpeg ended with status {status}")


@contextlib.contextmanager
def _running(
    command: list[str | bytes], complaints: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        )
    except OSError as error:
        raise FfmpegRefusalError(f"ffmpeg cannot be started ({error.strerror})") from None
    with process:
        try:
            yield process
        finally:
            process.kill()


def _read(process: subprocess.Popen[bytes], n_bytes: int) -> bytes:
    """Up to `n_bytes`, fewer only at the end; a program that stays silent is ended."""
    assert process.stdout is not None
    watchdog = threading.Timer(PATIENCE_S, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        return process.stdout.read(n_bytes)
    finally:
        watchdog.cancel()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FfmpegRefusalError("needs ffmpeg, which is not installed")
    return found


def _source(path: Path) -> list[str | bytes]:
    """The options that name the file. `file:` keeps a name such as "-i" or "http:x" a name, and
    the list of protocols keeps a playlist in disguise from fetching anything else."""
    name = b"file:" + os.fsencode(path.absolute())
    source = os.fsdecode(name) if os.name == "nt" else name
    return ["-v", "error", "-protocol_whitelist", "file,pipe", "-i", source]


def _last_line(complaints: bytes) -> str:
    """The last thing ffmpeg said, without the name of its part that said it; or nothing."""
    lines = complaints.decode("utf-8", "replace").strip().splitlines()
    if not lines:
        return ""
    _, _, text = re.sub(r"^\[[^]]* @ \w+\] ", "", lines[-1]).rpartition(": ")
    return "ffmpeg says: " + "".join(c for c in text if c.isprintable())
