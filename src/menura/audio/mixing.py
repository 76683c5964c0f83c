"""Changing the number of channels."""

import numpy as np
from jaxtyping import Float32

from menura.audio.clip import Clip, cancels
from menura.audio.resampling import resample


def mix(
    samples: Float32[np.ndarray, "channels time"], n_channels: int
) -> Float32[np.ndarray, "mixed time"]:
    """The sound with `n_channels` channels.

    Fewer: output channel c is the mean of the channels c, c + n, c + 2n, … (so many to stereo
    are the means of the even and the odd ones, and any to mono is the mean of all); where these
    cancel, the loudest of them. More: the channels are repeated in turn (mono is copied).
    """
    if n_channels < 1 or not len(samples):
        raise ValueError(f"cannot mix {len(samples)} channels to {n_channels}")
    if len(samples) == n_channels:
        return samples
    if len(samples) < n_channels:
        return np.ascontiguousarray(samples[np.arange(n_channels) % len(samples)])
    mixed = [_mean(samples[first::n_channels]) for first in range(n_channels)]
    return np.concatenate(mixed, axis=0)


def _mean(samples: Float32[np.ndarray, "channels time"]) -> Float32[np.ndarray, "1 time"]:
    mixed: Float32[np.ndarray, "1 time"] = samples.mean(axis=0, keepdims=True)
    if not cancels(samples, mixed):
        return mixed
    loudest = int(np.square(samples).mean(axis=1).argmax())
    return samples[loudest : loudest + 1]


def conform(clip: Clip, sample_rate: int, n_channels: int) -> Clip:
    """The clip at this rate (Hz) and channel count."""
    # Mix first when it makes the resampler's work less.
    if n_channels <= clip.n_channels:
        return resample(Clip(mix(clip.samples, n_channels), clip.sample_rate), sample_rate)
    resampled = resample(clip, sample_rate)
    return Clip(mix(resampled.samples, n_channels), sample_rate)
