"""The start that Griffin-Lim finds on fewer frames: most of its way at a part of the cost."""

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.representations._phase.griffin_lim import griffin_lim
from menura.representations._phase.plain import noise
from menura.representations._stft import stft

Magnitude = Float32[Tensor, "rows bins frames"]
Angles = Float32[Tensor, "rows bins frames"]

N_ROUNDS = 32
OVERLAP = 4  # windows over each sample; fewer leave a Hann window nothing to agree on


def coarse(magnitude: Magnitude, n_fft: int, hop_length: int) -> Angles:
    """Radians of the sound that 32 rounds on every k-th frame find, k as large as 75 % overlap
    allows; `noise` where the frames are already that far apart (k = 1).

    512-mel forms have a hop of a sixteenth of the window: a round on every fourth frame costs a
    quarter and brings as much.
    """
    every = n_fft // OVERLAP // hop_length
    n_frames = magnitude.shape[2]
    if every < 2 or n_frames < 2:
        return noise(magnitude, n_fft, hop_length)
    # The last frame is held until the coarse frames reach over the whole sound.
    beyond = -(n_frames - 1) % every
    few = torch.nn.functional.pad(magnitude, (0, beyond), mode="replicate")[:, :, ::every]
    sound = griffin_lim(few, n_fft, every * hop_length, N_ROUNDS)
    return stft(sound, n_fft, hop_length)[:, :, :n_frames].angle()
