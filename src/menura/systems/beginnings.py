"""Of several ways to go on from a seed, the one that begins as the seed ends.

Music changes within a second, and a model draws its next second among all that may come: most of
what it draws is of another loudness, register or texture than the seed. What is chosen is the
sound that will be heard, not what the model thinks of it: likeness in latents chooses badly.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from menura.audio import Clip, spectrogram_db
from menura.models.contract import Begins, Sampling
from menura.representations import Frames, Representation

Choices = Float32[Tensor, "choices features new"]

BEGINNING_S = 1.0
N_MELS = 64
QUIETEST_DB = -80.0  # what is below is not heard, and should not decide


def begun(
    representation: Representation,
    model: Begins,
    seed_clip: Clip,
    known: Frames,
    n_frames: int,
    rng: torch.Generator,
    sampling: Sampling,
) -> Float32[Tensor, "1 features begun"]:
    """The beginning most like the last second of the seed, at most n_frames; none without choice.

    known: the frames of the seed, all before its end, from which the model goes on.
    """
    n_choices = model.n_beginnings()
    n_new = min(n_frames, _frames_to_hear(representation, seed_clip.n_samples, known.shape[2]))
    if n_choices < 2 or n_new < 1:
        return known[:, :, :0]
    choices = model.beginnings(known, n_new, [rng] * n_choices, sampling)
    sounds = _heard(representation, seed_clip, known, choices)
    n = min(round(BEGINNING_S * seed_clip.sample_rate), seed_clip.n_samples)
    end = Clip(seed_clip.samples[:, seed_clip.n_samples - n :], seed_clip.sample_rate)
    best = most_alike(end, sounds)
    return choices[best : best + 1]


def most_alike(end: Clip, sounds: Sequence[Clip]) -> int:
    """The number of the sound whose bands are, in level and in how it varies, nearest to `end`'s.

    Euclidean distance of the means and deviations over time of 64 log-mel bands, in dB.
    """
    wanted = _texture(end)
    return int(np.argmin([np.linalg.norm(_texture(sound) - wanted) for sound in sounds]))


def _texture(sound: Clip) -> Float64[np.ndarray, "numbers"]:
    bands = spectrogram_db(sound, N_MELS).clip(min=QUIETEST_DB)
    texture: Float64[np.ndarray, "numbers"] = np.concatenate(
        [bands.mean(axis=1, dtype=np.float64), bands.std(axis=1, dtype=np.float64)]
    )
    return texture


def _frames_to_hear(representation: Representation, n_seed: int, n_known: int) -> int:
    """New frames from which a second after the seed can be decoded, its end included."""
    n_samples = n_seed + round(BEGINNING_S * representation.sample_rate)
    return representation.frames_for(n_samples) + representation.edge_frames - n_known


def _heard(
    representation: Representation, seed_clip: Clip, known: Frames, choices: Choices
) -> list[Clip]:
    """What of each choice comes after the end of the seed, a second of it."""
    n_before = min(known.shape[2], 2 * representation.context_frames)
    before = known[:, :, known.shape[2] - n_before :].expand(len(choices), -1, -1)
    frames = torch.cat([before, choices], dim=2).to(representation.device)
    sound: Float32[Tensor, "choices channels time"] = representation.decode(frames)
    hop = representation.spec.hop_length or 1
    start = seed_clip.n_samples - (known.shape[2] - n_before) * hop
    stop = start + round(BEGINNING_S * seed_clip.sample_rate)
    rows = sound[:, :, start:stop].float().cpu().numpy()
    return [Clip(row, seed_clip.sample_rate) for row in rows]
