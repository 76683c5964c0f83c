"""Fitted scaling of frames to what networks learn well, and exactly back."""

from collections.abc import Callable, Iterable
from typing import Literal

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.foundation.errors import MenuraError

Kind = Literal["none", "per-bin", "global", "range"]
Bounds = tuple[float, float]
Rows = Float32[Tensor, "rows bins frames"]
Scaling = Callable[[Tensor], Tensor]


class Normaliser(nn.Module):
    """frames → (frames − shift) / scale, with statistics fitted in one pass over the data.

    none: unchanged. per-bin: every bin to mean 0, deviation 1. global: all bins together.
    range: the smallest and largest value to the two of `bounds`.
    Only the first n_bins features are scaled; what follows them (phases, say) is left as it is.

    The way back has statistics of its own: those of the data, or of a template (`fit_back`).
    """

    shift: Tensor
    scale: Tensor
    back_shift: Tensor
    back_scale: Tensor

    def __init__(self, kind: Kind, n_bins: int, bounds: Bounds = (-1.0, 1.0)):
        super().__init__()
        self.kind, self.n_bins, self.bounds = kind, n_bins, bounds
        n_statistics = n_bins if kind == "per-bin" else 1
        for name in ("shift", "back_shift"):
            self.register_buffer(name, torch.zeros(n_statistics, 1))
        for name in ("scale", "back_scale"):
            self.register_buffer(name, torch.ones(n_statistics, 1))

    def forward(self, frames: Rows) -> Rows:
        return self._first(frames, lambda x: (x - self.shift) / self.scale)

    def invert(self, frames: Rows) -> Rows:
        return self._first(frames, lambda x: x * self.back_scale + self.back_shift)

    def fit(self, pieces: Iterable[Float32[Tensor, "_ bins _"]]) -> None:
        """Set the statistics from raw frames, in float64 sums. Raises MenuraError if not finite."""
        if self.kind == "none":
            return
        shift, scale = self._statistics(pieces)
        for one in (self.shift, self.back_shift):
            one.copy_(shift)
        for one in (self.scale, self.back_scale):
            one.copy_(scale)

    def fit_back(self, pieces: Iterable[Float32[Tensor, "_ bins _"]]) -> None:
        """Take the scaling of the way back from other frames: a template's. As `fit` otherwise."""
        if self.kind == "none":
            return
        shift, scale = self._statistics(pieces)
        self.back_shift.copy_(shift)
        self.back_scale.copy_(scale)

    def _first(self, frames: Rows, scaled: Scaling) -> Rows:
        """The first n_bins features scaled, the others as they are."""
        if self.kind == "none":
            return frames
        if self.n_bins == frames.shape[1]:
            return scaled(frames)
        return torch.cat([scaled(frames[:, : self.n_bins]), frames[:, self.n_bins :]], dim=1)

    def _statistics(self, pieces: Iterable[Float32[Tensor, "_ bins _"]]) -> tuple[Tensor, Tensor]:
        sums = _Sums()
        for piece in pieces:
            # Summed on the CPU: not every device knows float64.
            sums.add(piece[:, : self.n_bins].cpu().double())
        if sums.count == 0:
            raise MenuraError("no training sound to take statistics from")
        standard = self.kind != "range"
        shift, scale = sums.standard(self.kind) if standard else sums.range(*self.bounds)
        if not (torch.isfinite(shift).all() and torch.isfinite(scale).all()):
            raise MenuraError("the training sound has values that are not finite")
        # A bin that never varies stays as it is rather than being divided by nothing.
        return shift, torch.where(scale > 1e-5, scale, torch.ones_like(scale))


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

    def range(self, low: float, high: float) -> tuple[Tensor, Tensor]:
        """What carries the smallest value to low and the largest to high."""
        scale = (self.high - self.low) / (high - low)
        return torch.tensor([[self.low - low * scale]]), torch.tensor([[scale]])
