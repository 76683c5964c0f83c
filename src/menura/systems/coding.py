"""From a clip to the frames of a representation, and from sound to a clip of exact length."""

import numpy as np
import torch
from jaxtyping import Float32

from menura.audio import Clip
from menura.foundation.errors import UsageError
from menura.representations import Frames, Representation, encode_chunked, reader

Samples = Float32[np.ndarray, "channels time"]


def frames_of(representation: Representation, clip: Clip, device: torch.device) -> Frames:
    """All frames of a clip. Raises UsageError for one of another rate, or with other channels."""
    rate, n_channels = representation.sample_rate, representation.n_audio_channels
    if (clip.sample_rate, clip.n_channels) != (rate, n_channels):
        raise UsageError(
            f"this system takes {rate} Hz with {n_channels} channels, "
            f"not {clip.sample_rate} Hz with {clip.n_channels}"
        )
    # Whole hops, the last one padded with silence: what comes back is never too short.
    n_samples = representation.samples_for(frames_to_cover(representation, clip.n_samples))
    with torch.no_grad():
        pieces = encode_chunked(representation, reader(clip.samples), n_samples)
        return torch.cat(list(pieces), dim=2).to(device)


def frames_before_the_end(
    representation: Representation, clip: Clip, device: torch.device
) -> Frames:
    """Those of a clip that see nothing behind its end, one at least."""
    # The last frames look past the end of the clip: who goes on from it must not.
    n_known = frames_filled(representation, clip.n_samples) - representation.edge_frames
    frames = frames_of(representation, _mirrored(representation, clip), device)
    return frames[:, :, : max(1, n_known)]


def frames_to_cover(representation: Representation, n_samples: int) -> int:
    """Frames enough to cover n_samples."""
    n_frames = representation.frames_for(n_samples)
    while representation.samples_for(n_frames) < n_samples:
        n_frames += 1
    return n_frames


def frames_filled(representation: Representation, n_samples: int) -> int:
    """Frames that n_samples fill: without those that a representation adds to fill an image."""
    n_frames = representation.frames_for(n_samples)
    while n_frames > 0 and representation.samples_for(n_frames) > n_samples:
        n_frames -= 1
    return n_frames


def exactly(samples: Samples, n_samples: int, sample_rate: int) -> Clip:
    """n_samples of sound: frames come in hops, so a few samples are cut or are silent."""
    exact = np.zeros((samples.shape[0], n_samples), dtype=np.float32)
    n = min(n_samples, samples.shape[1])
    exact[:, :n] = samples[:, :n]
    return Clip(exact, sample_rate)


def _mirrored(representation: Representation, clip: Clip) -> Clip:
    """The clip and, as far as a frame reaches, its end backwards: no silence to be heard."""
    reach = representation.context_frames * (representation.spec.hop_length or 1)
    longer = np.pad(clip.samples, ((0, 0), (0, reach)), mode="symmetric")
    return Clip(longer, clip.sample_rate)
