"""`menura spectrogram`: a clip as a representation shows it, as a picture or as numbers, and the
sound of such numbers."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from jaxtyping import Float32

from menura import audio, representations
from menura.audio import Clip
from menura.audio.frames_picture import columns, columns_a_frame, frames_png
from menura.foundation.atomic import replacing
from menura.foundation.config import with_setting
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.representations import Representation
from menura.systems import System
from menura.workflows.load import load_of_sound
from menura.workflows.outputs import output_file
from menura.workflows.sound import Format

USUAL = "log-mel"
MOST_COLUMNS = 1000  # as many as the picture is wide
CHUNK_FRAMES = 4096

Samples = Float32[np.ndarray, "channels time"]


def spectrogram(
    clip: Path | str,
    out: Path | str,
    *,
    representation: str | None = None,
    preset: str | None = None,
    settings: Mapping[str, str] | None = None,
    vocoder: Path | str | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Write what a representation makes of a clip, or the sound of what was written so.

    clip: a sound file, or an OpenEXR file that this verb wrote. out: a PNG picture; of a sound
    also an OpenEXR file of all frames and channels; of an OpenEXR file also a sound file.
    representation: None is log-mel. preset, settings: its settings, e.g. {"n_fft": "2048"}.
    vocoder: a run with a codec, through which the sound of an OpenEXR file is passed: it hears
        magnitudes alone, so what phase recovery left uneven is gone. At the codec's rate.

    The clip is taken at its own rate; a picture shows it mixed to mono, and its memory does not
    grow with the clip. Raises UsageError for words that cannot be, MenuraError for a bad file.
    """
    clip, reporter = Path(clip), reporter or Reporter()
    chosen = (representation, preset, settings or None)
    if clip.suffix.lower() == ".exr":
        if chosen != (None, None, None):
            raise UsageError(
                f"{printable(str(clip))} says its own representation and settings; "
                "leave out --representation, --preset and --set"
            )
        return _from_exr(clip, out, vocoder, reporter)
    if vocoder is not None:
        raise UsageError("--vocoder is for making sound of an .exr file")
    file = output_file(out, ["png", "exr"], [clip])
    name = representation or USUAL
    # Words are looked at before files.
    kind, config = _kind(name, preset, settings or {})
    info = audio.probe(clip)
    done = _done(file)
    if file.suffix.lower() == ".exr":
        _write_exr(kind(config, info.sample_rate, info.n_channels), clip, file)
    else:
        part = kind(config, info.sample_rate)
        frames, n_together = _columns(part, clip)
        _draw(part, frames, file, clip, columns_a_frame(part.axis, n_together))
    reporter.say(f"{done} {printable(str(file))}")
    return file


def _kind(
    name: str, preset: str | None, settings: Mapping[str, str]
) -> tuple[type[Representation], Any]:
    kind = representations.load(name)
    config = kind.Config() if preset is None else _preset(name, preset)
    for key, text in settings.items():
        config = with_setting(config, key, text)
    return kind, config


def _preset(name: str, preset: str) -> Any:
    known = representations.presets(name)
    if preset not in known:
        there_is = ", ".join(sorted(known)) or "none"
        raise UsageError(f"{name} has no preset {preset!r} (there is: {there_is})")
    return known[preset]


def _from_exr(clip: Path, out: Path | str, vocoder: Path | str | None, reporter: Reporter) -> Path:
    file = output_file(out, ["png", *get_args(Format)], [clip])
    codec = None if vocoder is None else _codec(Path(vocoder))
    part, frames = representations.read_exr(clip)
    done = _done(file)
    remarks: tuple[str, ...] = ()
    if file.suffix.lower() == ".png":
        _draw(part, frames[0].numpy(), file, clip)
    else:
        sound = representations.decode_chunked(part, frames)
        n_samples = representations.exr_n_samples(clip)
        comment = f"Menura {__version__}; spectrogram {clip.name}"
        whole = Clip(sound[:, :n_samples], part.sample_rate)
        if codec is not None:
            fitting = audio.conform(whole, codec.sample_rate, codec.n_audio_channels)
            whole = codec.round_trip(fitting)
        remarks = audio.write(whole, file, comment=comment)
    reporter.say(f"{done} {printable(str(file))}")
    for remark in remarks:
        reporter.warn(f"{printable(str(file))}: {remark}")
    return file


