"""`menura spectrogram`: a clip as a representation shows it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32

from menura import audio, representations
from menura.audio.picture import frames_png
from menura.foundation.atomic import replacing
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.representations import Representation
from menura.workflows.outputs import output_file

MOST_COLUMNS = 1000  # as many as the picture is wide
CHUNK_FRAMES = 4096

Mono = Float32[np.ndarray, "1 time"]


def spectrogram(
    clip: Path | str,
    out: Path | str,
    *,
    representation: str = "log-mel",
    reporter: Reporter | None = None,
) -> Path:
    """Draw the clip's frames, at its own rate and mixed to mono, as a PNG file.

    Memory does not grow with the clip. Where there are more frames than the picture has columns,
    a column shows the largest values of its frames.
    """
    clip, reporter = Path(clip), reporter or Reporter()
    file = output_file(out, ["png"], [clip])
    kind = representations.load(representation)
    sample_rate = audio.probe(clip).sample_rate
    part = kind(kind.Config(), sample_rate)
    frames, n_together = _columns(part, clip)
    rate_hz = part.spec.frame_rate_hz
    png = frames_png(
        frames,
        title=f"{printable(clip.name)}: {representation}, {sample_rate} Hz",
        frame_rate_hz=None if rate_hz is None else rate_hz / n_together,
    )
    done = "replaced" if file.exists() else "wrote"
    with replacing(file) as temporary:
        temporary.write_bytes(png)
    reporter.say(f"{done} {printable(str(file))}")
    return file


def _columns(
    part: Representation, clip: Path
) -> tuple[Float32[np.ndarray, "features columns"], int]:
    """At most MOST_COLUMNS columns, and of how many frames each shows the largest values."""
    # Decoded twice: what a header says of the length need not be true.
    n_samples = max(sum(block.shape[1] for block in _mono(clip)), part.spec.hop_length or 1)
    n_together = -(-part.frames_for(n_samples) // MOST_COLUMNS)
    chunk = n_together * max(1, CHUNK_FRAMES // n_together)
    read = _Passing(_mono(clip)).read
    columns = []
    with torch.no_grad():
        for frames in representations.encode_chunked(part, read, n_samples, chunk):
            starts = np.arange(0, frames.shape[2], n_together)
            columns.append(np.maximum.reduceat(frames[0].numpy(), starts, axis=1))
    return np.concatenate(columns, axis=1), n_together


def _mono(clip: Path) -> Iterator[Mono]:
    return (audio.mix(block, 1) for block in audio.blocks(clip))


class _Passing:
    """Samples of a sound that is read once, from ranges that never go back further than the last.

    Zeros where there is no sound: before the start, after the end.
    """

    def __init__(self, blocks: Iterator[Mono]):
        self._blocks = blocks
        self._held: Mono = np.zeros((1, 0), np.float32)
        self._first = 0

    def read(self, start: int, stop: int) -> Float32[np.ndarray, "1 range"]:
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
