"""Pieces whose end flows into their start: the model makes the music over the join.

A cross-fade hides the click of a loop, not that its music breaks off. Here what is around the
join is left out and made anew by a model that hears what is before it and what comes after.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from menura.models.contract import Generates, Inpaints, Rngs, Sampling
from menura.representations import Frames, Representation

Samples = Float32[np.ndarray, "channels time"]
SHORTEST_S = 2.0  # in what is shorter, whole frames would put the loop out of tune
GAP_S = 2.0  # how much is made anew, at most half of the piece


@runtime_checkable
class Loops(Generates, Inpaints, Protocol):
    """What a model must be able to do to close a piece."""


def can_close(representation: Representation, model: object, seconds: float) -> bool:
    """Whether a piece of so many seconds can be closed by the model itself.

    Frames must come in hops, all alike: only then is a piece a ring of them.
    """
    hop = representation.spec.hop_length
    if hop is None or representation.samples_for(2) != 2 * hop:
        return False
    return isinstance(model, Loops) and seconds >= SHORTEST_S


def n_frames_of(representation: Representation, n_samples: int) -> int:
    """The whole frames that come nearest to a loop of n_samples, and meet their start in phase."""
    hop, turn = representation.spec.hop_length or 1, representation.turn_frames
    return turn * max(-(-2 // turn), round(n_samples / (hop * turn)))


def ring(
    representation: Representation, model: Loops, n_frames: int, rngs: Rngs, sampling: Sampling
) -> Frames:
    """A ring of n_frames for each generator. The middle of a piece is that of the plain one."""
    piece = model.generate(rngs, n_frames, sampling)
    rate = representation.sample_rate / (representation.spec.hop_length or 1)
    n_gap = max(1, min(round(GAP_S * rate), n_frames // 2))
    # Moved by half, so that the join lies in the middle, with what is on either side in sight.
    half = n_frames // 2
    missing = torch.zeros(n_frames, dtype=torch.bool, device=piece.device)
    missing[half - n_gap // 2 : half - n_gap // 2 + n_gap] = True
    closed = model.inpaint(piece.roll(half, dims=2), missing, rngs, sampling)
    return closed.roll(-half, dims=2)


def sound_of_ring(
    representation: Representation,
    frames: Float32[Tensor, "1 features frames"],
    n_samples: int,
    decode: Callable[[Frames], Samples],
) -> Samples:
    """Exactly n_samples, the last followed by the first as any sample by the next.

    Frames come in hops, so a loop is played faster or slower by half a hop at most, half a turn of
    its phases where there are some: 28 cents in 2 s where that is a thirtieth of a second, 4 cents
    in 15 s.
    """
    hop, n_frames = representation.spec.hop_length or 1, frames.shape[2]
    # As many frames around it as a frame is heard from, so that decoding knows of no end.
    around = representation.context_frames + representation.edge_frames + 1
    around += -around % representation.turn_frames  # in phase with the piece itself
    places = torch.arange(-around, n_frames + around, device=frames.device) % n_frames
    sound = decode(frames[:, :, places])[:, around * hop : (around + n_frames) * hop]
    if sound.shape[1] == n_samples:
        return sound
    # The discrete Fourier transform takes what it is given for a period, as this is.
    spectrum = np.fft.rfft(sound, axis=1) * np.float32(n_samples / sound.shape[1])
    return np.fft.irfft(spectrum, n_samples, axis=1).astype(np.float32)
