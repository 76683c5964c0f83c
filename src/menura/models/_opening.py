"""What a piece made from nothing sets off from: windows drawn from a Gaussian of few directions."""

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.models.contract import Rngs, noise

Windows = Float32[Tensor, "batch window features"]


class Opening(nn.Module):
    """A Gaussian over frames, and how alike consecutive ones are. Fitted once, before training.

    mean + Σ code · axis, where the codes of the n_axes principal directions are as wide as in the
    fitted frames and, from frame to frame, an autoregression of the first order whose coefficient
    is theirs. New windows of the kind that was heard, of which no training frame is one.
    """

    mean: Tensor
    axes: Tensor
    widths: Tensor
    lags: Tensor

    def __init__(self, n_features: int, n_axes: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_features))
        self.register_buffer("axes", torch.randn(n_axes, n_features) / n_features**0.5)
        self.register_buffer("widths", torch.ones(n_axes))
        self.register_buffer("lags", torch.zeros(n_axes))

    def fit(self, windows: Windows) -> None:
        """Principal directions by the Gram matrix of the frames: features may be very many."""
        n_windows, n_window, n_features = windows.shape
        mean = windows.mean(dim=(0, 1))
        frames = windows.reshape(-1, n_features) - mean
        values, vectors = torch.linalg.eigh(frames @ frames.T)
        n = min(self.axes.shape[0], max(0, frames.shape[0] - 1))
        largest = values[-n:].clamp_min(1e-12).sqrt() if n else values[:0]
        axes = (vectors[:, frames.shape[0] - n :] / largest).T @ frames
        self.mean.copy_(mean)
        self.axes.zero_()
        self.axes[:n] = axes
        codes = self.codes(frames).reshape(n_windows, n_window, -1)
        squares = codes.square().mean(dim=(0, 1))
        self.widths.copy_(squares.sqrt())
        if n_window > 1:
            products = (codes[:, 1:] * codes[:, :-1]).mean(dim=(0, 1))
            self.lags.copy_((products / squares.clamp_min(1e-12)).clamp(0, 0.999))

    def codes(
        self, deviations: Float32[Tensor, "*batch features"]
    ) -> Float32[Tensor, "*batch axes"]:
        """Codes of frames less the mean, or of differences of frames."""
        return deviations @ self.axes.T

    def draw(self, rngs: Rngs, n_window: int) -> Windows:
        """A window for each generator."""
        drawn = noise(rngs, n_window, self.axes.shape[0]).to(self.axes.device)
        new = (1 - self.lags.square()).sqrt()
        codes = [drawn[:, 0]]
        for number in range(1, n_window):
            codes.append(self.lags * codes[-1] + new * drawn[:, number])
        return self.mean + (torch.stack(codes, dim=1) * self.widths) @ self.axes
