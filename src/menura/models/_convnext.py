"""ConvNeXt blocks over time (Liu et al. 2022; in one dimension as in Vocos, Siuzdak 2023)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

Sequence = Float[Tensor, "batch width time"]
KERNEL = 7


class ConvNeXt(nn.Module):
    """x + γ · W₂ GELU(W₁ LayerNorm(depthwise convolution of x)); reaches 3 steps to either side."""

    def __init__(self, width: int, expansion: int = 3, scale: float = 0.1):
        super().__init__()
        self.mix_time = nn.Conv1d(width, width, KERNEL, padding=KERNEL // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, expansion * width)
        self.narrow = nn.Linear(expansion * width, width)
        self.scale = nn.Parameter(torch.full((width,), scale))

    def forward(self, x: Sequence) -> Sequence:
        h: Tensor = self.norm(self.mix_time(x).transpose(1, 2))
        h = self.narrow(nn.functional.gelu(self.widen(h)))
        return x + (self.scale * h).transpose(1, 2)


def stack(width: int, depth: int) -> nn.Sequential:
    """`depth` blocks; reaches 3 · depth steps to either side."""
    return nn.Sequential(*(ConvNeXt(width) for _ in range(depth)))
