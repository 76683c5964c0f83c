"""The settings of a MusicGen."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class MusicGenConfig:
    """checkpoint: a name on the Hugging Face hub, or a folder with its files; None makes a tiny
        network of random weights on the spot, which is good for nothing but tests.
    seconds: of a clip, when no length is asked for.
    temperature, top_k, guidance: how codes are drawn when nothing else is asked for; only the
        top_k likeliest have a chance, at guidance 1 the prompt is followed as learnt.
    window_s: what the network was trained on. Longer music is made window by window, each going on
        from the last window_s − stride_s seconds of the one before.
    device, precision: auto takes the fastest there is.
    licence: of the weights.
    """

    checkpoint: str | None = "facebook/musicgen-small"
    seconds: float = 10.0
    temperature: float = 1.0
    top_k: int = 250
    guidance: float = 3.0
    window_s: float = 30.0
    stride_s: float = 18.0
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    licence: str = "CC-BY-NC 4.0"

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= 86_400 or not 0 <= self.temperature <= 100:
            raise ValueError("seconds must be above 0 (a day at most) and temperature 0…100")
        if self.top_k < 1 or not 0 <= self.guidance <= 100:
            raise ValueError("top_k must be at least 1 and guidance 0…100")
        if not 0 < self.stride_s < self.window_s:
            raise ValueError("stride_s must be above 0 and less than window_s")
