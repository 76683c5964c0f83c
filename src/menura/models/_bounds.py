"""How low and how high each feature went in training, so that nothing made goes beyond it.

A network may say of a feature what no music has there, if nothing in its loss forbids it or if it
is drawn rarely; in a spectrum, that is a burst far above full scale.
"""

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

Range = Float[Tensor, " features"]


class Bounds(nn.Module):
    """Of frames whose last dimension is their features. Before anything was heard there are none.

    They are saved with the weights, and no gradient reaches them.
    """

    lowest: Tensor
    highest: Tensor

    def __init__(self, n_features: int):
        super().__init__()
        self.register_buffer("lowest", torch.full((n_features,), torch.inf))
        self.register_buffer("highest", torch.full((n_features,), -torch.inf))

    @torch.no_grad()
    def hear(self, frames: Float[Tensor, "batch time features"]) -> None:
        """Widen them by these."""
        self.widen(frames.amin(dim=(0, 1)), frames.amax(dim=(0, 1)))

    @torch.no_grad()
    def widen(self, lowest: Range, highest: Range) -> None:
        """Widen them so that these are within."""
        self.lowest.copy_(torch.minimum(self.lowest, lowest))
        self.highest.copy_(torch.maximum(self.highest, highest))

    def forward(
        self, made: Float32[Tensor, "*batch features"]
    ) -> Float32[Tensor, "*batch features"]:
        """The frames with what is beyond them brought back to them."""
        heard = self.lowest <= self.highest
        return torch.where(heard, made.clamp(self.lowest, self.highest), made)
