"""Large convolutions straight to the labels on log-mel, as a report tried it (its CNN_2).

Report mel-interpolation: images of 512 mels × 640 frames; convolutions 10×10 of 3, 15 and 65, then
the labels: 2,119,991 parameters for eight. Its strides are not stated: by 4 along time and none
along mel, without padding, are the only equal ones that give this number. Accuracy 0.31 to 0.46
over ten epochs, and overfitting from the seventh on. Ours, since it does not say: ReLU, Adam
0.001, batches of 32, every label as often.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from torch import nn

from menura.evaluation.classifiers._heard import HeardClassifier
from menura.evaluation.classifiers._images import REDUCED, REPORTED, ImageConfig
from menura.evaluation.classifiers._learning import LearningConfig

WIDTHS = (3, 15, 65)
STRIDE = 4  # along time


@dataclass(frozen=True)
class Config:
    """kernel: side of each convolution."""

    image: ImageConfig = REDUCED
    learning: LearningConfig = field(default_factory=LearningConfig)
    kernel: int = 10

    def __post_init__(self) -> None:
        if min(self.left()) < 1:
            raise ValueError(
                f"kernel {self.kernel} leaves nothing of {self.image.n_mels} mels × "
                f"{self.image.n_frames} frames"
            )

    def left(self) -> tuple[int, int]:
        """Mels and frames after the convolutions."""
        n_mels, n_frames = self.image.n_mels, self.image.n_frames
        for _ in WIDTHS:
            n_mels -= self.kernel - 1
            n_frames = (n_frames - self.kernel) // STRIDE + 1
        return n_mels, n_frames


class Cnn2(HeardClassifier):
    """0.5 million parameters over the images of `laptop`, 2.1 million over those of `paper`."""

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {
        "laptop": Config(),
        "tiny": Config(
            ImageConfig(8000, 256, 32, 16, 128),
            LearningConfig(epochs=30, batch=12, rate=3e-3),
            kernel=3,
        ),
        "paper": Config(REPORTED, LearningConfig(epochs=10, patience=10)),
    }

    def network(self) -> nn.Module:
        convolutions: list[nn.Module] = []
        for before, width in zip((1, *WIDTHS), WIDTHS, strict=False):
            kernel, stride = self.config.kernel, (1, STRIDE)
            convolutions += [nn.Conv2d(before, width, kernel, stride=stride), nn.ReLU()]
        n_mels, n_frames = self.config.left()
        return nn.Sequential(
            nn.Unflatten(1, (1, self.config.image.n_mels)),
            *convolutions,
            nn.Flatten(),
            nn.Linear(WIDTHS[-1] * n_mels * n_frames, len(self.labels)),
        )
