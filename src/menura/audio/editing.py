"""Cutting to length, fading, and making the end flow into the start."""

import math

import numpy as np
from jaxtyping import Float32

from menura.audio.clip import Clip


def exact_length(clip: Clip, seconds: float) -> Clip:
    """Exactly round(seconds × sample_rate) samples: cut at the end, or silence added there."""
    n_wanted = round(seconds * clip.sample_rate)
    if n_wanted < 0:
        raise ValueError(f"a clip cannot be {seconds} s long")
    missing = max(0, n_wanted - clip.n_samples)
    samples = np.pad(clip.samples[:, :n_wanted], ((0, 0), (0, missing)))
    return Clip(samples, clip.sample_rate)


def fade(clip: Clip, in_s: float, out_s: float) -> Clip:
    """Fade in over `in_s` and out over `out_s` seconds, by a raised cosine.

    The first and last samples become exactly 0. Fades longer together than the clip are both
    shortened in proportion.
    """
    if in_s < 0 or out_s < 0:
        raise ValueError(f"fades cannot be negative: {in_s}, {out_s}")
    together = (in_s + out_s) * clip.sample_rate
    shrink = min(1.0, clip.n_samples / together) if together else 1.0
    n_in, n_out = (math.floor(s * clip.sample_rate * shrink) for s in (in_s, out_s))
    samples = clip.samples.copy()
    if n_in:
        samples[:, :n_in] *= _rise(n_in)
    if n_out:
        samples[:, -n_out:] *= _rise(n_out)[::-1]
    return Clip(samples, clip.sample_rate)


def loop(clip: Clip, crossfade_s: float) -> Clip:
    """A clip that can be played end to start without a click; shorter by `crossfade_s`.

    The last `crossfade_s` seconds are laid over the start and fade out there while the start
    fades in, at equal power. The new first sample thus follows the new last one as it did in
    the recording. At most half the clip is used.
    """
    if crossfade_s < 0:
        raise ValueError(f"a cross-fade cannot be negative: {crossfade_s}")
    n_fade = min(round(crossfade_s * clip.sample_rate), clip.n_samples // 2)
    if n_fade == 0:
        return clip
    angle = np.arange(n_fade, dtype=np.float32) / n_fade * np.float32(np.pi / 2)
    samples = clip.samples[:, :-n_fade].copy()
    after_end = clip.samples[:, -n_fade:]
    samples[:, :n_fade] = samples[:, :n_fade] * np.sin(angle) + after_end * np.cos(angle)
    return Clip(samples, clip.sample_rate)


def _rise(n: int) -> Float32[np.ndarray, "n"]:
    """Half a cosine from exactly 0 up towards 1."""
    return ((1 - np.cos(np.pi * np.arange(n) / n)) / 2).astype(np.float32)
