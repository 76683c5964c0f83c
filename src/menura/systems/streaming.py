"""Sound from frames while they come: what is held does not grow with the length of the clip.

Sound comes as steps: the next piece of each of the clips that are made together, all as long.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

import numpy as np
import torch
from jaxtyping import Float32

from menura.audio import Clip
from menura.audio.joining import cross_fade
from menura.foundation.each import each
from menura.representations import Frames, Representation, StreamDecoder

Samples = Float32[np.ndarray, "channels _"]
Steps = Iterator[list[Samples]]
JOIN_S = 0.05  # of a seed, in which what follows takes over
AT_ONCE = 512  # frames


def in_pieces(make: Callable[[], Frames]) -> Iterator[Frames]:
    """Frames that are made whole, when the first of them are asked for."""
    yield from torch.split(make(), AT_ONCE, dim=2)


def decoded(
    representation: Representation, pieces: Iterable[Frames], n: int, n_samples: int
) -> Steps:
    """Exactly n_samples of n sounds. Frames come in hops, so a few samples are cut or silent.

    On the CPU rows are decoded side by side, because the search for a phase keeps only one core
    busy. Elsewhere one after the other: Metal breaks off where two threads compute at once.
    """
    decoders = [StreamDecoder(representation) for _ in range(n)]
    n_threads = torch.get_num_threads() if representation.device.type == "cpu" else 1

    def steps() -> Steps:
        for frames in pieces:
            rows = zip(decoders, frames, strict=True)
            yield each(lambda pair: pair[0].push(pair[1][None]), rows, n_threads)
        yield each(StreamDecoder.finish, decoders, n_threads)

    n_left = n_samples
    for step in steps():
        n_ready = min(n_left, step[0].shape[1])
        if n_ready > 0:
            n_left -= n_ready
            yield [sound[:, :n_ready] for sound in step]
    if n_left > 0:
        yield [np.zeros((representation.n_audio_channels, n_left), np.float32) for _ in decoders]


def gone_on(seed: Samples, n_join: int, steps: Steps, *, first: int = 0) -> Steps:
    """The seed, then sound that begins with the same moments, or with those from sample `first` on,
    and takes over in the last n_join samples of the seed by a cross-fade."""
    n_own = seed.shape[1] - n_join
    yield [seed[:, :n_own]]
    n_skip = n_own - first
    head = seed[:, :0]
    joined = False
    for [sound] in steps:
        n_skipped = min(n_skip, sound.shape[1])
        n_skip -= n_skipped
        sound = sound[:, n_skipped:]
        if joined:
            yield [sound]
            continue
        head = np.concatenate([head, sound], axis=1)
        if head.shape[1] >= n_join:
            joined = True
            yield [cross_fade(seed[:, seed.shape[1] - n_join :], head, n_join)]
    if not joined:
        yield [cross_fade(seed[:, seed.shape[1] - n_join :], head, n_join)]


def first_for(representation: Representation, n_known: int, n_join: int) -> int:
    """The frame from which the last n_join samples of n_known frames, and what follows them, can be
    decoded as if all were."""
    hop = representation.spec.hop_length or 1
    n_before = max(1, representation.context_frames) + -(-n_join // hop)
    first = max(0, n_known - n_before)
    return first - first % representation.turn_frames  # in phase with what will be heard


def playing_each(steps: Steps, playing: Callable[[], AbstractContextManager[None]]) -> Steps:
    """The same steps; the model plays while one is made and is as it was in between."""
    while True:
        with playing():
            step = next(steps, None)
        if step is None:
            return
        yield step


def clips_of(steps: Steps, sample_rate: int) -> list[Clip]:
    """The clips whole."""
    parts = zip(*steps, strict=True)
    return [Clip(np.concatenate(pieces, axis=1), sample_rate) for pieces in parts]