def _codec(run: Path) -> System:
    system = load_of_sound(run)
    if not system.has_codec:
        raise UsageError(
            f"{printable(str(run))} is a {system.recipe} system, which has no codec; "
            "give --vocoder a run of latent-flow or spectral-codec"
        )
    return system


def _write_exr(part: Representation, clip: Path, file: Path) -> None:
    n_samples = n_covered = _n_samples(clip)
    if part.samples_for(part.frames_for(n_samples)) < n_samples:
        n_covered += part.spec.hop_length or 1  # whole frames end before the sound: one more
    representations.refuse_large(file, part.spec.n_channels, part.frames_for(n_covered))
    chunks = _encoded(part, audio.blocks(clip), n_covered, CHUNK_FRAMES)
    representations.write_exr(file, part, torch.cat(list(chunks), dim=2), n_samples)


def _draw(
    part: Representation,
    frames: Float32[np.ndarray, "features columns"],
    file: Path,
    clip: Path,
    a_frame: float = 1.0,
) -> None:
    """The picture of columns, `a_frame` of them to a frame."""
    rate_hz = part.spec.frame_rate_hz
    name = representations.name_of(part)
    png = frames_png(
        frames,
        title=f"{printable(clip.name)}: {name}, {part.sample_rate} Hz",
        frame_rate_hz=None if rate_hz is None else rate_hz * a_frame,
        axis=part.axis,
        n_channels=part.n_audio_channels,
    )
    with replacing(file) as temporary:
        temporary.write_bytes(png)


def _columns(
    part: Representation, clip: Path
) -> tuple[Float32[np.ndarray, "features columns"], int]:
    """The columns of a picture, and how many frames share one (`frames_picture.columns`)."""
    n_samples = max(_n_samples(clip), part.spec.hop_length or 1)  # the shortest make a frame
    n_together = -(-part.frames_for(n_samples) // MOST_COLUMNS)
    chunk = n_together * max(1, CHUNK_FRAMES // n_together)
    mono = (audio.mix(block, 1) for block in audio.blocks(clip))
    drawn = [
        columns(frames[0].numpy(), n_together, part.axis)
        for frames in _encoded(part, mono, n_samples, chunk)
    ]
    return np.concatenate(drawn, axis=1), n_together


def _n_samples(clip: Path) -> int:
    """Counted by decoding: what a header says of the length need not be true."""
    return sum(block.shape[1] for block in audio.blocks(clip))


def _encoded(
    part: Representation, blocks: Iterator[Samples], n_samples: int, chunk: int
) -> Iterator[representations.Frames]:
    """Frames of sound that is read once, in pieces."""
    read = _Passing(blocks, part.n_audio_channels).read
    with torch.no_grad():
        yield from representations.encode_chunked(part, read, n_samples, chunk)


def _done(file: Path) -> str:
    return "replaced" if file.exists() else "wrote"


class _Passing:
    """Samples of a sound that is read once, from ranges that never go back further than the last.

    Zeros where there is no sound: before the start, after the end.
    """

    def __init__(self, blocks: Iterator[Samples], n_channels: int):
        self._blocks = blocks
        self._held: Samples = np.zeros((n_channels, 0), np.float32)
        self._first = 0

    def read(self, start: int, stop: int) -> Samples:
        """Samples start…stop; those before start are forgotten."""
        pieces, n_held = [self._held], self._held.shape[1]
        while self._first + n_held < stop and (block := next(self._blocks, None)) is not None:
            pieces.append(block)
            n_held += block.shape[1]
        held = np.concatenate(pieces, axis=1)
        first = max(self._first, min(start, self._first + n_held))
        self._held, self._first = held[:, first - self._first :], first
        inside = self._held[:, : max(0, stop - first)]
        left = min(max(0, first - start), stop - start)
        return np.pad(inside, ((0, 0), (left, stop - start - left - inside.shape[1])))
