"""Convolutions and a very wide dense layer on log-mel, as a report tried it (its CNN_1).

Report mel-interpolation: images of 512 mels × 640 frames; three convolutions 3×3 of 16 that keep
the size, pooling by 2, dropout, dense 128, 64 and the labels: 167,785,864 parameters for eight.
Accuracy 0.40 to 0.41 after five epochs, and overfitting from the second on. Ours, since it does
not say: ReLU, dropout 0.25, Adam 0.001, batches of 32, every label as often.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from torch import nn

from menura.evaluation.classifiers._heard import HeardClassifier
from menura.evaluation.classifiers._images import REDUCED, REPORTED, ImageConfig
from menura.evaluation.classifiers._learning import LearningConfig, check_share

WIDTH, DENSE = 16, (128, 64)


@dataclass(frozen=True)
class Config:
    """dropout: share of the pooled values."""

    image: ImageConfig = REDUCED
    learning: LearningConfig = field(default_factory=LearningConfig)
    dropout: float = 0.25

    def __post_init__(self) -> None:
        check_share("dropout", self.dropout)


class Cnn1(HeardClassifier):
    """42 million parameters over the images of `laptop`, 168 million over those of `paper`."""

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {
        "laptop": Config(),
        "tiny": Config(ImageConfig(8000, 256, 128, 16, 32), LearningConfig(epochs=20, batch=12)),
        "paper": Config(REPORTED, LearningConfig(epochs=5, patience=5)),
    }

    def network(self) -> nn.Module:
        image = self.config.image
        convolutions: list[nn.Module] = []
        for width in (1, WIDTH, WIDTH):
            convolutions += [nn.Conv2d(width, WIDTH, 3, padding="same"), nn.ReLU()]
        return nn.Sequential(
            nn.Unflatten(1, (1, image.n_mels)),
            *convolutions,
            nn.MaxPool2d(2),
            nn.Dropout(self.config.dropout),
            nn.Flatten(),
            nn.Linear(WIDTH * (image.n_mels // 2) * (image.n_frames // 2), DENSE[0]),
            nn.ReLU(),
            nn.Linear(*DENSE),
            nn.ReLU(),
            nn.Linear(DENSE[1], len(self.labels)),
        )
