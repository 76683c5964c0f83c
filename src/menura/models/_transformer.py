"""A transformer over frames that is told how noisy they are.

Pre-norm blocks with rotary positions (Su et al. 2021) and adaptive layer norm (Peebles & Xie
2022). One modulation serves all blocks, each adding a bias of its own (PixArt-α, Chen et al.
2023, section 2.3): a modulation per block would be half of a small model's cost.
"""

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn.functional import layer_norm, scaled_dot_product_attention, silu

Tokens = Float[Tensor, "batch time width"]
Heads = Float[Tensor, "batch heads time size"]


class Transformer(nn.Module):
    """`depth` blocks of `width` with heads of `head_size`, modulated by a number in 0…1 a row."""

    def __init__(self, width: int, depth: int, head_size: int):
        super().__init__()
        self.width = width
        self.embed = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.modulate = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(_Block(width, head_size) for _ in range(depth))
        self.last = nn.Linear(width, 2 * width)

    def forward(self, x: Tokens, level: Float32[Tensor, " batch"]) -> Tokens:
        about = silu(self.embed(_waves(level, self.width)))
        modulation = self.modulate(about)
        for block in self.blocks:
            x = block(x, modulation)
        shift, scale = self.last(about)[:, None].chunk(2, dim=-1)
        out: Tensor = layer_norm(x, (self.width,)) * (1 + scale) + shift
        return out


class _Block(nn.Module):
    def __init__(self, width: int, head_size: int):
        super().__init__()
        self.head_size = head_size
        self.bias = nn.Parameter(torch.zeros(6 * width))
        self.take = nn.Linear(width, 3 * width)
        self.give = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tokens, modulation: Float[Tensor, "batch six_widths"]) -> Tokens:
        parts = (modulation + self.bias)[:, None].chunk(6, dim=-1)
        x = x + parts[2] * self._attend(_modulated(x, parts[0], parts[1]))
        hidden = nn.functional.gelu(self.widen(_modulated(x, parts[3], parts[4])))
        out: Tensor = x + parts[5] * self.narrow(hidden)
        return out

    def _attend(self, x: Tokens) -> Tokens:
        n, time, width = x.shape
        q, k, v = self.take(x).view(n, time, 3, -1, self.head_size).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(_rotated(q), _rotated(k), v)
        out: Tensor = self.give(mixed.transpose(1, 2).reshape(n, time, width))
        return out


def _modulated(x: Tokens, shift: Tensor, scale: Tensor) -> Tokens:
    return layer_norm(x, (x.shape[-1],)) * (1 + scale) + shift


def _rotated(x: Heads) -> Heads:
    """Pairs of numbers turned by angles that grow with time: products see distances alone."""
    half = x.shape[-1] // 2
    speeds = 10_000 ** (-torch.arange(half, device=x.device, dtype=torch.float32) / half)
    angles = torch.arange(x.shape[-2], device=x.device, dtype=torch.float32)[:, None] * speeds
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def _waves(level: Float32[Tensor, " batch"], width: int) -> Float32[Tensor, "batch width"]:
    """Sines and cosines of the level at many speeds (Vaswani et al. 2017, section 3.5)."""
    half = width // 2
    speeds = 1000 * 10_000 ** (-torch.arange(half, device=level.device) / half)
    angles = level[:, None] * speeds
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
