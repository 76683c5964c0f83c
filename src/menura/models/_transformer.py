"""A transformer over frames that is told how noisy they are.

Pre-norm blocks with rotary positions (Su et al. 2021) and adaptive layer norm (Peebles & Xie
2022). One modulation serves all blocks, each adding a bias of its own (PixArt-α, Chen et al.
2023, section 2.3): a modulation per block would be half of a small model's cost.
"""

import torch
from jaxtyping import Float, Float32
from torch import Tensor, addcmul, nn
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention, silu

Tokens = Float[Tensor, "batch time width"]
Heads = Float[Tensor, "batch heads time size"]
Turns = tuple[Float[Tensor, "time half"], Float[Tensor, "time half"]]


class Transformer(nn.Module):
    """`depth` blocks of `width` with heads of `head_size`, modulated by a number in 0…1 a row, and
    by whatever else is `said` of the row."""

    def __init__(self, width: int, depth: int, head_size: int):
        super().__init__()
        self.width, self.head_size = width, head_size
        self.embed = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.modulate = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(_Block(width, head_size) for _ in range(depth))
        self.last = nn.Linear(width, 2 * width)

    def forward(
        self,
        x: Tokens,
        level: Float32[Tensor, " batch"],
        said: Float[Tensor, "batch width"] | None = None,
    ) -> Tokens:
        about = self.embed(_waves(level, self.width))
        about = silu(about if said is None else about + said)
        modulation = self.modulate(about)
        turns = _turns(x, self.head_size)
        for block in self.blocks:
            x = block(x, modulation, turns)
        return _modulated(x, *self.last(about)[:, None].chunk(2, dim=-1))

    def say_always(self, said: Float32[Tensor, " width"]) -> None:
        """From now on of every row, beside what is said of it."""
        last = self.embed[-1]
        assert isinstance(last, nn.Linear)
        last.bias.add_(said)


class _Block(nn.Module):
    def __init__(self, width: int, head_size: int):
        super().__init__()
        self.head_size = head_size
        self.bias = nn.Parameter(torch.zeros(6 * width))
        self.take = nn.Linear(width, 3 * width)
        self.give = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(
        self, x: Tokens, modulation: Float[Tensor, "batch six_widths"], turns: Turns
    ) -> Tokens:
        # In the precision of x: under bfloat16 nothing is turned to float32 and back.
        parts = (modulation + self.bias)[:, None].to(x.dtype).chunk(6, dim=-1)
        x = addcmul(x, parts[2], self._attend(_modulated(x, parts[0], parts[1]), turns))
        hidden = gelu(self.widen(_modulated(x, parts[3], parts[4])))
        return addcmul(x, parts[5], self.narrow(hidden))

    def _attend(self, x: Tokens, turns: Turns) -> Tokens:
        n, time, width = x.shape
        q, k, v = self.take(x).view(n, time, 3, -1, self.head_size).permute(2, 0, 3, 1, 4)
        mixed = _mixed(_rotated(q, turns), _rotated(k, turns), v)
        out: Tensor = self.give(mixed.transpose(1, 2).reshape(n, time, width))
        return out


def _modulated(x: Tokens, shift: Tensor, scale: Tensor) -> Tokens:
    return addcmul(shift, layer_norm(x, (x.shape[-1],)), 1 + scale)


def _mixed(q: Heads, k: Heads, v: Heads) -> Heads:
    """Attention. In bfloat16 on CPUs plain products take half the time of the fused kernel, there
    and back; in float32 it is the fused one that is faster."""
    if q.device.type != "cpu" or q.dtype != torch.bfloat16:
        return scaled_dot_product_attention(q, k, v)
    out: Tensor = (q * q.shape[-1] ** -0.5 @ k.transpose(-1, -2)).softmax(dim=-1) @ v
    return out


def _turns(x: Tokens, head_size: int) -> Turns:
    """Cosines and sines of angles that grow with time, at half as many speeds as a head's size."""
    speeds = 10_000 ** (-torch.arange(head_size // 2, device=x.device) / (head_size // 2))
    angles = torch.arange(x.shape[1], device=x.device)[:, None] * speeds
    return angles.cos().to(x.dtype), angles.sin().to(x.dtype)


def _rotated(x: Heads, turns: Turns) -> Heads:
    """Pairs of numbers turned with time: products see distances alone."""
    (a, b), (cos, sin) = x.chunk(2, dim=-1), turns
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def _waves(level: Float32[Tensor, " batch"], width: int) -> Float32[Tensor, "batch width"]:
    """Sines and cosines of the level at many speeds (Vaswani et al. 2017, section 3.5)."""
    half = width // 2
    speeds = 1000 * 10_000 ** (-torch.arange(half, device=level.device) / half)
    angles = level[:, None] * speeds
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
