"""Encoding and decoding piece by piece, equal to doing it whole. Serves every representation."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio.joining import cross_fade
from menura.representations.contract import Frames, Representation

Samples = Float32[np.ndarray, "channels time"]
Read = Callable[[int, int], Samples]
"""Samples from start to stop; zeros where there are none (before 0, after the end)."""


def reader(samples: Samples) -> Read:
    """A `Read` over sound that is in memory."""

    def read(start: int, stop: int) -> Samples:
        inside = samples[:, max(0, start) : max(0, stop)]
        left = min(max(0, -start), stop - start)
        return np.pad(inside, ((0, 0), (left, stop - start - left - inside.shape[1])))

    return read


def samples_of(representation: Representation, start: int, stop: int) -> tuple[int, int]:
    """The range of samples that frames start…stop reach into."""
    hop, context = representation.spec.hop_length, representation.context_frames
    assert hop is not None, "events are not cut into ranges of frames"
    return (start - context) * hop, (stop + context) * hop


def encode_range(representation: Representation, read: Read, start: int, stop: int) -> Frames:
    """Frames start…stop of a long sound, equal to the same frames of the whole. Batch of one."""
    audio = torch.from_numpy(read(*samples_of(representation, start, stop)))[None]
    frames = representation.encode(audio.to(representation.device))
    return trim_context(representation, frames, stop - start)


def trim_context(
    representation: Representation, frames: Frames, n_frames: int
) -> Float32[Tensor, "batch features {n_frames}"]:
    """The frames that were asked for, of those encoded with their context."""
    context = representation.context_frames
    return frames[:, :, context : context + n_frames]


def encode_chunked(
    representation: Representation, read: Read, n_samples: int, chunk_frames: int = 4096
) -> Iterator[Frames]:
    """All frames of a long sound, in bounded memory. A frame that is an image counts as many."""
    n_frames = representation.frames_for(n_samples)
    size = max(1, chunk_frames // representation.spec.n_columns)
    for start in range(0, n_frames, size):
        yield encode_range(representation, read, start, min(start + size, n_frames))


def decode_chunked(
    representation: Representation,
    frames: Float32[Tensor, "1 features frames"],
    chunk_frames: int = 2048,
) -> Samples:
    """Sound of many frames, decoded in overlapping pieces that are cross-faded.

    Equal to decoding whole where the way back is exact; where the phase is searched for, the
    pieces differ in phase and the cross-fade hides the joins.
    """
    hop = representation.spec.hop_length or 1
    overlap = 4 * representation.context_frames
    size = max(1, chunk_frames // representation.spec.n_columns)
    chunks = list(_chunks(frames.shape[2], size, overlap))
    pieces, joined = [], None
    for start, stop in chunks:
        left, right = max(0, start - overlap), min(frames.shape[2], stop + overlap)
        piece = _decode(representation, representation.cut(frames, left, right))
        # Ends of a piece lack their neighbours: half of the overlap is left off, the rest shared.
        first = 0 if left == 0 else (start - left - overlap // 2) * hop
        last = piece.shape[1] if stop == frames.shape[2] else (stop - left + overlap // 2) * hop
        piece = piece[:, first:last]
        if joined is None:
            joined = piece
            continue
        n_shared = 2 * (overlap // 2) * hop
        # Only the tail takes part in the cross-fade; what is before it is laid down as it is.
        pieces.append(joined[:, : joined.shape[1] - n_shared])
        joined = cross_fade(joined[:, joined.shape[1] - n_shared :], piece, n_shared)
    assert joined is not None
    return np.concatenate([*pieces, joined], axis=1)


def _chunks(n_frames: int, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Ranges of `size` frames or more; each but the last is followed by a whole overlap."""
    start, size = 0, max(size, 2 * overlap)
    while True:
        stop = start + size
        if n_frames - stop <= overlap:
            yield start, n_frames
            return
        yield start, stop
        start = stop


def _decode(representation: Representation, frames: Frames) -> Samples:
    with torch.no_grad():
        return np.asarray(representation.decode(frames.to(representation.device))[0].cpu().numpy())
