"""Encoding and decoding piece by piece, equal to doing it whole. Serves every representation."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio.joining import cross_fade
from menura.representations.contract import Frames, Representation

Samples = Float32[np.ndarray, "channels time"]
PIECE_S = 10.0
"""Sound decoded at once. Longer is no better: where the phase is searched for, log-mel distance
of a minute of piano is 0.537 dB in one piece, 0.541 in pieces of 10 s, 0.545 in pieces of 5 s."""
AT_ONCE = 4096
"""Frames that are taken up at once: each piece copies what is held."""
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
    representation: Representation, read: Read, n_samples: int, chunk_frames: int = AT_ONCE
) -> Iterator[Frames]:
    """All frames of a long sound, in bounded memory. A frame that is an image counts as many."""
    n_frames = representation.frames_for(n_samples)
    size = max(1, chunk_frames // representation.spec.n_columns)
    for start in range(0, n_frames, size):
        yield encode_range(representation, read, start, min(start + size, n_frames))


class StreamDecoder:
    """Decodes frames as they come, in overlapping pieces that are cross-faded. One sound each.

    Equal to decoding whole where the way back is exact; where the phase is searched for, the
    pieces differ in phase and the cross-fade hides the joins. What is held is a piece and its
    overlaps, whatever the length of the whole.

    chunk_frames: frames of a piece; as many as make PIECE_S seconds when None.
    """

    def __init__(self, representation: Representation, chunk_frames: int | None = None):
        self._representation = representation
        self._hop = representation.spec.hop_length or 1
        turn = representation.turn_frames  # every piece begins on a multiple of it
        self._overlap = turn * math.ceil(4 * representation.context_frames / turn)
        if chunk_frames is None:
            chunk_frames = math.ceil(PIECE_S * representation.sample_rate / self._hop)
        self._size = turn * math.ceil(max(chunk_frames, 2 * self._overlap) / turn)
        self._held: list[Frames] = []
        # Counted from the first frame: where the held ones begin and end, and the next piece.
        self._first = self._seen = self._start = 0
        self._tail: Samples | None = None

    @property
    def n_held(self) -> int:
        """Frames that wait to be decoded, or that the next piece overlaps."""
        return self._seen - self._first

    def push(self, frames: Float32[Tensor, "1 features frames"]) -> Samples:
        """The sound that is ready after these frames (any number)."""
        self._held.append(frames)
        self._seen += frames.shape[2]
        ready = [self._nothing()]
        # The last piece is decoded to its end: a piece is ready when it is not the last.
        while self._seen - (self._start + self._size) > self._overlap:
            ready.append(self._piece(self._start + self._size))
        return np.concatenate(ready, axis=1)

    def finish(self) -> Samples:
        """The sound still held back. Nothing may be pushed after it."""
        return self._piece(self._seen) if self._seen else self._nothing()

    @torch.no_grad()  # whichever thread it is called in
    def _piece(self, stop: int) -> Samples:
        """Sound of frames up to `stop`, but for what the next piece shares."""
        frames = torch.cat(self._held, dim=2)
        last = stop == self._seen
        right = min(self._seen, stop + self._overlap)
        begun = self._representation.cut(frames, 0, right - self._first)
        piece = _decode(self._representation, begun)
        # Ends of a piece lack their neighbours: half of the overlap is left off, the rest shared.
        half = self._overlap // 2
        from_ = 0 if self._first == 0 else (self._start - self._first - half) * self._hop
        to = piece.shape[1] if last else (stop - self._first + half) * self._hop
        n_shared = 2 * half * self._hop
        sound = piece[:, from_:to]
        if self._tail is not None:
            sound = cross_fade(self._tail, sound, n_shared)
        if last:
            return sound
        n_ready = sound.shape[1] - n_shared
        # Only the tail takes part in the cross-fade; what is before it is laid down as it is.
        self._tail = sound[:, n_ready:]
        self._forget(frames, stop)
        return sound[:, :n_ready]

    def _forget(self, frames: Frames, stop: int) -> None:
        """Keep the frames from an overlap before `stop` on."""
        left = max(0, stop - self._overlap)
        self._held = [self._representation.cut(frames, left - self._first, frames.shape[2])]
        self._first, self._start = left, stop

    def _nothing(self) -> Samples:
        return np.zeros((self._representation.n_audio_channels, 0), np.float32)


def decode_chunked(
    representation: Representation,
    frames: Float32[Tensor, "1 features frames"],
    chunk_frames: int | None = None,
) -> Samples:
    """Sound of many frames, as a StreamDecoder makes it."""
    decoder = StreamDecoder(representation, chunk_frames)
    parts = [decoder.push(part) for part in torch.split(frames, AT_ONCE, dim=2)]
    return np.concatenate([*parts, decoder.finish()], axis=1)


def _decode(representation: Representation, frames: Frames) -> Samples:
    with torch.no_grad():
        return np.asarray(representation.decode(frames.to(representation.device))[0].cpu().numpy())
