"""Of several ways to go on from a seed, the one that begins as the seed ends.

Music changes within a second, and a model draws its next second among all that may come: most of
what it draws is of another loudness, register or texture than the seed. What is chosen is the
sound that will be heard, not what the model thinks of it: likeness in latents chooses badly
(docs/log.md). A sound that would come in with a click is left out.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from menura.audio import Clip, spectrogram_db
from menura.audio.joining import cross_fade
from menura.audio.picture import window_length
from menura.models.contract import Begins, Sampling
from menura.representations import Frames, Representation
from menura.systems.streaming import JOIN_S, first_for

Choices = Float32[Tensor, "choices features new"]
Tail = Float32[np.ndarray, "channels tail"]
Begun = Float32[Tensor, "1 features begun"]

BEGINNING_S = 1.0
CLICK_S = 0.01  # after the seed's end: how late a step is still heard as a click of the join
N_MELS = 64
QUIETEST_DB = -80.0  # what is below is not heard, and should not decide
SILENCE = 1e-3  # RMS; likeness to silence would choose silence
DECODED_AT_ONCE = 8  # choices: bounds the memory


def begun(
    representation: Representation,
    model: Begins,
    seed_clip: Clip,
    known: Frames,
    n_frames: int,
    rng: torch.Generator,
    sampling: Sampling,
) -> Begun:
    """The beginning most like the last second of the seed, at most n_frames of it.

    None where there is nothing to choose by: of one draw, of draws that are all the same, from a
    seed that ends in silence, or when a label says what the music is to be like.

    known: the frames of the seed, all before its end, from which the model goes on.
    """
    nothing = known[:, :, :0]
    n_choices, second = model.n_beginnings(), round(BEGINNING_S * seed_clip.sample_rate)
    end = Clip(seed_clip.samples[:, max(0, seed_clip.n_samples - second) :], seed_clip.sample_rate)
    if n_choices < 2 or n_frames < 1 or sampling.temperature == 0 or sampling.labels is not None:
        return nothing
    if np.sqrt(np.square(end.samples).mean()) < SILENCE:
        return nothing
    # As many frames however few are asked for: a longer piece begins as a shorter one.
    wanted = _frames_to_hear(representation, seed_clip.n_samples, known.shape[2])
    choices = model.beginnings(known, wanted, [rng] * n_choices, sampling)
    n_join = min(round(JOIN_S * seed_clip.sample_rate), seed_clip.n_samples)
    heard = _heard(representation, seed_clip, known, choices, n_join)
    steepest = steepest_of(seed_clip, n_join)
    tail = seed_clip.samples[:, seed_clip.n_samples - n_join :]
    smooth = [number for number, sound in enumerate(heard) if not clicks(tail, sound, steepest)]
    if smooth:
        choices, heard = choices[smooth], [heard[number] for number in smooth]
    sounds = [Clip(sound.samples[:, n_join:], sound.sample_rate) for sound in heard]
    n_compared = min(end.n_samples, sounds[0].n_samples)
    if n_compared < window_length(seed_clip.sample_rate):
        return nothing
    end = Clip(end.samples[:, end.n_samples - n_compared :], seed_clip.sample_rate)
    starts = [Clip(sound.samples[:, :n_compared], sound.sample_rate) for sound in sounds]
    best = most_alike(end, starts)
    return choices[best : best + 1, :, :n_frames]


def steepest_of(seed_clip: Clip, n_join: int) -> float:
    """The largest step from sample to sample that is no click after this seed: the 99.99th
    percentile of its own, or the largest in its last n_join samples, which fade out."""
    own = np.abs(np.diff(seed_clip.samples))
    fading = np.abs(np.diff(seed_clip.samples[:, seed_clip.n_samples - n_join :]))
    usual = float(np.percentile(own, 99.99)) if own.size else np.inf
    return max(usual, float(fading.max(initial=0.0)))


def clicks(tail: Tail, sound: Clip, steepest: float) -> bool:
    """Whether the sound, faded in over the tail of the seed, makes a step there or right after
    that the seed has not (see `steepest_of`)."""
    n_join = tail.shape[1]
    n_near = n_join + round(CLICK_S * sound.sample_rate)
    joined = cross_fade(tail, sound.samples, n_join)[:, :n_near]
    return bool(np.abs(np.diff(joined)).max(initial=0.0) > steepest)


def most_alike(end: Clip, sounds: Sequence[Clip]) -> int:
    """The number of the sound whose bands are, in level and in how it varies, nearest to `end`'s.

    Euclidean distance of the means and deviations over time of 64 log-mel bands, in dB. The sounds
    are as long as `end`. One that is not finite is never the nearest while another is.
    """
    wanted = _texture(end)
    distances = [
        float(np.linalg.norm(_texture(sound) - wanted))
        if np.isfinite(sound.samples).all()
        else np.inf
        for sound in sounds
    ]
    return int(np.argmin(distances))


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
    representation: Representation, seed_clip: Clip, known: Frames, choices: Choices, n_join: int
) -> list[Clip]:
    """What of each choice comes after the end of the seed, a second of it or what there is, and
    the n_join samples before, in which it takes over."""
    n_known, hop = known.shape[2], representation.spec.hop_length or 1
    first = first_for(representation, n_known, n_join)
    start = seed_clip.n_samples - first * hop
    stop = start + round(BEGINNING_S * seed_clip.sample_rate)
    sounds: list[Clip] = []
    for some in torch.split(choices, DECODED_AT_ONCE):
        frames = torch.cat([known.expand(len(some), -1, -1), some], dim=2)
        frames = representation.cut(frames, first, frames.shape[2]).to(representation.device)
        sound: Float32[Tensor, "choices channels time"] = representation.decode(frames)
        rows = sound[:, :, max(0, start - n_join) : max(0, stop)].float().cpu().numpy()
        sounds += [Clip(row, seed_clip.sample_rate) for row in rows]
    return sounds
