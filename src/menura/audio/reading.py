"""Reading sound files: libsndfile first, ffmpeg for the rest, and words for what is neither."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from menura.audio import ffmpeg, libsndfile
from menura.audio.clip import Clip
from menura.audio.info import SoundInfo, outside_limits
from menura.audio.refusals import UnreadableAudioError, beginning
from menura.audio.riff import RiffHeader, read_header
from menura.audio.signatures import for_ffmpeg, not_audio

# A block of 64 channels at 384 kHz must not become half a gigabyte.
MOST_VALUES_A_BLOCK = 1 << 22
NO_SAMPLES = "no audio data: the header says it is 0 samples long"


def probe(path: Path) -> SoundInfo:
    """Rate, channels and claimed length of a sound file, from its header.

    The file is known by its content; the suffix does not matter. Raises UnreadableAudioError,
    whose `reason` says what the file is instead, or what is wrong with it.
    """
    head, size = beginning(path)
    reason = not_audio(head, size)
    if reason is not None:
        raise UnreadableAudioError(path, reason)
    header = read_header(path, size) if head[:4] == b"RIFF" and head[8:12] == b"WAVE" else None
    if header is not None:
        _check(path, header)
    try:
        info = libsndfile.probe(path)
    except libsndfile.LibsndfileRefusalError as refusal:
        return _probe_ffmpeg(path, head, header, str(refusal))
    limits = outside_limits(info.sample_rate, info.n_channels)
    if limits is not None:
        raise UnreadableAudioError(path, limits)
    if info.n_samples == 0:
        return _probe_ffmpeg(path, head, header, NO_SAMPLES)
    if header is not None and info.n_samples is not None:
        # libsndfile lowers the length to what the file holds; the claim shows what is missing.
        info = replace(info, n_samples=max(info.n_samples, header.claimed_samples or 0))
    return info


def blocks(
    path: Path,
    block_s: float = 5.0,
    damaged: Callable[[str], object] | None = None,
    info: SoundInfo | None = None,
) -> Iterator[Float32[np.ndarray, "channels time"]]:
    """The samples in order, in blocks of at most `block_s` seconds, in bounded memory.

    They lie in memory as decoded, sample after sample of all channels. A block is nobody else's.

    Samples are as decoded: NaN, infinite and over-range values are passed on. A cut or damaged
    file gives what can be decoded and then ends; compare with `probe(path).n_samples` to learn
    how much was lost. ffmpeg makes no such claim: `damaged` is called at the end, with its words,
    when there was something that it could not decode. info: what `probe` said, where it was asked.
    Raises UnreadableAudioError when there is nothing to give.
    """
    if not block_s > 0:
        raise ValueError(f"block_s must be positive, not {block_s}")
    yield from _decoded(path, block_s, damaged, info or probe(path), as_16_bit=False)


def stored_blocks(
    path: Path, block_s: float, damaged: Callable[[str], object], info: SoundInfo
) -> Iterator[libsndfile.Decoded]:
    """As `blocks`, but of a file that `is_16_bit` the values it holds, in units of 1/32768."""
    return _decoded(path, block_s, damaged, info, as_16_bit=info.is_16_bit)


def _decoded(
    path: Path,
    block_s: float,
    damaged: Callable[[str], object] | None,
    info: SoundInfo,
    *,
    as_16_bit: bool,
) -> Iterator[libsndfile.Decoded]:
    n_wanted = min(round(block_s * info.sample_rate), MOST_VALUES_A_BLOCK // info.n_channels)
    n_block = max(1, n_wanted)
    n_done = 0
    try:
        decoded = (
            ffmpeg.blocks(path, info, n_block, damaged or _not_asked)
            if info.through_ffmpeg
            else libsndfile.blocks(path, n_block, as_16_bit=as_16_bit)
        )
        for block in decoded:
            n_done += block.shape[1]
            yield block
    except (libsndfile.LibsndfileRefusalError, ffmpeg.FfmpegRefusalError) as refusal:
        raise UnreadableAudioError(path, f"damaged: nothing can be decoded ({refusal})") from None
    if n_done == 0:
        raise UnreadableAudioError(path, "no audio data")


def _not_asked(words: str) -> None:
    """Nobody wants to know."""


def read(path: Path) -> Clip:
    """The whole file as one clip. Raises UnreadableAudioError."""
    info = probe(path)
    samples = np.concatenate(list(blocks(path, info=info)), axis=1)
    return Clip(np.ascontiguousarray(samples), info.sample_rate)


def _check(path: Path, header: RiffHeader) -> None:
    """Refuse what no reader can mend, naming it."""
    if header.codec is None:
        raise UnreadableAudioError(path, "a wav file without (or cut before) its fmt chunk")
    limits = outside_limits(header.sample_rate, header.n_channels)
    if limits is not None:
        raise UnreadableAudioError(path, limits)
    if header.data_bytes is None:
        raise UnreadableAudioError(path, "a wav file without (or cut before) its data chunk")
    if header.present_bytes <= 0:
        raise UnreadableAudioError(path, "no audio data: the wav file ends after its header")


def _probe_ffmpeg(path: Path, head: bytes, header: RiffHeader | None, refusal: str) -> SoundInfo:
    """What ffmpeg makes of a file that libsndfile refuses. Raises UnreadableAudioError."""
    kind = for_ffmpeg(head)
    if kind is None:
        raise UnreadableAudioError(path, "not audio, or a format that is not known")
    if header is not None and refusal != NO_SAMPLES:
        kind = f"WAV in coding 0x{header.codec or 0:04X}"
    if not ffmpeg.installed():
        raise UnreadableAudioError(path, _without_ffmpeg(kind, refusal))
    try:
        info = ffmpeg.probe(path)
    except ffmpeg.FfmpegRefusalError as second:
        words = "damaged, cut or in an unknown coding"
        raise UnreadableAudioError(path, f"{kind} that is {words} ({second})") from None
    limits = outside_limits(info.sample_rate, info.n_channels)
    if limits is not None:
        raise UnreadableAudioError(path, limits)
    return info


def _without_ffmpeg(kind: str, refusal: str) -> str:
    if refusal == NO_SAMPLES:
        return f"{NO_SAMPLES}; ffmpeg, which is not installed, may find some"
    if kind in ("FLAC", "MP3"):
        return f"{kind} that is damaged or cut ({refusal})"
    if kind in ("OGG", "AIFF", "CAF"):
        return f"{kind} that is damaged, or in a coding that needs ffmpeg, which is not installed"
    return f"{kind} needs ffmpeg, which is not installed"
