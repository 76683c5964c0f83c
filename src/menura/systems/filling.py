"""New sound in a gap of a clip, the rest of which stays as it is."""

import torch
from jaxtyping import Bool
from torch import Tensor

from menura.audio import Clip
from menura.audio.joining import cross_fade
from menura.foundation.errors import UsageError
from menura.representations import Representation
from menura.systems.coding import Samples, exactly
from menura.systems.streaming import JOIN_S


def gap(clip: Clip, from_s: float, to_s: float) -> tuple[int, int]:
    """Its first sample, and that behind its last. Raises UsageError where it is no part of it."""
    start, stop = round(from_s * clip.sample_rate), round(to_s * clip.sample_rate)
    if not 0 <= start < stop <= clip.n_samples:
        raise UsageError(
            f"{from_s:g}…{to_s:g} s is not a part of a clip of {clip.duration_s:.2f} s"
        )
    return start, stop


def touched(
    representation: Representation, n_frames: int, start: int, stop: int
) -> Bool[Tensor, " frames"]:
    """Which frames hear anything of the gap: they are made anew."""
    edge, hop = representation.edge_frames, representation.spec.hop_length or 1
    missing = torch.zeros(n_frames, dtype=torch.bool)
    missing[max(0, start // hop - edge) : -(-stop // hop) + edge] = True
    return missing


def filled(clip: Clip, sound: Samples, start: int, stop: int) -> Clip:
    """The clip with the gap of `sound`, which is as long; cross-faded over 50 ms outside the
    gap."""
    n = round(JOIN_S * clip.sample_rate)
    left, right = max(0, start - n), min(clip.n_samples, stop + n)
    begun = cross_fade(clip.samples[:, :start], sound[:, left:right], start - left)
    joined = cross_fade(begun, clip.samples[:, stop:], right - stop)
    return exactly(joined, clip.n_samples, clip.sample_rate)
