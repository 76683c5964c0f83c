"""Frames ⇄ sound with everything that the rounds share worked out once."""

import torch
from jaxtyping import Complex64, Float32
from torch import Tensor

from menura.representations._stft import overlap_added

Frames = Complex64[Tensor, "rows frames bins"]
Sound = Float32[Tensor, "rows padded"]


class Framing:
    """`stft` and `istft` for one size, frame by frame in memory.

    Sound is kept with the padding that centred frames reach into, so that a round neither cuts
    nor pads it; one multiplication by `share` divides by the window's envelope (Griffin & Lim
    1984, eq. 6) and puts the padding back to zero.
    """

    def __init__(self, n_fft: int, hop_length: int, n_frames: int, device: torch.device):
        self.n_fft, self.hop_length = n_fft, hop_length
        self.window = torch.hann_window(n_fft, device=device)
        self.inside = slice(n_fft // 2, n_fft // 2 + (n_frames - 1) * hop_length)
        envelope = overlap_added(self.window.square().expand(1, n_frames, n_fft), hop_length)[0]
        self.share = torch.zeros_like(envelope)
        self.share[self.inside] = 1 / envelope[self.inside]

    def frames(self, sound: Sound) -> Frames:
        """Spectra of sound that `sound` made."""
        cut = sound.unfold(1, self.n_fft, self.hop_length)
        spectra: Frames = torch.fft.rfft(cut * self.window)
        return spectra

    def sound(self, frames: Frames) -> Sound:
        """The least-squares inverse, with its padding of zeros."""
        pieces = torch.fft.irfft(frames, n=self.n_fft)
        return overlap_added(pieces * self.window, self.hop_length) * self.share

    def trimmed(self, sound: Sound) -> Float32[Tensor, "rows time"]:
        """Without the padding: (frames − 1) · hop_length samples."""
        return sound[:, self.inside]
