"""Fitted scaling of frames to what networks learn well, and exactly back."""

from collections.abc import Iterable
from typing import Literal

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.foundation.errors import MenuraError

Kind = Literal["none", "per-bin", "global", "range"]
Rows = Float32[Tensor, "rows bins frames"]


class Normaliser(nn.Module):
    """frames → (frames − shift) / scale, with statistics fitted in one pass over the data.

    none: unchanged. per-bin: every bin to mean 0, deviation 1. global: all bins together.
    range: the smallest and largest value to −1 and 1.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, kind: Kind, n_bins: int):
        super().__init__()
        self.kind = kind
        n_statistics = n_bins if kind == "per-bin" else 1
        self.register_buffer("shift", torch.zeros(n_statistics, 1))
        self.register_buffer("scale", torch.ones(n_statistics, 1))

    def forward(self, frames: Rows) -> Rows:
        return (frames - self.shift) / self.scale

    def invert(self, frames: Rows) -> Rows:
        return frames * self.scale + self.shift

    def fit(self, pieces: Iterable[Float32[Tensor, "_ bins _"]]) -> None:
        """Set the statistics from raw frames, in float64 sums. Raises MenuraError if not finite."""
        if self.kind == "none":
            return
        sums = _Sums()
        for piece in pieces:
            # Summed on the CPU: not every device knows float64.
            sums.add(piece.cpu().double())
        if sums.count == 0:
            raise MenuraError("no training sound to take statistics from")
        shift, scale = sums.range() if self.kind == "range" else sums.standard(self.kind)
        if not (torch.isfinite(shift).all() and torch.isfinite(scale).all()):
            raise MenuraError("the training sound has values that are not finite")
        self.shift.copy_(shift)
        # A bin that never varies stays as it is rather than being divided by nothing.
        self.scale.copy_(torch.where(scale > 1e-5, scale, torch.ones_like(scale)))


class _Sums:
    """Running sums over the frames of many pieces."""

    def __init__(self) -> None:
        self.count = 0
        self.total: Tensor = torch.zeros(1)
        self.squares: Tensor = torch.zeros(1)
        self.low, self.high = float("inf"), float("-inf")

    def add(self, piece: Tensor) -> None:
        if self.count == 0:
            self.total = torch.zeros(piece.shape[1], 1, dtype=torch.float64)
            self.squares = torch.zeros_like(self.total)
        self.count += piece.shape[0] * piece.shape[2]
        self.total += piece.sum(dim=(0, 2))[:, None]
        self.squares += piece.square().sum(dim=(0, 2))[:, None]
        self.low = min(self.low, float(piece.amin()))
        self.high = max(self.high, float(piece.amax()))

    def standard(self, kind: Kind) -> tuple[Tensor, Tensor]:
        mean, square = self.total / self.count, self.squares / self.count
        if kind == "global":
            mean, square = mean.mean(dim=0, keepdim=True), square.mean(dim=0, keepdim=True)
        return mean, (square - mean.square()).clamp_min(0).sqrt()

    def range(self) -> tuple[Tensor, Tensor]:
        middle, half = (self.high + self.low) / 2, (self.high - self.low) / 2
        return torch.tensor([[middle]]), torch.tensor([[half]])
