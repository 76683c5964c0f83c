"""Two LSTMs that step from mel band to mel band, as a report tried it (its RNN).

Report mel-interpolation: images of 512 mels × 640 frames, of which each band is a step; LSTM 128
twice, dropout, then at each step dense 64, 32, 16, 8, and the labels from all steps together:
569,088 parameters for eight, counted as Keras does (PyTorch's LSTMs have a second bias each, which
adds nothing). Accuracy 0.37 to 0.41 over ten epochs, and overfitting from the fifth on. Ours,
since it does not say: ReLU, dropout 0.5, Adam 0.001, batches of 32, every label as often.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from menura.evaluation.classifiers._heard import HeardClassifier
from menura.evaluation.classifiers._images import REDUCED, REPORTED, ImageConfig
from menura.evaluation.classifiers._learning import LearningConfig, check_share

DENSE = (64, 32, 16, 8)


@dataclass(frozen=True)
class Config:
    """n_hidden: of each LSTM. dropout: share of what the second one says."""

    image: ImageConfig = REDUCED
    learning: LearningConfig = field(default_factory=LearningConfig)
    n_hidden: int = 128
    dropout: float = 0.5

    def __post_init__(self) -> None:
        check_share("dropout", self.dropout)
        if self.n_hidden < 1:
            raise ValueError(f"n_hidden must be 1 or more, not {self.n_hidden}")


class Rnn(HeardClassifier):
    """The LSTMs read a band's whole course in time at each step, from the lowest band up."""

    Config = Config
    presets: ClassVar[Mapping[str, Any]] = {
        "laptop": Config(),
        "tiny": Config(
            ImageConfig(8000, 256, 128, 16, 32),
            LearningConfig(epochs=40, batch=12, rate=1e-2),
            n_hidden=16,
            dropout=0.1,
        ),
        "paper": Config(REPORTED, LearningConfig(epochs=10, patience=10)),
    }
    gains_from_bfloat16 = False

    def network(self) -> nn.Module:
        return _Network(self.config, len(self.labels))


class _Network(nn.Module):
    def __init__(self, config: Config, n_labels: int):
        super().__init__()
        self.lstm = nn.LSTM(config.image.n_frames, config.n_hidden, num_layers=2, batch_first=True)
        layers: list[nn.Module] = [nn.Dropout(config.dropout)]
        for before, width in pairwise((config.n_hidden, *DENSE)):
            layers += [nn.Linear(before, width), nn.ReLU()]
        self.of_steps = nn.Sequential(*layers, nn.Flatten())
        self.of_all = nn.Linear(DENSE[-1] * config.image.n_mels, n_labels)

    def forward(self, images: Float[Tensor, "rows mels frames"]) -> Float[Tensor, "rows labels"]:
        states, _ = self.lstm(images)
        logits: Tensor = self.of_all(self.of_steps(states))
        return logits
