"""Frames ⇄ sound with everything that the rounds share worked out once."""

import torch
from jaxtyping import Complex64, Float32
from torch import Tensor

Frames = Complex64[Tensor, "rows frames bins"]
Sound = Float32[Tensor, "rows padded"]


class Framing:
    """`stft` and `istft` for one size, frame by frame in memory, in whole blocks of `hop_length`.

    Sound is kept with the padding that centred frames reach into, so that a round neither cuts
    nor pads it; one multiplication by `share` divides by the window's envelope (Griffin & Lim
    1984, eq. 6) and puts the padding back to zero.
    """

    def __init__(self, n_fft: int, hop_length: int, n_frames: int, device: torch.device):
        self.n_fft, self.hop_length, self.n_frames = n_fft, hop_length, n_frames
        self.n_blocks = n_frames - 1 + -(-n_fft // hop_length)
        self.window = torch.hann_window(n_fft, device=device)
        self.inside = slice(n_fft // 2, n_fft // 2 + (n_frames - 1) * hop_length)
        envelope = self._overlapped(self.window.square().expand(1, n_frames, n_fft))[0]
        self.share = torch.zeros_like(envelope)
        self.share[self.inside] = 1 / envelope[self.inside]

    def frames(self, sound: Sound) -> Frames:
        """Spectra of sound that `sound` made."""
        cut = sound.unfold(1, self.n_fft, self.hop_length)[:, : self.n_frames]
        spectra: Frames = torch.fft.rfft(cut * self.window)
        return spectra

    def sound(self, frames: Frames) -> Sound:
        """The least-squares inverse, with its padding of zeros."""
        pieces = torch.fft.irfft(frames, n=self.n_fft)
        return self._overlapped(pieces * self.window) * self.share

    def trimmed(self, sound: Sound) -> Float32[Tensor, "rows time"]:
        """Without the padding: (frames − 1) · hop_length samples."""
        return sound[:, self.inside]

    def _overlapped(self, pieces: Float32[Tensor, "rows frames n_fft"]) -> Sound:
        """Overlap-add, block by block: a few long additions in place of one scatter."""
        rows, n, hop = pieces.shape[0], self.n_frames, self.hop_length
        blocks = pieces.new_zeros(rows, self.n_blocks, hop)
        for number, start in enumerate(range(0, self.n_fft, hop)):
            stop = min(start + hop, self.n_fft)
            blocks[:, number : number + n, : stop - start] += pieces[:, :, start:stop]
        return blocks.flatten(1)
