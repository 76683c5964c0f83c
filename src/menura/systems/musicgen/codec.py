"""MusicGen's codec: sound as codes in several codebooks, and back (EnCodec, Défossez et al. 2022).

In stereo left and right are coded one by one, and their codebooks take turns.
"""

from typing import Any

import torch
from jaxtyping import Float32, Int64
from torch import Tensor

Codes = Int64[Tensor, "batch codebooks frames"]
Sound = Float32[Tensor, "batch channels time"]
PIECE_S, AROUND_S = 30.0, 2.0


def to_codes(codec: Any, sound: Sound) -> Codes:
    """Whole frames; the time must be a multiple of the codec's hop."""
    sides = [codec.encode(side[:, None]).audio_codes[0] for side in sound.unbind(dim=1)]
    return torch.stack(sides, dim=2).flatten(1, 2)


def to_sound(codec: Any, codes: Codes, n_channels: int) -> Sound:
    """The sound of all frames; long ones piece by piece, so that memory stays bounded.

    A piece is decoded with two seconds around it, further than its convolutions reach and long
    enough for its recurrent layers to have settled.
    """
    hop, rate = codec.config.hop_length, codec.config.sampling_rate
    piece, around = (round(s * rate / hop) for s in (PIECE_S, AROUND_S))
    n_frames = codes.shape[2]
    pieces = []
    for start in range(0, n_frames, piece):
        left = max(0, start - around)
        right = min(n_frames, start + piece + around)
        sound = _decoded(codec, codes[:, :, left:right], n_channels)
        n_own = min(piece, n_frames - start) * hop
        pieces.append(sound[:, :, (start - left) * hop :][:, :, :n_own])
    return torch.cat(pieces, dim=2)


def _decoded(codec: Any, codes: Codes, n_channels: int) -> Sound:
    scales = [None] * codes.shape[0]
    sides = [
        codec.decode(codes[None, :, side::n_channels], audio_scales=scales).audio_values
        for side in range(n_channels)
    ]
    return torch.cat(sides, dim=1)
