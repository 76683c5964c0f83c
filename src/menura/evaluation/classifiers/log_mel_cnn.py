"""A small residual network on log-mel, of today's kind; its last layer but one is an embedding.

Ours. Residual blocks of two 3×3 convolutions (He et al. 2016), averaged over time and bands; in
training bands and times are masked (SpecAugment: Park et al., Interspeech 2019) and levels
changed, labels are smoothed, and the rate of AdamW falls along a cosine. Less than 1 MB.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

from menura.audio import Clip
from menura.evaluation.classifiers._heard import AT_ONCE, HeardClassifier
from menura.evaluation.classifiers._images import ImageConfig, Images, OneClip, stretches
from menura.evaluation.classifiers._learning import LearningConfig, check_share

MASKED_MELS, MASKED_SHARE, N_MASKS = 10, 0.15, 2
MOST_GAIN = 1.0  # of log10 power: 10 dB up or down

IMAGE = ImageConfig(sample_rate=16_000, n_fft=1024, hop_length=400, n_mels=64, n_frames=118)
"""Three seconds (48,000 samples would be 118.4 frames), 40 frames a second."""


@dataclass(frozen=True)
class Config:
    """widths: channels of the blocks; from the second on, each halves the image."""

    image: ImageConfig = IMAGE
    learning: LearningConfig = field(
        default_factory=lambda: LearningConfig(
            epochs=40, patience=12, rate=3e-3, schedule="cosine", decay=0.05, smoothing=0.1
        )
    )
    widths: tuple[int, ...] = (16, 32, 64, 96)
    dropout: float = 0.3

    def __post_init__(self) -> None:
        if not self.widths or min(self.widths) < 1:
            raise ValueError(f"widths must be 1 or more, not {list(self.widths)}")
        check_share("dropout", self.dropout)


class LogMelCnn(HeardClassifier):
    """Any length of sound could be heard; it is heard in stretches of three seconds, and embedded
    a second at a time."""

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {
        "laptop": Config(),
        "tiny": Config(
            ImageConfig(8000, 256, 200, 16, 40),
            LearningConfig(epochs=20, batch=12, rate=5e-3),
            widths=(8, 16),
            dropout=0.0,
        ),
        "paper": Config(),
    }

    def network(self) -> nn.Module:
        return _Network(self.config.widths, self.config.dropout, len(self.labels))

    def changed(self, images: Images, rng: torch.Generator) -> Images:
        """Masks over bands and times (0 is the mean of a band), and another level."""
        n_rows, n_mels, n_frames = images.shape
        scale = self._deviation
        gain = (2 * torch.rand(n_rows, 1, 1, generator=rng) - 1) * MOST_GAIN
        images = images + gain.to(images.device) / scale
        for axis, length, most in (
            (1, n_mels, min(MASKED_MELS, n_mels // 4)),
            (2, n_frames, int(MASKED_SHARE * n_frames)),
        ):
            for _ in range(N_MASKS):
                masked = _masks(n_rows, length, most, rng).to(images.device)
                images = images.masked_fill(masked.unsqueeze(3 - axis), 0.0)
        return images

    @property
    def n_dimensions(self) -> int:
        """Numbers in the embedding of a second."""
        return int(self.config.widths[-1])

    def embed(self, clip: Clip) -> Float32[np.ndarray, "windows dimensions"]:
        """What the labels are told from, for each whole second by itself: a pure function of it.

        A clip below a second is one window, ended with silence.
        """
        sound, second = OneClip(clip, self.sample_rate), self.sample_rate
        at = [(0, k * second) for k in range(max(1, sound.n_samples(0) // second))]
        network: Any = self._module["network"]
        with self._judging():
            parts = [
                network.embedded(self._images(stretches(sound, at[n : n + AT_ONCE], second)))
                for n in range(0, len(at), AT_ONCE)
            ]
        embedded: Float32[np.ndarray, "windows dimensions"] = torch.cat(parts).cpu().numpy()
        return embedded

    @property
    def _deviation(self) -> Tensor:
        deviation: Tensor = self._module["image"].deviation  # type: ignore[assignment]
        return deviation


def _masks(n_rows: int, length: int, most: int, rng: torch.Generator) -> Tensor:
    """(rows, length): true within one span of each row, of 0 … `most`."""
    spans = torch.randint(0, most + 1, (n_rows, 1), generator=rng)
    starts = (torch.rand(n_rows, 1, generator=rng) * (length - spans + 1)).long()
    places = torch.arange(length)
    return (places >= starts) & (places < starts + spans)


class _Network(nn.Module):
    def __init__(self, widths: tuple[int, ...], dropout: float, n_labels: int):
        super().__init__()
        blocks = [_Block(1, widths[0], stride=1)]
        blocks += [_Block(before, width, stride=2) for before, width in pairwise(widths)]
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(dropout)
        self.labels = nn.Linear(widths[-1], n_labels)

    def embedded(self, images: Float[Tensor, "rows mels frames"]) -> Float[Tensor, "rows width"]:
        seen: Tensor = self.blocks(images.unsqueeze(1))
        return seen.float().mean(dim=(2, 3))

    def forward(self, images: Float[Tensor, "rows mels frames"]) -> Float[Tensor, "rows labels"]:
        logits: Tensor = self.labels(self.dropout(self.embedded(images)))
        return logits


class _Block(nn.Module):
    """Two convolutions, each with batch normalisation, beside a way around them."""

    def __init__(self, before: int, width: int, stride: int):
        super().__init__()
        self.first = nn.Conv2d(before, width, 3, stride=stride, padding=1, bias=False)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(width), nn.BatchNorm2d(width)])
        self.around = nn.Conv2d(before, width, 1, stride=stride, bias=False)

    def forward(self, x: Float[Tensor, "rows before mels frames"]) -> Tensor:
        h = torch.relu(self.norms[0](self.first(x)))
        h = self.norms[1](self.second(h))
        return torch.relu(h + self.around(x))
