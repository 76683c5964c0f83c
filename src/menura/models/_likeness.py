"""How like real frames made ones are as a set, and how much they differ among themselves.

Of sound whose frames are samples, spectra are compared; of other frames, the frames themselves.
"""

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.audio.mel import mel_filter_bank
from menura.models._overlap import analyse
from menura.models._precision import in_float32
from menura.representations import Frames, Spec

FLOOR_DB = -80.0
COLLAPSED = 0.25  # of the real spread: below it, clips are as good as one


class Likeness(nn.Module):
    """Statistics that a set of clips has: nothing here is learnt."""

    filters: Tensor

    def __init__(self, spec: Spec, n_frames: int):
        super().__init__()
        self.of_samples = spec.hop_length == 1
        self.n_fft = min(1024, 2 ** (n_frames.bit_length() - 2))
        n_mels = max(4, self.n_fft // 16)
        if self.of_samples:
            filters = mel_filter_bank(spec.sample_rate, self.n_fft, n_mels)
            scaled = filters / filters.sum(axis=1, keepdims=True).clip(1e-8)  # a mean of bins
            self.register_buffer("filters", torch.from_numpy(scaled), persistent=False)

    def distance(self, made: Frames, real: Frames) -> Float32[Tensor, ""]:
        """Mean difference of the means, the spreads and the spreads of change, per feature: 0
        where made frames are distributed as real ones, moment by moment."""
        ours, theirs = self._seen(made), self._seen(real)
        apart = ours.mean((0, 2)) - theirs.mean((0, 2))
        wide = ours.std((0, 2)) - theirs.std((0, 2))
        lively = ours.diff(dim=2).std((0, 2)) - theirs.diff(dim=2).std((0, 2))
        return apart.abs().mean() + wide.abs().mean() + lively.abs().mean()

    def diversity(self, made: Frames, real: Frames) -> float:
        """How far made clips are from each other, in times as far as real ones are: 1 where they
        differ as much, 0 where they are all alike."""
        ours, theirs = (_spread(self._seen(frames.detach())) for frames in (made, real))
        return float(ours / theirs.clamp_min(1e-6))

    def _seen(self, frames: Frames) -> Float32[Tensor, "rows seen times"]:
        """Log-mel spectra of samples in nepers, one row a channel; other frames as they are."""
        if not self.of_samples:
            return frames.float()
        with in_float32(frames):
            hop = self.n_fft // 4
            rows = frames.float().flatten(0, 1)
            rows = rows[:, : rows.shape[1] // hop * hop]
            spectrum = analyse(rows, self.n_fft, hop) * (4 / self.n_fft)
            power = spectrum.real.square() + spectrum.imag.square()
            level: Tensor = 0.5 * (self.filters @ power + 10 ** (FLOOR_DB / 10)).log()
            return level


def _spread(seen: Float32[Tensor, "rows seen times"]) -> Float32[Tensor, ""]:
    """The root mean square distance of clips from their mean, each said by its mean and its
    deviation in time of every feature."""
    each = torch.cat([seen.mean(dim=2), seen.std(dim=2)], dim=1)
    return (each - each.mean(dim=0)).square().sum(dim=1).mean().sqrt()
